/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The DNS messages in a capture: UDP datagrams and TCP streams to or from port 53, fragments put
 * together. The captured packets go in one by one, the messages come out at a handler.
 *
 * Memory is bounded whatever the capture holds (see stream.h, defragment.h). Checksums are not
 * verified: see tcp.h. */
#ifndef CAPTURE_DISSECT_H
#define CAPTURE_DISSECT_H

#include "capture/capture.h"
#include "capture/captured_message.h"

struct traffic;

/* Returns NULL when there is no memory, or no random source. */
struct traffic *traffic_new(sighting_handler *handle, void *context);

/* Does not call the handler any more. */
void traffic_free(struct traffic *t);

/* Takes the next packet of the capture; calls the handler for each message that it completes. */
void traffic_packet(struct traffic *t, const struct frame *frame);

/* The capture is at its end: calls the handler for messages that still waited behind a gap, and
 * forgets all streams and fragments. Another capture may follow; the counts go on. */
void traffic_finish(struct traffic *t);

const struct traffic_counts *traffic_counts(const struct traffic *t);

#endif

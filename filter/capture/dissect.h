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

struct dissector;

/* Returns NULL when there is no memory, or no random source. */
struct dissector *dissect_new(captured_message_handler *handle, void *context);

/* Does not call the handler any more. */
void dissect_free(struct dissector *d);

/* Takes the next packet of the capture; calls the handler for each message that it completes. */
void dissect_packet(struct dissector *d, const struct frame *frame);

/* The capture is at its end: calls the handler for messages that still waited behind a gap, and
 * forgets all streams and fragments. Another capture may follow; the counts go on. */
void dissect_finish(struct dissector *d);

const struct capture_counts *dissect_counts(const struct dissector *d);

#endif

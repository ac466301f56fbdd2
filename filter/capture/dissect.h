/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the DNS messages in a capture: in UDP datagrams and TCP streams to or from port 53, after
 * reassembly of fragments. The caller passes in each captured packet; a handler gets the messages.
 *
 * Memory is bounded for any capture (see stream.h, defragment.h). Checksums are not verified: see
 * tcp.h. */
#ifndef CAPTURE_DISSECT_H
#define CAPTURE_DISSECT_H

#include "capture/capture.h"
#include "capture/captured_message.h"

struct dissector;

/* Returns NULL if memory or a random source is missing. */
struct dissector *dissect_new(captured_message_handler *handle, void *context);

/* Does not call the handler. Accepts NULL. */
void dissect_free(struct dissector *d);

/* Takes the next packet of the capture. Calls the handler with each message that it completes. */
void dissect_packet(struct dissector *d, const struct frame *frame);

/* Ends a capture: calls the handler with the messages that still wait behind a gap, and forgets all
 * streams and fragments. Another capture may follow; the counters continue. */
void dissect_finish(struct dissector *d);

const struct capture_counts *dissect_counts(const struct dissector *d);

#endif

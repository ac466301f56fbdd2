/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reassembles captured TCP connections. A stream is one direction of a connection. Its segments are
 * passed in as captured; its octets go in order to framing.h, which makes DNS messages of them.
 *
 * Repeated octets are ignored, even if they differ. If two waiting segments overlap, the one with
 * the lower sequence number wins.
 *
 * Segments wait for missing octets, which may be sent again. A gap is given up if too many segments
 * wait behind it, or for too long; if the stream is evicted; at a new SYN; and at the end. After a
 * gap, and in a stream whose start was not captured, a message is looked for at the start of each
 * segment: see framing.h. */
#ifndef CAPTURE_STREAM_H
#define CAPTURE_STREAM_H

#include "base/keyedhash.h"
#include "base/table.h"
#include "capture/captured_message.h"
#include "wire/ip.h"
#include "wire/tcp.h"

/* If one of the first two limits is reached, the stream that was idle longest is evicted. */
#define STREAM_COUNT      4096               /* a connection has two */
#define STREAM_OCTETS_MAX (64 * 1024 * 1024) /* held for all of them */
#define STREAM_WAITING    256                /* segments of one stream behind a gap */
#define STREAM_WINDOW     (1024 * 1024)      /* octets; a segment farther off starts anew */
#define STREAM_WAIT_S     10                 /* behind a gap, while segments still come */
#define STREAM_IDLE_S     300                /* after which a stream is forgotten */

struct streams {
	struct table table; /* in the order of their last segments */
	struct hash_key hash_key;
	size_t octets_held;
	captured_message_handler *handle;
	void *context;
	struct capture_counts *counts;
};

/* Counts messages, runts, stream_gaps, stream_unplaced and streams_evicted in `counts`, which is
 * borrowed. Returns 0 or -errno. */
int streams_init(struct streams *all, captured_message_handler *handle, void *context,
        struct capture_counts *counts);
void streams_fini(struct streams *all);

/* Takes a segment. Calls the handler with each message that it completes. A message behind a gap
 * that is given up has the moment of its own last segment. */
void streams_segment(
        struct streams *all, const struct ip *ip, const struct tcp *tcp, const struct moment *at);

/* Gives up all gaps and forgets all streams. */
void streams_finish(struct streams *all);

#endif

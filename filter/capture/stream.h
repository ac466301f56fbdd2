/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captured TCP connections, put together. A stream is one direction of one: its segments go in as
 * they were captured, its octets go in order to framing.h, which makes DNS messages of them.
 *
 * Octets that come again are ignored, whatever they hold; of two segments that overlap while both
 * wait, the one with the lower sequence number counts where both have octets.
 *
 * What is missing is waited for, since it may come again. It is given up, as a gap, when too much
 * waits behind it or waits too long, when the stream gives way to others, at a new SYN, and at the
 * end. Behind a gap, and in a stream whose begin was not captured, a message is looked for at the
 * begin of each segment: see framing.h. */
#ifndef CAPTURE_STREAM_H
#define CAPTURE_STREAM_H

#include "base/keyedhash.h"
#include "base/table.h"
#include "capture/captured_message.h"
#include "wire/ip.h"
#include "wire/tcp.h"

/* When one of the first two is reached the stream that was idle longest gives way. */
#define STREAM_COUNT      4096               /* one connection has two */
#define STREAM_OCTETS_MAX (64 * 1024 * 1024) /* held in all */
#define STREAM_WAITING    256                /* segments of one stream behind a gap */
#define STREAM_WINDOW     (1024 * 1024) /* octets ahead; farther off is taken for a new begin */
#define STREAM_WAIT_S     10            /* behind a gap, while the stream goes on */
#define STREAM_IDLE_S     300           /* then it is forgotten */

struct streams {
	struct table table; /* oldest first is the order of the last segment */
	struct hash_key hash_key;
	size_t octets_held;
	captured_message_handler *handle;
	void *context;
	struct capture_counts *counts;
};

/* Counts in `counts`: messages, runts, stream_gaps, stream_unplaced, streams_evicted. Returns 0 or
 * -errno. */
int streams_init(struct streams *all, captured_message_handler *handle, void *context,
        struct capture_counts *counts);
void streams_fini(struct streams *all);

/* Takes a segment; calls the handler for each message that it completes. A message that waited
 * behind a gap which was never filled has the moment of its own last segment. */
void streams_segment(
        struct streams *all, const struct ip *ip, const struct tcp *tcp, const struct moment *at);

/* Gives up all gaps, and forgets all streams. */
void streams_finish(struct streams *all);

#endif

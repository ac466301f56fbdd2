/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fragments of captured IPv4 and IPv6 packets, put together.
 *
 * A datagram whose fragments overlap is refused as a whole, with those fragments that are still to
 * come (RFC 5722, 4; done for IPv4 alike, as Linux does). A fragment that comes twice, the same
 * octet by octet, is ignored (RFC 8200, 4.5). */
#ifndef CAPTURE_DEFRAGMENT_H
#define CAPTURE_DEFRAGMENT_H

#include "base/keyedhash.h"
#include "base/table.h"
#include "capture/captured_message.h"
#include "wire/ip.h"

/* When one of the first two is reached the oldest datagram gives way. */
#define DEFRAGMENT_DATAGRAMS  1024               /* in progress */
#define DEFRAGMENT_OCTETS_MAX (16 * 1024 * 1024) /* held in all */
#define DEFRAGMENT_PIECES     128                /* of one datagram; more are refused */
#define DEFRAGMENT_WAIT_S     60                 /* RFC 8200, 4.5 */

struct defragmenter {
	struct table table; /* of datagrams */
	struct hash_key hash_key;
	size_t octets_held;
	uint8_t *whole; /* what the last call put together */
	struct capture_counts *counts;
};

/* Counts in `counts`: fragments, fragments_refused, fragments_lost. Returns 0 or -errno. */
int defragment_init(struct defragmenter *d, struct capture_counts *counts);
void defragment_fini(struct defragmenter *d);

/* Takes a fragment, seen at `now_s`. Returns IP_WHOLE when it was the one that was missing: then
 * `ip` is the whole packet, which is valid until the next call. Returns IP_FRAGMENT when more must
 * come, IP_MALFORMED when it is refused. */
enum ip_kind defragment(struct defragmenter *d, struct ip *ip, int64_t now_s);

/* Forgets all that is in progress, and counts it as lost. */
void defragment_finish(struct defragmenter *d);

#endif

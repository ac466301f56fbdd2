/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reassembles fragments of captured IPv4 and IPv6 packets.
 *
 * If fragments of a datagram overlap, all its fragments are refused, also those still to come (RFC
 * 5722, 4; for IPv4 too, as Linux does). An exact duplicate of a fragment is ignored (RFC 8200,
 * 4.5). */
#ifndef CAPTURE_DEFRAGMENT_H
#define CAPTURE_DEFRAGMENT_H

#include "base/keyedhash.h"
#include "base/table.h"
#include "capture/captured_message.h"
#include "wire/ip.h"

/* If one of the first two limits is reached, the oldest datagram is evicted. */
#define DEFRAGMENT_DATAGRAMS  1024               /* in progress */
#define DEFRAGMENT_OCTETS_MAX (16 * 1024 * 1024) /* held for all of them */
#define DEFRAGMENT_PIECES     128                /* of one datagram; one with more is refused */
#define DEFRAGMENT_WAIT_S     60                 /* RFC 8200, 4.5 */

struct defragmenter {
	struct table table; /* of datagrams in progress */
	struct hash_key hash_key;
	size_t octets_held;
	uint8_t *whole; /* what the last call reassembled */
	struct capture_counts *counts;
};

/* Counts fragments, fragments_refused and fragments_lost in `counts`, which is borrowed. Returns 0
 * or -errno. */
int defragment_init(struct defragmenter *d, struct capture_counts *counts);
void defragment_fini(struct defragmenter *d);

/* Takes a fragment, captured at `now_s`. Returns IP_WHOLE if it completes a packet: `ip` is then
 * the whole packet, valid until the next call. Returns IP_FRAGMENT if fragments are still missing,
 * IP_MALFORMED if the fragment is refused. */
enum ip_kind defragment(struct defragmenter *d, struct ip *ip, int64_t now_s);

/* Forgets all datagrams in progress, and counts them as lost. */
void defragment_finish(struct defragmenter *d);

#endif

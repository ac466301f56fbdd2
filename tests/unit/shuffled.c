/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "shuffled.h"

#include <stdlib.h>

#include "gate/assist.h"

static uint32_t draw(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)(*seed >> 8) * below >> 24);
}

/* Writes the message without compression: merged with an empty one, it stays as it is. */
static bool unfold(const struct message *m, struct writer *out)
{
	const struct message nothing = { .flags = m->flags & (uint16_t)~FLAG_TC, .edns = m->edns };
	struct message whole = *m;

	whole.flags &= (uint16_t)~FLAG_TC;
	return assist_merge(&whole, &nothing, out);
}

static void shuffle(struct span records[], unsigned first, unsigned end, uint32_t *seed)
{
	for (unsigned i = end; i > first + 1; i--) {
		unsigned at = first + draw(seed, i - first);
		struct span other = records[i - 1];
		records[i - 1] = records[at];
		records[at] = other;
	}
}

struct span shuffled(struct span octets, uint32_t *seed, uint8_t out[static SHUFFLED_MAX])
{
	static struct rr rrs[MESSAGE_RRS_MAX];
	static struct span records[MESSAGE_RRS_MAX];
	static uint8_t unfolded[SHUFFLED_MAX];
	struct writer w = writer_over(unfolded, sizeof(unfolded)), to;
	struct message m;
	unsigned first = 0;

	if (!message_parse(&m, octets, rrs, MESSAGE_RRS_MAX) || !unfold(&m, &w) ||
	        !message_parse(&m, writer_span(&w), rrs, MESSAGE_RRS_MAX))
		return octets;
	size_t head = DNS_HEADER_SIZE + m.question.len, end = head;
	for (unsigned i = 0; i < m.rr_count; i++) {
		size_t at = rrs[i].owner_at;
		end = rrs[i].rdata_at + rrs[i].rdata_len;
		records[i] = span_of(unfolded + at, end - at);
	}
	while (first < m.rr_count) {
		unsigned last = first;
		while (last < m.rr_count && rrs[last].section == rrs[first].section)
			last++;
		shuffle(records, first, last, seed);
		first = last;
	}
	to = writer_over(out, SHUFFLED_MAX);
	writer_put(&to, span_of(unfolded, head));
	for (unsigned i = 0; i < m.rr_count; i++)
		writer_put(&to, records[i]);
	writer_put(&to, span_of(unfolded + end, w.len - end)); /* the OPT */
	return writer_span(&to);
}

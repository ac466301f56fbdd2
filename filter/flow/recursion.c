/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/recursion.h"

#include <errno.h>
#include <stdlib.h>

#define ADDRESS_MAX 16
#define WORD_BITS   64
#define MAP_WORDS   (RECURSION_BITS / WORD_BITS)
#define HALF_OCTETS (PAIR_KINDS * RECURSION_BITS / 8)

int recursion_init(struct recursion *r)
{
	*r = (struct recursion){ .newer = calloc(1, HALF_OCTETS), .older = calloc(1, HALF_OCTETS) };
	return r->newer && r->older ? hash_key_draw(&r->key) : -ENOMEM;
}

void recursion_fini(struct recursion *r)
{
	free(r->newer);
	free(r->older);
	r->newer = r->older = NULL;
}

static void begin_half(struct recursion *r)
{
	uint64_t *oldest = r->older;

	r->older = r->newer;
	r->newer = oldest;
	memset(r->newer, 0, HALF_OCTETS);
}

static void forget_old(struct recursion *r, uint64_t now_ms)
{
	if (now_ms < r->from_ms + RECURSION_HALF_MS)
		return;
	begin_half(r);
	if (now_ms >= r->from_ms + 2ull * RECURSION_HALF_MS)
		begin_half(r);
	r->from_ms = now_ms - now_ms % RECURSION_HALF_MS;
}

static uint64_t bit_of(const struct recursion *r, struct span client, struct span server)
{
	uint8_t pair[2 * ADDRESS_MAX];

	memcpy(pair, client.base, client.len);
	memcpy(pair + client.len, server.base, server.len);
	return keyed_hash(&r->key, span_of(pair, client.len + server.len)) % RECURSION_BITS;
}

unsigned recursion_note(struct recursion *r, struct span client, struct span server, unsigned kinds,
        uint64_t now_ms)
{
	forget_old(r, now_ms);
	uint64_t bit = bit_of(r, client, server);
	uint64_t word = bit / WORD_BITS, mask = 1ull << bit % WORD_BITS;
	unsigned noted = 0;

	for (unsigned i = 0; i < PAIR_KINDS; i++, word += MAP_WORDS) {
		if (kinds & 1u << i)
			r->newer[word] |= mask;
		if ((r->newer[word] | r->older[word]) & mask)
			noted |= 1u << i;
	}
	return noted;
}

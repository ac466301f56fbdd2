/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/refusals.h"

#include <string.h>

#include "base/least.h"
#include "base/writer.h"

#define WORD_MAX 64

int refusals_init(struct refusals *all)
{
	*all = (struct refusals){ 0 };
	return hash_key_draw(&all->key);
}

/* Letter case does not count: a client may draw it anew for each query. */
static void put_question(struct writer *out, const struct client_query *asked)
{
	size_t name_len = asked->question_len > 4 ? asked->question_len - 4u : 0;

	for (size_t i = 0; i < asked->question_len; i++)
		writer_u8(out, i < name_len ? name_lower(asked->question[i]) : asked->question[i]);
}

static uint64_t hash_of_refusal(const struct refusals *all, const struct refused_response *r)
{
	uint8_t octets[2 * 16 + QUESTION_MAX + WORD_MAX];
	struct writer out = writer_over(octets, sizeof(octets));

	writer_put(&out, r->client);
	writer_put(&out, r->server);
	put_question(&out, r->asked);
	writer_put(&out, span_of(r->reason, least(strlen(r->reason), WORD_MAX)));
	return keyed_hash(&all->key, writer_span(&out));
}

/* Returns the place of the same refusal; else the oldest one of a client that has its share; else a
 * free one, or the oldest of all. */
static unsigned place_for(const struct refusals *all, uint64_t what, uint64_t who)
{
	unsigned oldest = 0, own_oldest = REFUSALS, own = 0;

	for (unsigned i = 0; i < REFUSALS; i++) {
		if (all->marks[i].number > 0 && all->marks[i].what == what)
			return i;
		if (all->marks[i].number < all->marks[oldest].number)
			oldest = i;
		if (all->marks[i].number == 0 || all->marks[i].who != who)
			continue;
		own++;
		if (own_oldest == REFUSALS || all->marks[i].number < all->marks[own_oldest].number)
			own_oldest = i;
	}
	return own >= REFUSALS_A_CLIENT ? own_oldest : oldest;
}

static void copy_address(struct span from, uint8_t to[static 16], uint8_t *len)
{
	*len = (uint8_t)(from.len <= 16 ? from.len : 0);
	if (*len > 0)
		memcpy(to, from.base, *len);
}

void refusals_note(struct refusals *all, const struct refused_response *r, int64_t now_s)
{
	uint64_t what = hash_of_refusal(all, r), who = keyed_hash(&all->key, r->client);
	unsigned place = place_for(all, what, who);
	struct refusal *kept = &all->kept[place];
	bool is_same = all->marks[place].number > 0 && all->marks[place].what == what;

	all->marks[place].what = what;
	all->marks[place].who = who;
	all->marks[place].number = ++all->count;
	kept->times = is_same ? kept->times + 1 : 1;
	kept->at_s = now_s;
	if (is_same)
		return;
	kept->status = r->status;
	kept->reason = r->reason;
	kept->is_passed = r->is_passed;
	copy_address(r->client, kept->client, &kept->client_len);
	copy_address(r->server, kept->server, &kept->server_len);
	kept->question_len = r->asked->question_len;
	memcpy(kept->question, r->asked->question, r->asked->question_len);
}

const struct refusal *refusals_before(const struct refusals *all, uint64_t *number)
{
	unsigned newest = REFUSALS;

	for (unsigned i = 0; i < REFUSALS; i++) {
		uint64_t own = all->marks[i].number;
		if (own > 0 && own < *number &&
		        (newest == REFUSALS || own > all->marks[newest].number))
			newest = i;
	}
	if (newest == REFUSALS)
		return NULL;
	*number = all->marks[newest].number;
	return &all->kept[newest];
}

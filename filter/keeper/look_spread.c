/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/look_spread.h"

bool look_set_has(const struct look_set *set, struct span rdata)
{
	for (unsigned i = 0; i < set->count; i++) {
		if (span_equal(set->rdatas[i], rdata))
			return true;
	}
	return false;
}

/* True if an address of this server was seen. */
static bool is_name_seen(
        const struct look_servers *servers, unsigned name, enum look_question question)
{
	for (unsigned i = 0; i < servers->count; i++) {
		if (servers->at[i].name == name && servers->at[i].sets[question].fault == LOOK_SEEN)
			return true;
	}
	return false;
}

bool look_is_beside(const struct look_servers *servers, const struct look_server *server,
        enum look_question question)
{
	return server->sets[question].fault == LOOK_NO_WAY &&
	       is_name_seen(servers, server->name, question);
}

/* How many addresses were seen with something, and without; `unseen` is true if that is not known
 * of one. */
struct look_tally {
	unsigned with, without;
	bool unseen;
};

static void tally_server(struct look_tally *t, const struct look_servers *servers,
        const struct look_server *server, enum look_question question, bool has)
{
	if (server->sets[question].fault == LOOK_SEEN) {
		t->with += has;
		t->without += !has;
	} else if (!look_is_beside(servers, server, question)) {
		t->unseen = true;
	}
}

static enum look_spread conclude_spread(struct look_tally *t, const struct look_servers *servers)
{
	for (unsigned i = 0; i < servers->name_count; i++)
		t->unseen |= !servers->has_address[i];
	if (t->with > 0 && t->without > 0)
		return LOOK_SOME;
	if (t->unseen || servers->is_cut || t->with + t->without == 0)
		return LOOK_UNKNOWN;
	return t->with > 0 ? LOOK_EVERYBODY : LOOK_NOBODY;
}

enum look_spread look_spread(
        const struct look_servers *servers, enum look_question question, struct span rdata)
{
	struct look_tally t = { 0 };

	for (unsigned i = 0; i < servers->count; i++)
		tally_server(&t, servers, &servers->at[i], question,
		        look_set_has(&servers->at[i].sets[question], rdata));
	return conclude_spread(&t, servers);
}

enum look_spread look_spread_of_none(
        const struct look_servers *servers, enum look_question question)
{
	struct look_tally t = { 0 };

	for (unsigned i = 0; i < servers->count; i++)
		tally_server(&t, servers, &servers->at[i], question,
		        servers->at[i].sets[question].count == 0);
	return conclude_spread(&t, servers);
}

uint32_t look_ttl_s(const struct look_servers *servers, enum look_question question)
{
	uint32_t ttl_s = 0;

	for (unsigned i = 0; i < servers->count; i++) {
		if (servers->at[i].sets[question].fault == LOOK_SEEN &&
		        servers->at[i].sets[question].ttl_s > ttl_s)
			ttl_s = servers->at[i].sets[question].ttl_s;
	}
	return ttl_s;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/look.h"

#include <stdlib.h>

#include "keeper/look_ask.h"
#include "keeper/look_judge.h"

static const char *const fault_texts[LOOK_FAULTS] = {
	[LOOK_SEEN] = "it answers",
	[LOOK_SILENT] = "no answer came, over UDP or TCP",
	[LOOK_REFUSED] = "no server listens there, or a firewall rejects the query",
	[LOOK_NO_WAY] = "this machine has no route to addresses of this family",
	[LOOK_NO_ROOM] = "this machine has no sockets or memory left",
	[LOOK_ERROR] = "it answers with an error",
	[LOOK_LAME] = "it is not authoritative for the zone",
	[LOOK_MALFORMED] = "its answer cannot be read",
	[LOOK_UNPROVED] = "its signatures do not prove the answer",
};

const char *look_fault_text(enum look_fault fault)
{
	return fault_texts[fault];
}

/* ---- The look ---- */

static void judge_ds_sets(const struct look_order *order, struct look *look)
{
	for (unsigned i = 0; i < look->parents.count; i++) {
		struct look_set *set = &look->parents.at[i].sets[LOOK_DS];
		if (set->fault != LOOK_SEEN)
			continue;
		set->outcome = look_judge_response(
		        order->judge, span_of(set->octets, set->len), order->now_s, order->stop_fd);
		if (set->outcome.status > STATUS_INSECURE)
			set->fault = LOOK_UNPROVED;
	}
}

struct look *look_at(const struct look_order *order, struct complaint *error)
{
	struct look *look = calloc(1, sizeof(*look));
	static const uint16_t ds[] = { TYPE_DS };
	static const uint16_t types[LOOK_QUESTIONS] = {
		[LOOK_DNSKEY] = TYPE_DNSKEY,
		[LOOK_CDS] = TYPE_CDS,
		[LOOK_CDNSKEY] = TYPE_CDNSKEY,
		[LOOK_SOA] = TYPE_SOA,
	};
	struct look_asker asker;

	if (!look) {
		complaint_no_memory(error);
		return NULL;
	}
	look->zone = *order->zone;
	look->at_s = order->now_s;
	if (look_asker_init(&asker, order, error) == 0 && look_find(&asker, look, error) == 0 &&
	        look_ask_servers(&asker, &look->parents, ds, 1, error) == 0 &&
	        look_ask_servers(&asker, &look->servers, types, LOOK_QUESTIONS, error) == 0) {
		if (order->judge)
			judge_ds_sets(order, look);
	} else {
		look_free(look);
		look = NULL;
	}
	look_asker_fini(&asker);
	return look;
}

static void free_servers(struct look_servers *servers)
{
	for (unsigned i = 0; i < servers->count; i++) {
		for (unsigned q = 0; q < LOOK_QUESTIONS; q++)
			free(servers->at[i].sets[q].octets);
	}
	free(servers->at);
}

void look_free(struct look *look)
{
	if (!look)
		return;
	free_servers(&look->servers);
	free_servers(&look->parents);
	free(look);
}

/* ---- Conclusions ---- */

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

/* How many addresses were seen with something, and without; `unseen` is true if that is not known of one. */
struct look_tally {
	unsigned with, without;
	bool unseen;
};

static void tally_server(struct look_tally *t, const struct look_servers *servers,
        const struct look_server *server, enum look_question question, bool has)
{
	enum look_fault fault = server->sets[question].fault;

	if (fault == LOOK_SEEN) {
		t->with += has;
		t->without += !has;
	} else if (fault != LOOK_NO_WAY || !is_name_seen(servers, server->name, question)) {
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
		if (servers->at[i].sets[question].ttl_s > ttl_s)
			ttl_s = servers->at[i].sets[question].ttl_s;
	}
	return ttl_s;
}

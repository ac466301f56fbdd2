/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/gates.h"

#include "base/advice.h"
#include "base/log.h"
#include "base/sockaddr.h"
#include "fetch/fetch.h"
#include "worker/missing.h"
#include "worker/report.h"
#include "worker/server_fallback.h"
#include "worker/worker.h"

#define DATELESS_ZONES 256 /* on the way to the names of time servers */

static void set_lists(struct store *s, const struct worker_config *config)
{
	s->local_names = config->local_names;
	s->local_zones = config->local_zones;
}

static void set_dateless_policy(struct gates *g, const struct policy *policy)
{
	g->dateless.policy = *policy;
	g->dateless.policy.is_dateless = true;
	g->dateless.policy.earliest_s = g->config->earliest_s;
}

/* This gate remembers no messages, but what proves them: forget that, too. */
static int init_dateless(struct gates *g)
{
	const struct worker_config *config = g->config;

	set_dateless_policy(g, config->policy);
	g->dateless.gate = (struct gate){
		.crypto = g->crypto, .store = &g->dateless.store, .policy = &g->dateless.policy
	};
	int result = store_init(&g->dateless.store, config->anchors, DATELESS_ZONES);
	set_lists(&g->dateless.store, config);
	g->dateless.store.ntas = config->ntas;
	return result < 0 ? result : gate_init(&g->dateless.gate, 0);
}

int gates_init(struct gates *g)
{
	const struct worker_config *config = g->config;
	int result = store_init(&g->store, config->anchors, config->limits.zones);

	set_lists(&g->store, config);
	g->store.ntas = config->ntas;
	g->gate =
	        (struct gate){ .crypto = g->crypto, .store = &g->store, .policy = config->policy };
	if (result == 0)
		result = gate_init(&g->gate, config->limits.messages);
	return result < 0 ? result : init_dateless(g);
}

void gates_fini(struct gates *g)
{
	gate_fini(&g->gate);
	store_fini(&g->store);
	gate_fini(&g->dateless.gate);
	store_fini(&g->dateless.store);
}

static void forget_answers(struct gates *g)
{
	gate_forget(&g->gate);
	gate_forget(&g->dateless.gate);
}

void gates_forget(struct gates *g)
{
	store_flush(&g->store);
	store_flush(&g->dateless.store);
	forget_answers(g);
}

static void forget_facts_within(struct gates *g, const struct name *top)
{
	store_forget_within(&g->store, top);
	store_forget_within(&g->dateless.store, top);
}

void gates_forget_within(struct gates *g, const struct name *top)
{
	forget_facts_within(g, top);
	forget_answers(g);
}

void gates_use_anchors(struct gates *g, const struct anchors *anchors)
{
	store_set_anchors(&g->store, anchors);
	store_set_anchors(&g->dateless.store, anchors);
	forget_answers(g);
}

/* A response that passed because of a prefix must not be recalled when that is gone. */
void gates_use_policy(struct gates *g, const struct policy *policy)
{
	g->gate.policy = policy;
	set_dateless_policy(g, policy);
	forget_answers(g);
}

/* Forgets what was learned of the zones of `list` that `other` lacks. */
static void forget_lacking(
        struct gates *g, const struct nta_list *list, const struct nta_list *other)
{
	for (unsigned i = 0; list && i < list->count; i++) {
		if (!nta_find(other, &list->items[i].zone))
			forget_facts_within(g, &list->items[i].zone);
	}
}

/* A response that passed by a negative trust anchor must not be recalled when that is gone. */
void gates_use_ntas(struct gates *g, const struct nta_list *ntas)
{
	const struct nta_list *before = g->store.ntas;

	forget_lacking(g, before, ntas);
	forget_lacking(g, ntas, before);
	g->store.ntas = g->dateless.store.ntas = ntas;
	forget_answers(g);
}

/* A response that passed by a local name must not be recalled when that is gone. */
void gates_use_settings(struct gates *g)
{
	set_lists(&g->store, g->config);
	set_lists(&g->dateless.store, g->config);
	forget_answers(g);
}

void gates_set_source(struct gates *g, const struct sockaddr_storage *server)
{
	bool is_shared = g->config->sources.resolver_count > 0;

	g->store.source =
	        is_shared ? 0 : keyed_hash(&g->store.key, span_of(server, sizeof(*server)));
	g->dateless.store.source = g->store.source;
	store_set_server(&g->store, sockaddr_octets(server));
	store_set_server(&g->dateless.store, sockaddr_octets(server));
}

/* One error for all questions that fail. An attacker who answers for the keys of the root can cause
 * it, once; so it names that, too. */
static void tell_of_mismatch(struct gates *g, const struct fetch *fetch, const struct fact *fact)
{
	struct anchor_alarm *alarm = g->config->anchor_alarm;
	char zone[NAME_TEXT_SIZE], server[INET6_ADDRSTRLEN];

	if (!alarm || fact->keys_outcome.reason != REASON_ANCHOR_NO_MATCH ||
	        atomic_exchange(&alarm->is_told, true))
		return;
	report_server(&fetch->asked, server);
	log_error("the trust anchor for %s matches none of its keys: is dns-root-data old? Every "
	          "name "
	          "below it is refused. Update %s (trust_anchor); `sealgate config check%s` says "
	          "whether it fits. If it does, %s answers falsely",
	        name_text(&fetch->want.name, zone), alarm->path, advice_options(), server);
}

/* A server that has just shown the keys of a zone with an anchor can be asked for them again. */
static void tell_of_anchor(struct gates *g, const struct fetch *fetch)
{
	const struct worker_config *config = g->config;
	const struct name *zone = &fetch->want.name;
	const struct anchor *anchor = anchors_above(g->store.anchors, zone);
	const struct fact *fact = store_find(&g->store, zone, g->turn->now_s);

	if (!anchor || !name_equal(&anchor->zone, zone) || !fact)
		return;
	if (!fact->keys) {
		tell_of_mismatch(g, fetch, fact);
		return;
	}
	if (config->anchor_alarm)
		atomic_store(&config->anchor_alarm->is_told, false);
	stats_count(&g->stats->anchors_proved);
	if (config->anchor_answered)
		config->anchor_answered(config->anchor_context, zone, &fetch->asked);
}

/* A server that signs the keys of zones leaves out signatures elsewhere only by accident, or
 * because it blocks names. The answer may be forged: then an attacker has the server believed to
 * sign. */
static void tell_of_signature(
        struct gates *g, struct gate *gate, const struct fetch *fetch, struct span answer)
{
	struct message m;

	if (memcmp(&fetch->asked, &fetch->server, sizeof(fetch->asked)) == 0 &&
	        message_parse(&m, answer, gate->rrs, MESSAGE_RRS_MAX) &&
	        message_has_type(&m, TYPE_RRSIG))
		server_fallback_signed(g->fallback, &fetch->server);
}

/* Returns the gate that wanted this. */
static struct gate *wanting_gate(struct gates *g, const struct fetch *fetch)
{
	gates_set_source(g, &fetch->server);
	return fetch->want.is_dateless ? &g->dateless.gate : &g->gate;
}

bool gates_learn(void *context, struct fetch *fetch, struct span answer, bool is_last)
{
	struct gates *g = context;
	uint64_t work = crypto_work(g->crypto);

	struct gate *gate = wanting_gate(g, fetch);
	enum learned learned = gate_learn(gate, &fetch->want, answer, g->turn->now_s, is_last);
	fetch->work += (unsigned)(crypto_work(g->crypto) - work);
	if (learned != LEARNED)
		return false;
	tell_of_signature(g, gate, fetch, answer);
	if (fetch->want.type == TYPE_DNSKEY && !fetch->want.is_dateless)
		tell_of_anchor(g, fetch);
	return true;
}

void gates_learn_failure(void *context, const struct fetch *fetch)
{
	struct gates *g = context;

	bool has_socket = !exchange_is_short(fetch->error);
	enum reason reason = has_socket ? REASON_FETCH_FAILED : REASON_NO_SOCKET;

	missing_log(g->missing, has_socket ? MISSING_FAILED : MISSING_SOCKET, fetch);
	gate_learn_failure(wanting_gate(g, fetch), &fetch->want, reason, g->turn->now_s);
}

void gates_note_no_tcp(void *context, const struct fetch *fetch)
{
	struct gates *g = context;

	missing_log(g->missing, MISSING_TCP, fetch);
}

void gates_release(void *context, struct parked_list *waiting)
{
	struct gates *g = context;

	parked_move_all(waiting, g->ready);
}

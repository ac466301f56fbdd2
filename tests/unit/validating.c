/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "validating.h"

#include "base/log.h"
#include "dnssec/limits.h"

static bool note_fetch(void *context, const struct want *want,
        const struct sockaddr_storage *server, struct parked *parked)
{
	struct validating *v = context;

	(void)server;
	v->fetched++;
	v->want = *want;
	v->fetched_for = parked;
	return !v->is_fetcher_full;
}

static bool note_reask(void *context, struct parked *parked, enum reask_how how)
{
	struct validating *v = context;

	if (v->is_asker_full || (how == REASK_ONCE_MORE && !v->asks_once_more))
		return false;
	assert_non_null(parked);
	v->reasked = how;
	parked->reasked |= how;
	return true;
}

static void note_fetch_soon(
        void *context, const struct want *want, const struct sockaddr_storage *server)
{
	struct validating *v = context;

	(void)server;
	(void)want;
	v->fetched_soon++;
}

static bool note_late(void *context, const struct parked *parked, struct want *late)
{
	struct validating *v = context;

	assert_non_null(parked);
	*late = v->late;
	return late->name.len > 0;
}

struct validating *validating_new(bool can_assist)
{
	struct validating *v = calloc(1, sizeof(*v));

	assert_non_null(v);
	log_set_level(LOG_LEVEL_ERROR);
	v->judge = judge_new();
	v->time_servers.count = 1;
	assert_true(name_from_text(TIME_SERVER, &v->time_servers.names[0]));
	v->policy = (struct policy){ .time_servers = &v->time_servers };
	v->config = (struct worker_config){ .policy = &v->policy,
		.anchors = v->judge->anchors,
		.limits = { .zones = 64, .messages = 64 },
		.earliest_s = NOW - 30 * DAY };
	v->turn = (struct turn){ .now_ms = START_MS, .now_s = NOW };
	report_init(&v->report, &v->turn, &v->stats);
	v->gates = (struct gates){ .config = &v->config,
		.turn = &v->turn,
		.stats = &v->stats,
		.crypto = v->judge->crypto,
		.missing = &v->missing,
		.ready = &v->ready,
		.fallback = &v->fallback };
	assert_int_equal(missing_init(&v->missing, &v->turn, 10000, 10000), 0);
	assert_int_equal(gates_init(&v->gates), 0);
	v->fallback = (struct server_fallback){ .shortcut = &v->shortcut,
		.stats = &v->stats,
		.now_ms = &v->turn.now_ms,
		.flow_timeout_ms = 5000,
		.can_assist = can_assist };
	assert_int_equal(server_fallback_init(&v->fallback, -1, NULL), 0);
	v->oddities = (struct oddities){ .turn = &v->turn, .stats = &v->stats };
	v->intake = (struct query_intake){ .config = &v->config,
		.turn = &v->turn,
		.stats = &v->stats,
		.fallback = &v->fallback,
		.oddities = &v->oddities };
	assert_int_equal(query_intake_init(&v->intake), 0);
	v->arrivals = (struct arrivals){ .config = &v->config,
		.turn = &v->turn,
		.stats = &v->stats,
		.report = &v->report,
		.gates = &v->gates,
		.fallback = &v->fallback,
		.asker = { v, note_fetch, note_reask, note_fetch_soon, note_late } };
	assert_int_equal(arrivals_init(&v->arrivals), 0);
	return v;
}

void validating_free(struct validating *v)
{
	arrivals_fini(&v->arrivals);
	query_intake_fini(&v->intake);
	server_fallback_fini(&v->fallback);
	gates_fini(&v->gates);
	judge_free(v->judge);
	free(v);
}

void validating_feed(struct validating *v)
{
	const struct want want = v->want;
	struct gate *gate = want.is_dateless ? &v->gates.dateless.gate : &v->gates.gate;

	if (!judge_answer_want(v->judge, &want))
		gate_learn_failure(gate, &want, REASON_FETCH_FAILED, NOW);
	else
		assert_int_equal(
		        gate_learn(gate, &want, msg_span(&v->judge->fetched), NOW, true), LEARNED);
}

void validating_write(struct validating *v, const char *question, uint16_t flags,
        const char *records, bool has_edns)
{
	struct msgbuild *b = &v->judge->response;

	judge_begin(v->judge, question, 0);
	put_u16(b->octets + 2, (uint16_t)(FLAG_QR | FLAG_RD | FLAG_RA | flags));
	judge_write(v->judge, records);
	if (!has_edns)
		return;
	msg_section(b, SECTION_ADDITIONAL);
	b->compress = false; /* an OPT's owner is never a pointer */
	msg_opt(b, 1232, true);
}

uint64_t validating_count(const struct validating *v, size_t counter)
{
	uint64_t count;

	memcpy(&count, (const char *)&v->stats + counter, sizeof(count));
	return count;
}

bool validating_passed_once(const struct validating *v, enum exemption exemption)
{
	uint64_t all = 0;

	for (unsigned i = 0; i < EXEMPT_COUNT; i++)
		all += v->stats.passed[i];
	return all == 1 && v->stats.passed[exemption] == 1;
}

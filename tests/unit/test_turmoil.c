/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Promises of validation over UDP, in any order of events. A client, a server and an attacker send
 * packets, keys come or fail, time passes, the clock is lost and set, an operator pauses. Each step
 * is drawn from a seed, so a failure repeats. */
#include "udpbed.h"

#define STEPS 25000 /* of a row */

#define WWW       "www.example.test A"
#define GENUINE   "www.example.test A 192.0.2.1 | example.test"
#define UNSIGNED  "www.example.test A 192.0.2.1"
#define SPOILT    "www.example.test A 192.0.2.1 | example.test spoilt"
#define FORGED    "www.example.test A 192.0.2.66 | example.test spoilt"
#define BARE      "www.example.test A 192.0.2.66"
#define FORGED_IP "\300\0\2\102" /* 192.0.2.66 */

/* The question's first letter, in a message. The client writes the capital one. */
#define LETTER_AT 13
#define RIGHT     'W'
#define WRONG     'w'

enum { CLIENT_PORTS = 2, CLIENT_PORT = 4000 };

/* What became of a packet. */
struct fate {
	bool is_told, is_query, is_forged, has_right_letters;
	bool came_in_pause; /* the client itself judges its letters, even if the pause ends first */
	struct want want;   /* what the packet waits for, if it waits for keys */
};

struct circumstances {
	const char *why;
	uint64_t seed;
	bool is_unsigned;           /* nothing in the zone can be proved */
	bool changes_letters;       /* true: the server does */
	bool leaves_signatures_out; /* true: the server does, and a resolver gives them */
};

struct turmoil {
	const struct circumstances *given;
	struct bed *b;
	uint64_t random;
	unsigned step;
	bool is_silent; /* for a while nothing answers the queries of sealgate itself */
	struct parked_list fetching, asking; /* wait for keys; for their query to be asked again */
	struct fate fates[STEPS + 1];        /* by packet id: a step sends at most one packet */
};

/* Returns 0 to `below` - 1. */
static unsigned draw(struct turmoil *t, unsigned below)
{
	t->random = t->random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(t->random >> 33) % below;
}

/* ---- The promises ---- */

static void promise(const struct turmoil *t, bool is_kept, const char *promised)
{
	if (!is_kept)
		fail_msg("%s, step %u: broken: %s", t->given->why, t->step, promised);
}

static bool holds_forgery(struct span message)
{
	return memmem(message.base, message.len, FORGED_IP, 4) != NULL;
}

static struct fate *tell(struct turmoil *t, uint64_t id)
{
	struct fate *fate = &t->fates[id];

	promise(t, !fate->is_told, "a packet gets one verdict");
	fate->is_told = true;
	return fate;
}

/* In an unsigned zone only the letters help against an attacker who does not see the query. If the
 * server changes letters, or in a pause, they do not help either. */
static bool may_be_fooled(const struct turmoil *t, const struct fate *fate)
{
	return t->given->is_unsigned &&
	       (fate->has_right_letters || fate->came_in_pause || t->given->changes_letters);
}

static void check_delivered(
        const struct turmoil *t, const struct fate *fate, bool is_forged, bool has_right_letters)
{
	if (fate->is_query || t->b->v->turn.is_paused)
		return;
	promise(t, !is_forged || may_be_fooled(t, fate), "no forged record reaches the client");
	promise(t, has_right_letters || fate->came_in_pause,
	        "a response has the letters of the client's query");
}

static void take_accept(void *context, uint64_t id)
{
	struct turmoil *t = context;
	const struct fate *fate = tell(t, id);

	check_delivered(t, fate, fate->is_forged, fate->has_right_letters);
}

static void take_accept_with(
        void *context, uint64_t id, const struct packet *packet, struct span payload)
{
	struct turmoil *t = context;

	(void)packet;
	assert_true(payload.len > LETTER_AT);
	check_delivered(t, tell(t, id), holds_forgery(payload), payload.base[LETTER_AT] == RIGHT);
}

static void take_drop(void *context, uint64_t id)
{
	tell(context, id);
}

/* ---- What is asked of servers ---- */

/* One step may take the time past the end of a flow by the longest wait. */
static void check_wait(const struct turmoil *t, const struct parked *parked)
{
	promise(t, parked->took_ms <= t->b->flows.timeout_ms + PARK_MS,
	        "no response takes longer than its query is remembered");
}

static bool take_fetch(void *context, const struct want *want,
        const struct sockaddr_storage *address, struct parked *parked)
{
	struct turmoil *t = context;

	(void)address;
	if (draw(t, 40) == 0)
		return false;
	if (parked) {
		check_wait(t, parked);
		t->fates[parked->packet_id].want = *want;
		parked_wait(parked, draw(t, 500), t->b->v->turn.now_ms);
		parked_move(parked, &t->fetching);
	}
	return true;
}

static bool take_reask(void *context, struct parked *parked, enum reask_how how)
{
	struct turmoil *t = context;

	check_wait(t, parked);
	if ((parked->reasked & how) || draw(t, 15) == 0)
		return false;
	parked->reasked |= how;
	parked->waits_for = how;
	parked_move(parked, &t->asking);
	return true;
}

static void take_fetch_soon(
        void *context, const struct want *want, const struct sockaddr_storage *address)
{
	(void)context;
	(void)want;
	(void)address;
}

static bool take_late(void *context, const struct parked *parked, struct want *late)
{
	(void)context;
	(void)parked;
	(void)late;
	return false;
}

/* ---- Steps ---- */

static void send_query(struct turmoil *t)
{
	struct bed *b = t->b;
	struct end_point from = client;

	if (draw(t, 4) == 0)
		write_query_with_cookie(b);
	else
		write_query(b, FLAG_RD, TYPE_A, draw(t, 2) ? OPT_DO : 0);
	b->query.octets[LETTER_AT] = RIGHT;
	from.port = (uint16_t)(CLIENT_PORT + draw(t, CLIENT_PORTS));
	t->fates[b->next_id].is_query = true;
	ask_octets(b, from, msg_span(&b->query));
}

/* The worker hears of such a query later. So the query may be younger than the time of the turn. */
static void send_query_by_shortcut(struct turmoil *t)
{
	struct bed *b = t->b;
	struct end_point from = client;

	write_query(b, FLAG_RD, TYPE_A, OPT_DO);
	b->query.octets[LETTER_AT] = RIGHT;
	from.port = (uint16_t)(CLIENT_PORT + draw(t, CLIENT_PORTS));
	packet_make(&b->packet, 0, from, server, msg_span(&b->query));
	udp_validate_sent_on(
	        &b->validator, b->packet.queued.octets, b->v->turn.now_ms + draw(t, 5), INSIDE);
}

static const char *draw_records(struct turmoil *t, bool has_signatures)
{
	static const char *const records[] = { UNSIGNED, UNSIGNED, BARE, "", GENUINE, GENUINE,
		SPOILT, FORGED };
	enum { WITHOUT_SIGNATURES = 4 };

	return records[draw(t, has_signatures ? COUNT(records) : WITHOUT_SIGNATURES)];
}

/* Comes from the server, or from an attacker who has guessed the port, the id and perhaps the
 * letters. */
static void send_response(struct turmoil *t)
{
	static const uint16_t flags[] = { 0, 0, 0, 0, FLAG_TC, RCODE_SERVFAIL, RCODE_FORMERR,
		RCODE_NXDOMAIN, RCODE_REFUSED };
	struct bed *b = t->b;
	struct way_back way = straight;
	uint16_t with = flags[draw(t, COUNT(flags))];
	const char *records = "";

	if (with == 0 || draw(t, 3) == 0)
		records = draw_records(t, !t->given->leaves_signatures_out);
	validating_write(b->v, WWW, with, records, draw(t, 2));
	struct span response = msg_span(&b->v->judge->response);
	struct fate *fate = &t->fates[b->next_id];
	fate->has_right_letters = draw(t, 3);
	fate->is_forged = holds_forgery(response);
	fate->came_in_pause = b->v->turn.is_paused;
	b->v->judge->response.octets[LETTER_AT] = fate->has_right_letters ? RIGHT : WRONG;
	way.to.port = (uint16_t)(CLIENT_PORT + draw(t, CLIENT_PORTS));
	respond_octets(b, way, response);
}

/* Takes a response that waits out of `list`. Returns NULL if none waits, or if no answer comes. */
static struct parked *draw_parked(struct turmoil *t, struct parked_list *list)
{
	unsigned count = 0;

	if (t->is_silent)
		return NULL;
	for (struct parked *p = list->first; p; p = p->next)
		count++;
	if (count == 0)
		return NULL;
	struct parked *drawn = list->first;
	for (unsigned n = draw(t, count); n > 0; n--)
		drawn = drawn->next;
	parked_unlist(drawn);
	return drawn;
}

static void let_keys_come(struct turmoil *t)
{
	struct parked *parked = draw_parked(t, &t->fetching);

	if (!parked)
		return;
	t->b->v->want = t->fates[parked->packet_id].want;
	validating_feed(t->b->v);
	udp_validate_resume(&t->b->validator, parked, true);
}

static void put_message(uint8_t **octets, size_t *len, struct span message)
{
	free(*octets);
	*octets = malloc(message.len);
	assert_non_null(*octets);
	memcpy(*octets, message.base, message.len);
	*len = message.len;
}

/* Writes what answers a query of sealgate itself. An attacker may answer it, too. In an unsigned
 * zone nobody could tell, so there the answer is genuine. */
static void write_own_answer(struct turmoil *t, enum reask_how how)
{
	bool from_resolver = how == REASK_SIGNED;
	const char *records = draw_records(t, from_resolver || !t->given->leaves_signatures_out);
	uint16_t flags = draw(t, 5) ? 0 : RCODE_SERVFAIL;

	if (t->given->is_unsigned && strstr(records, "192.0.2.66"))
		records = UNSIGNED;
	validating_write(t->b->v, WWW, flags, records, draw(t, 2));
	t->b->v->judge->response.octets[LETTER_AT] = RIGHT;
}

static void let_own_answer_come(struct turmoil *t)
{
	struct parked *parked = draw_parked(t, &t->asking);

	if (!parked)
		return;
	enum reask_how how = parked->waits_for;
	parked->waits_for = REASK_NOT;
	if (draw(t, 4) > 0) { /* otherwise the server is silent */
		write_own_answer(t, how);
		struct span answer = msg_span(&t->b->v->judge->response);
		parked->came_by = how;
		if (how == REASK_SIGNED || how == REASK_ONCE_MORE) {
			put_message(&parked->proof, &parked->proof_len, answer);
		} else {
			put_message(&parked->whole, &parked->whole_len, answer);
			parked->has_other_letters = t->given->changes_letters;
		}
	}
	udp_validate_resume(&t->b->validator, parked, true);
}

static bool is_overdue(const struct turmoil *t, const struct parked *parked)
{
	return parked && parked->deadline_ms <= t->b->v->turn.now_ms;
}

/* Ends the waits that are overdue, as the loop of the worker does. */
static void end_waits(struct turmoil *t)
{
	struct bed *b = t->b;
	struct parked *oldest;

	while (is_overdue(t, oldest = park_oldest(&b->park))) {
		uint64_t id = oldest->packet_id;
		udp_validate_resume(&b->validator, oldest, false);
		promise(t, !is_overdue(t, park_find(&b->park, id)),
		        "a response whose time is over waits for nothing more");
	}
	while (is_overdue(t, oldest = grace_oldest(&b->grace))) {
		uint64_t id = oldest->packet_id;
		udp_validate_resume(&b->validator, oldest, true);
		promise(t, !is_overdue(t, grace_find(&b->grace, id)), "a grace ends once");
	}
	flow_expire(&b->flows, b->v->turn.now_ms);
}

static void let_time_pass(struct turmoil *t)
{
	t->b->v->turn.now_ms += draw(t, draw(t, 3) ? GRACE_MS / 2 : PARK_MS);
	end_waits(t);
}

/* Pauses are rare and short, so that most packets are judged. */
static void pause_flush_or_silence(struct turmoil *t)
{
	struct turn *turn = &t->b->v->turn;

	if (draw(t, turn->is_paused ? 2 : 60) == 0)
		turn->is_paused = !turn->is_paused;
	if (draw(t, t->is_silent ? 3 : 10) == 0)
		t->is_silent = !t->is_silent;
	if (draw(t, 30) == 0)
		gates_forget(&t->b->v->gates);
}

static void set_clock(struct turmoil *t, enum clock_state clock)
{
	struct validating *v = t->b->v;
	struct parked *parked;

	v->turn.clock = clock;
	gates_forget(&v->gates);
	while (clock == CLOCK_SET && (parked = v->arrivals.clockless.first)) {
		parked_unlist(parked);
		udp_validate_resume(&t->b->validator, parked, true);
	}
}

static void set_or_lose_clock(struct turmoil *t)
{
	bool is_set = t->b->v->turn.clock == CLOCK_SET;

	if (draw(t, is_set ? 15 : 4) == 0)
		set_clock(t, is_set ? CLOCK_NOT_SET : CLOCK_SET);
}

static void take_step(struct turmoil *t)
{
	static const struct {
		void (*take)(struct turmoil *t);
		unsigned weight;
	} steps[] = {
		{ send_query, 2 },
		{ send_query_by_shortcut, 1 },
		{ send_response, 4 },
		{ let_keys_come, 6 },
		{ let_own_answer_come, 2 },
		{ let_time_pass, 1 },
		{ pause_flush_or_silence, 1 },
		{ set_or_lose_clock, 1 },
	};
	unsigned all = 0, i = 0;

	for (size_t n = 0; n < COUNT(steps); n++)
		all += steps[n].weight;
	for (unsigned drawn = draw(t, all); drawn >= steps[i].weight; i++)
		drawn -= steps[i].weight;
	steps[i].take(t);
}

/* ---- Rows ---- */

static struct turmoil *turmoil_new(const struct circumstances *given)
{
	static struct nta_list ntas;
	struct turmoil *t = calloc(1, sizeof(*t));
	struct name zone;

	assert_non_null(t);
	t->given = given;
	t->random = given->seed;
	t->b = bed_new();
	struct validating *v = t->b->v;
	t->b->validator.verdicts =
	        (struct packet_verdicts){ t, take_accept, take_accept_with, take_drop, NULL };
	v->arrivals.asker = (struct asker){ t, take_fetch, take_reask, take_fetch_soon, take_late };
	v->arrivals.response_rrs = scratch_rrs_new();
	v->arrivals.proof_rrs = scratch_rrs_new();
	v->fallback.can_assist = true;
	v->config.waits_for_clock = true;
	ntas.count = 0;
	assert_true(name_from_text("example.test", &zone));
	if (given->is_unsigned) {
		assert_true(nta_add(&ntas, &zone, NTA_FOREVER));
		v->gates.store.ntas = &ntas;
	}
	return t;
}

static void turmoil_free(struct turmoil *t)
{
	bed_free(t->b);
	free(t);
}

/* A packet may wait for keys, for its grace, and for its question to be asked once more. */
static void check_nothing_is_left(struct turmoil *t)
{
	const struct bed *b = t->b;

	t->b->v->turn.is_paused = false;
	for (unsigned n = 0; n < 3; n++) {
		t->b->v->turn.now_ms += b->flows.timeout_ms;
		end_waits(t);
	}
	promise(t, !park_oldest(&b->park) && !grace_oldest(&b->grace), "every wait ends");
	promise(t, !t->fetching.first && !t->asking.first && !b->v->arrivals.clockless.first,
	        "nothing is left in a list");
	promise(t, b->flows.table.used == 0, "every flow ends");
	for (uint64_t id = 1; id < b->next_id; id++)
		promise(t, t->fates[id].is_told, "every packet gets a verdict");
}

/* The rows together must reach these. A turmoil in which little happens would show little. */
static const struct {
	const char *what;
	size_t counter;
} parts[] = {
	{ "responses waited", COUNTER(parked) },
	{ "responses waited in vain", COUNTER(parked_timeouts) },
	{ "responses waited for their grace", COUNTER(grace_held) },
	{ "better responses won", COUNTER(grace_won) },
	{ "a question asked once more helped", COUNTER(once_more_helped) },
	{ "signatures of a resolver helped", COUNTER(assisted) },
	{ "responses came in other letters", COUNTER(responses_letters) },
	{ "responses came without a clock", COUNTER(responses_clockless) },
	{ "responses came in a pause", COUNTER(passed[EXEMPT_PAUSE]) },
	{ "responses were recalled", COUNTER(responses_recalled) },
	{ "responses were refused", COUNTER(responses_servfail) },
	{ "responses were Secure", COUNTER(status_secure) },
	{ "responses were Insecure", COUNTER(status_insecure) },
};

static void promises_hold_in_any_order_of_events(void **state)
{
	(void)state;
	static const struct circumstances rows[] = {
		{ "a signed zone", 1, .is_unsigned = false },
		{ "a signed zone, its server changes letters", 2, .changes_letters = true },
		{ "a signed zone, its server leaves signatures out", 3,
		        .leaves_signatures_out = true },
		{ "a signed zone, its server leaves signatures out, again", 6,
		        .leaves_signatures_out = true },
		{ "an unsigned zone", 4, .is_unsigned = true },
		{ "an unsigned zone, its server changes letters", 5, .is_unsigned = true,
		        .changes_letters = true },
	};
	uint64_t reached[COUNT(parts)] = { 0 };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct turmoil *t = turmoil_new(&rows[i]);
		for (t->step = 0; t->step < STEPS; t->step++)
			take_step(t);
		check_nothing_is_left(t);
		for (size_t n = 0; n < COUNT(parts); n++)
			reached[n] += validating_count(t->b->v, parts[n].counter);
		turmoil_free(t);
	}
	for (size_t n = 0; n < COUNT(parts); n++)
		assert_row(parts[n].what, reached[n] > 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(promises_hold_in_any_order_of_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of a worker that validate, without a worker, a queue or a socket. A stand-in takes what
 * is asked of servers, and the world of judge.h answers it. */
#ifndef TESTS_VALIDATING_H
#define TESTS_VALIDATING_H

#include "judge.h"

#include "queue/shortcut.h"
#include "worker/arrival.h"
#include "worker/gates.h"
#include "worker/oddity.h"
#include "worker/report.h"
#include "worker/server_fallback.h"
#include "worker/validate_query.h"
#include "worker/missing.h"
#include "worker/worker.h"

#define START_MS    1000000
#define TIME_SERVER "pool.example.test" /* names in it are those of time servers */

struct validating {
	struct judge *judge;
	struct namelist time_servers;
	struct policy policy;
	struct worker_config config;
	struct turn turn;
	struct stats stats;
	struct shortcut shortcut;
	struct report report;
	struct missing missing;
	struct gates gates;
	struct server_fallback fallback;
	struct oddities oddities;
	struct query_intake intake;
	struct arrivals arrivals;
	struct parked_list ready;

	/* What was asked of servers, and whether it may be. */
	bool is_fetcher_full, is_asker_full;
	bool asks_once_more; /* otherwise asking once more always finds a limit */
	unsigned fetched;    /* times */
	struct want want;    /* the last one */
	struct parked *fetched_for;
	enum reask_how reasked; /* the last one */
	unsigned fetched_soon;  /* times */
	struct want late;       /* what a response waits for in vain; name.len 0: nothing */
};

/* The clock is set, nothing is remembered, and a resolver has signatures if `can_assist`. */
struct validating *validating_new(bool can_assist);
void validating_free(struct validating *v);

/* Has the gate learn what the world says of the last want. */
void validating_feed(struct validating *v);

/* Writes a response as judge.h does, with an OPT if `has_edns`; into v->judge->response. */
void validating_write(struct validating *v, const char *question, uint16_t flags,
        const char *records, bool has_edns);

/* Reads one counter: COUNTER(its name in struct stats). */
#define COUNTER(name) offsetof(struct stats, name)
uint64_t validating_count(const struct validating *v, size_t counter);

/* True if one message passed by an exemption, and it was this one. */
bool validating_passed_once(const struct validating *v, enum exemption exemption);

#endif

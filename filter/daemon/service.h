/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of the daemon's main thread. daemon.c makes and frees it. Private to daemon/. */
#ifndef DAEMON_SERVICE_H
#define DAEMON_SERVICE_H

#include <pthread.h>

#include "base/complaint.h"
#include "config/config.h"
#include "config/root_hints.h"
#include "daemon/control.h"
#include "daemon/generation.h"
#include "daemon/handover.h"
#include "daemon/nta_keeper.h"
#include "daemon/pause.h"
#include "daemon/prefix_keeper.h"
#include "daemon/rules_guard.h"
#include "daemon/timekeeper.h"
#include "daemon/watchdog.h"
#include "daemon/zone_keeper.h"
#include "worker/own_answers.h"
#include "worker/worker.h"

struct thread {
	pthread_t id;
	struct service *service;
	struct worker *worker;
	unsigned queue;
	int error;
};

struct service {
	const char *path; /* of the configuration file; NULL: the default */
	/* the configuration at the start: what a reload cannot change */
	const struct config *started;
	const struct config *config;   /* the newest: what a reload can change */
	struct generation *generation; /* to which `config` belongs */
	struct generation *former;     /* a worker may still use it; or NULL */
	struct generation *first;      /* to which `started` belongs */
	struct root_hints hints;
	struct zone_keeper *zones;     /* of a signer; NULL: this daemon validates */
	int raw_sockets[OWN_FAMILIES]; /* of a signer, for answers without the server; -1: none */
	struct anchors *anchors;       /* as configured; NULL: this daemon signs */
	struct anchor_keeper *keeper;  /* NULL: anchors do not roll over, `anchors` are in force */
	bool keeper_runs;
	struct nta_keeper ntas;         /* of a daemon that validates */
	struct prefix_keeper *prefixes; /* NULL: none are looked for */
	struct anchor_alarm anchor_alarm;
	int signals;               /* signalfd */
	int failed;                /* eventfd; a worker writes to it when it fails */
	struct control *control;   /* NULL: the control socket could not be made */
	struct rules_guard *guard; /* NULL: nothing watches the rules */
	struct pause pause;
	bool log_level_is_told; /* by `sealgate ctl`, since the last reload */
	struct timekeeper time;
	uint64_t started_ms;
	struct handover before; /* what another process left */
	int older;        /* a connection to a process of root that is to be replaced, or -1 */
	bool is_replaced; /* another process takes over from this one */
	struct watchdog watchdog;
	struct worker **workers;
	struct thread *threads;
	unsigned worker_count, thread_count;
};

/* Returns the wall clock, or -1 while it is not set. */
int64_t service_now_s(const struct service *s);

/* Returns the times by which negative trust anchors are in force. */
struct nta_now service_nta_now(const struct service *s);

/* True if answers over UDP can be sent without the server. */
static inline bool service_sends_answers(const struct service *s)
{
	return s->raw_sockets[OWN_IPV4] >= 0 || s->raw_sockets[OWN_IPV6] >= 0;
}

/* Tells systemd the state of the service, for `systemctl status`. */
void service_tell_systemd(const struct service *s);

#endif

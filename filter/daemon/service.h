/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon from inside: what its main thread holds. daemon.c makes and ends it.
 * Private to daemon/. */
#ifndef DAEMON_SERVICE_H
#define DAEMON_SERVICE_H

#include <pthread.h>

#include "config/config.h"
#include "config/root_hints.h"
#include "daemon/control.h"
#include "daemon/pause.h"
#include "daemon/timekeeper.h"
#include "daemon/zone_keeper.h"
#include "worker/worker.h"

#define SERVICE_WHY_SIZE 400

struct thread {
	pthread_t id;
	struct service *service;
	struct worker *worker;
	unsigned queue;
	int error;
};

struct service {
	const struct config *config;
	struct policy policy;
	struct root_hints hints;
	struct zone_keeper *zones;    /* of those that are signed; NULL: it validates */
	struct anchors *anchors;      /* as configured; NULL: it signs */
	struct anchor_keeper *keeper; /* of those in force; NULL: the ones above are, and stay */
	bool keeper_runs;
	int signals;             /* a signalfd */
	int failed;              /* an eventfd, to which a worker writes that ends by itself */
	struct control *control; /* NULL: it could not be made */
	struct pausing pausing;
	struct timekeeper time;
	uint64_t started_ms;
	struct worker **workers;
	struct thread *threads;
	unsigned worker_count, thread_count;
};

/* Reads again what can be while it runs: a signer's keys. Returns 0; or -1 with a sentence in
 * `why`, and then all goes on as before. */
int service_reload(struct service *s, char *why, size_t why_size);

/* Makes the workers, one for each queue. Logs what goes wrong, and returns -errno then. */
int service_bind_queues(struct service *s);

/* The wall clock, or -1 while it is not set. */
int64_t service_now_s(const struct service *s);

/* Tells the service manager in what state the service is (sd_notify(3), STATUS). */
void service_tell_manager(const struct service *s);

/* What can be asked of the daemon through the control socket; the context is the service. */
extern const struct control_command service_commands[];

#endif

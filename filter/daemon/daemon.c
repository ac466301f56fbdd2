/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/daemon.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/fsuid.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/complaint.h"
#include "base/log.h"
#include "config/config_table.h"
#include "config/root_hints.h"
#include "config/trust_anchors.h"
#include "crypto/crypto.h"
#include "daemon/anchor_keeper.h"
#include "daemon/counters.h"
#include "daemon/identity.h"
#include "daemon/obstacles.h"
#include "daemon/privileges.h"
#include "daemon/reload.h"
#include "daemon/replace.h"
#include "daemon/sandbox.h"
#include "daemon/service_commands.h"
#include "daemon/service_wait.h"
#include "daemon/service_workers.h"
#include "daemon/systemd.h"
#include "netfilter/br_netfilter.h"
#include "netfilter/service_user.h"
#include "worker/worker_orders.h"

/* For the queues, the fetches (FETCHES_MAX * FETCH_OPEN) and the rest, rounded up. */
#define DESCRIPTORS_A_WORKER 1280

/* "Ready" means protected, if the rules can be put in place within this time. */
#define RULES_WAIT_MS 10000

/* Signals are read from a descriptor. They are blocked before a thread starts, so that they
 * interrupt no thread. */
static int open_events(struct service *s)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return -errno;
	s->signals = signalfd(-1, &set, SFD_CLOEXEC);
	s->failed = eventfd(0, EFD_CLOEXEC);
	if (s->signals < 0 || s->failed < 0)
		return -errno;
	return 0;
}

static void *worker_thread(void *arg)
{
	struct thread *t = arg;

	sandbox_worker(t->service->started);
	t->error = worker_run(t->worker);
	if (t->error) {
		log_error("queue %u: the worker failed, sealgate ends: %s", t->queue,
		        strerror(-t->error));
		eventfd_write(t->service->failed, 1);
	}
	return NULL;
}

static int start_threads(struct service *s, const struct config *c)
{
	while (s->thread_count < s->worker_count) {
		struct thread *t = &s->threads[s->thread_count];
		int error;

		*t = (struct thread){ .service = s,
			.worker = s->workers[s->thread_count],
			.queue = c->queue_first + s->thread_count };
		error = pthread_create(&t->id, NULL, worker_thread, t);
		if (error) {
			log_error("cannot start a worker's thread: %s", strerror(error));
			return -error;
		}
		s->thread_count++;
	}
	return 0;
}

/* A relayed connection takes two descriptors. A lower limit is no failure: then idle connections
 * are closed earlier. */
static void raise_descriptor_limit(const struct config *c)
{
	rlim_t wanted = DESCRIPTORS_A_WORKER;
	struct rlimit limit;

	if (c->tcp == TCP_RELAY)
		wanted += 2 * (rlim_t)c->tcp_connections;
	wanted *= c->queue_count;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
		log_warning(
		        "sealgate may need %llu descriptors, but its limit is %llu: idle TCP "
		        "connections may be closed early, and keys may not be fetched; raise the "
		        "limit (LimitNOFILE=, ulimit -n)",
		        (unsigned long long)wanted, (unsigned long long)limit.rlim_cur);
}

/* Unlike keys of anchors, prefixes need no clock. Returns 0 or -errno. */
static int start_prefixes(struct service *s)
{
	int error = s->prefixes ? prefix_keeper_start(s->prefixes, s->workers, s->worker_count) : 0;

	if (error)
		log_error("cannot start the thread that looks for DNS64 prefixes: %s",
		        strerror(-error));
	return error;
}

/* The control socket is optional. */
static void open_control(struct service *s)
{
	struct complaint why;

	s->started_ms = clock_monotonic_ms();
	s->pause = (struct pause){ .workers = s->workers, .worker_count = s->worker_count };
	s->control = control_open(s->started->control_socket, service_commands, s, &why);
	if (!s->control)
		log_warning("no control socket, `sealgate ctl` will not work: %s", why.text);
	else if (control_admit(s->control, s->started->control_group, "control_group", &why) != 0)
		log_warning("%s", why.text);
}

static void say_ready(const struct service *s, const struct config *c)
{
	unsigned last = config_queue_last(c);

	if (s->zones)
		log_info("ready: role %s, place %s, queues %u to %u, signing %u zones",
		        key_word("role", c), key_word("sign.place", c), c->queue_first, last,
		        zone_keeper_policy(s->zones)->zone_count);
	else
		log_info("ready: role %s, mode %s, queues %u to %u, trust anchors for %u zones",
		        key_word("role", c), key_word("mode", c), c->queue_first, last,
		        anchors_count(s->anchors));
}

static void begin_sandbox(const struct service *s, const struct config *c)
{
	struct key_directories keys = { 0 };

	if (s->zones)
		keys.paths = zone_keeper_key_directories(s->zones, &keys.count);
	sandbox_begin(c, s->path, &keys);
	free(keys.paths);
}

static int serve_until_the_end(struct service *s, const struct config *c)
{
	begin_sandbox(s, c);
	int error = start_threads(s, c), stop_error;

	sandbox_main(c);
	sandbox_log();
	if (!error)
		error = service_start_keeper(s);
	if (!error)
		error = start_prefixes(s);
	if (!error) {
		rules_guard_wait(s->guard, RULES_WAIT_MS);
		say_ready(s, c);
		if (!s->zones)
			nta_keeper_tell(&s->ntas, service_nta_now(s));
		service_look_at_zones(s);
		systemd_ready();
		watchdog_init(&s->watchdog, systemd_watchdog_ms(), clock_monotonic_ms());
		service_tell_systemd(s);
		error = service_wait_for_the_end(s);
		systemd_stopping();
	}
	rules_guard_end(s->guard);
	s->guard = NULL;
	anchor_keeper_stop(s->keeper);
	prefix_keeper_stop(s->prefixes);
	timekeeper_end(&s->time);
	stop_error = service_stop_workers(s);
	counters_log(s->workers, s->worker_count);
	return error ? error : stop_error;
}

static void service_fini(struct service *s)
{
	rules_guard_end(s->guard);
	control_close(s->control);
	handover_fini(&s->before, true);
	for (unsigned i = 0; i < s->worker_count; i++)
		worker_free(s->workers[i]);
	free(s->workers);
	free(s->threads);
	anchor_keeper_free(s->keeper);
	prefix_keeper_free(s->prefixes);
	anchors_free(s->anchors);
	zone_keeper_free(s->zones);
	own_answers_close(s->raw_sockets);
	if (s->former != s->first)
		generation_free(s->former);
	if (s->generation != s->first)
		generation_free(s->generation);
	generation_free(s->first);
	if (s->older >= 0)
		close(s->older);
	if (s->signals >= 0)
		close(s->signals);
	if (s->failed >= 0)
		close(s->failed);
}

/* A configured file must exist; the default one, which Debian installs, need not. If `resolver`
 * names servers, nothing is asked of the root's; but a reload may take them away. */
static int load_hints(struct service *s, const struct config *c)
{
	bool is_named = strcmp(c->root_hints, key_find("root_hints")->text) != 0;
	struct complaint why;

	if (!c->walk)
		return 0;
	int error = root_hints_load(&s->hints, c->root_hints, &why);
	if (error && c->resolvers.count > 0) {
		if (is_named)
			log_warning("%s; without `resolver` no keys could be fetched from the "
			            "root down",
			        why.text);
		return 0;
	}
	if (error == -ENOENT && !is_named) {
		log_info(
		        "%s; so keys are fetched only from the servers that clients ask", why.text);
		return 0;
	}
	if (error)
		log_error("%s", why.text);
	return error;
}

/* Loads zone keys or trust anchors, from files that only root may be able to read. Returns 0, or
 * -errno; the failure is logged. */
static int load_inputs(struct service *s, const struct config *c)
{
	struct complaint why;

	if (c->role == ROLE_BRIDGE && !br_netfilter_sees("", &why))
		log_warning("%s", why.text);
	if (c->role == ROLE_SIGNER)
		s->zones = zone_keeper_new(c, &why);
	else
		s->anchors = trust_anchors_load(c->trust_anchor, &why);
	if (s->zones)
		return 0;
	if (s->anchors)
		return load_hints(s, c);
	log_error("%s", why.text);
	return -EINVAL;
}

static int follow_anchors(struct service *s, const struct config *c)
{
	if (s->zones || !c->rollover)
		return 0;
	s->keeper = anchor_keeper_new(c, s->anchors);
	if (s->keeper)
		return 0;
	log_error("cannot keep trust anchors up to date: out of memory or descriptors");
	return -ENOMEM;
}

static int look_for_prefixes(struct service *s, const struct config *c)
{
	if (s->zones || c->dns64_discovery == 0)
		return 0;
	s->prefixes = prefix_keeper_new(c, &s->generation->policy);
	if (s->prefixes)
		return 0;
	log_error("cannot look for DNS64 prefixes: out of memory or descriptors");
	return -ENOMEM;
}

static int guard_rules(struct service *s, struct config *c, const struct identity *who)
{
	struct complaint why;

	if (c->rules_watch == RULES_WATCH_OFF)
		return 0;
	s->guard = rules_guard_start(c, s->path, who, &why);
	if (s->guard)
		return 0;
	log_error("%s", why.text);
	return -EAGAIN;
}

/* The control socket of another daemon may belong to root. After root is given up it is out of
 * reach. */
static void reach_older(struct service *s, const struct config *c, bool replaces)
{
	control_remove_stale(c->control_socket);
	if (replaces)
		s->older = replace_reach_root(c->control_socket);
}

/* Later there is no right to open them. They can do nothing that verdicts on packets could not do,
 * too. The rules know them by their owner, which is the user of the file system at this moment. */
static void open_raw_sockets(struct service *s, const struct identity *who)
{
	int before = who->is_to_change ? setfsuid(who->user) : 0;
	int error = s->zones ? own_answers_open(s->raw_sockets) : 0;

	if (who->is_to_change)
		setfsuid((uid_t)before);
	if (error)
		log_info("over UDP the server is asked before each answer: raw sockets, to answer "
		         "without it, need CAP_NET_RAW at the start: %s (docs/signing.md)",
		        strerror(-error));
}

/* The guard is made first, because it may keep more than the daemon. */
static int give_up_privileges(
        struct service *s, struct config *c, const struct identity *who, bool replaces)
{
	identity_prepare_files(who, c);
	int error = guard_rules(s, c, who);

	if (!error && who->is_to_change)
		reach_older(s, c, replaces);
	if (!error)
		open_raw_sockets(s, who);
	if (!error)
		error = identity_take(who, PRIVILEGES_NET_ADMIN);
	if (error)
		return error;
	service_user_check(c);
	identity_check_files(who, c);
	error = privileges_drop();
	if (error)
		log_error("cannot give up privileges: %s", strerror(-error));
	return error;
}

/* Binds the queues, or takes them over. Until then another process may change its negative trust
 * anchors, so their file is read afterwards. */
static int bind_queues(struct service *s, const struct config *c, bool replaces)
{
	int error = replaces ? replace_running(c->control_socket, s->older, &s->before) : 0;

	s->older = -1;
	if (error)
		return error;
	if (!s->zones)
		nta_keeper_init(&s->ntas, c, service_nta_now(s));
	error = service_bind_queues(s);
	if (error)
		replace_tell_running(c->control_socket);
	else
		handover_fini(&s->before, false);
	return error;
}

/* The configuration lives in the first generation from here on. */
static int begin_service(struct service *s, struct config *c, const char *path)
{
	*s = (struct service){
		.path = path, .signals = -1, .failed = -1, .older = -1, .raw_sockets = { -1, -1 }
	};
	s->first = s->generation = generation_new(c, NULL);
	if (!s->first) {
		log_error("out of memory");
		return -ENOMEM;
	}
	s->started = s->config = &s->first->config;
	return 0;
}

int daemon_run(struct config *configured, const char *path, bool replaces)
{
	struct service s;
	struct identity who;
	int error = begin_service(&s, configured, path);

	if (error)
		return error;
	struct config *c = &s.first->config;
	handover_from_systemd(&s.before);
	crypto_allow_sha1(c->sha1);
	exchange_use_mark(c->mark_own);
	error = load_inputs(&s, c);
	if (!error)
		error = identity_find(&who, c);
	if (!error)
		error = obstacles_look(c, replaces || s.before.count > 0);
	if (error)
		goto out;
	error = give_up_privileges(&s, c, &who, replaces);
	if (error)
		goto out;
	timekeeper_init(&s.time, &clock_system, clock_built_s, c->clock_state,
	        c->unsynchronised_clock == UNSYNCHRONISED_DOUBT);
	s.time.signs = s.zones != NULL;
	timekeeper_look(&s.time, clock_monotonic_ms(), 0);
	error = follow_anchors(&s, c);
	if (!error)
		error = look_for_prefixes(&s, c);
	if (error)
		goto out;
	error = open_events(&s);
	if (error) {
		log_error("cannot wait for signals: %s", strerror(-error));
		goto out;
	}
	raise_descriptor_limit(c);
	error = bind_queues(&s, c, replaces);
	if (!error)
		open_control(&s);
	if (!error)
		error = serve_until_the_end(&s, c);
out:
	service_fini(&s);
	return error;
}

void daemon_give_up(void)
{
	struct handover before = { 0 };

	handover_from_systemd(&before);
	handover_fini(&before, true);
}

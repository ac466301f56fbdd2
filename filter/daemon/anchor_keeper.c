/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/anchor_keeper.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/complaint.h"
#include "base/log.h"
#include "config/anchor_file.h"
#include "daemon/anchor_log.h"
#include "daemon/sandbox.h"
#include "fetch/lookup.h"
#include "trust/observation.h"
#include "worker/worker_orders.h"

#define ARENA_OCTETS (4u << 20) /* as for a judgement: the canonical form of a large message */

/* The thread looks at least this often whether a zone is due: the wall clock may have been set. */
#define IDLE_MAX_S 600

/* Replaced anchors, which a worker may still use. */
struct old_anchors {
	struct old_anchors *next;
	struct anchors *anchors;
};

/* The server that returned the keys of a zone. One for each trust point, in the same order. */
struct source {
	bool is_known;
	struct sockaddr_storage server;
};

struct anchor_keeper {
	const struct config *config;
	const char *state_path;
	struct worker *const *workers;
	unsigned worker_count;
	struct anchors *anchors; /* in force */
	struct old_anchors *old;
	bool save_failed;

	/* Only the keeper's thread changes it. The workers look up zones in it; while they run, no
	 * zone is added or removed. */
	struct trust_points points;

	pthread_mutex_t lock; /* for `sources`: a worker writes one when it has fetched keys */
	struct source sources[ANCHORS_MAX];

	pthread_t thread;
	bool is_running;
	int stop_fd, answered_fd; /* eventfds */

	struct crypto *crypto;
	struct arena arena;
	struct rr *rrs;
	uint8_t *buffer;
};

/* ---- The file ---- */

static void keeper_load(struct anchor_keeper *k, const struct anchors *configured, int64_t now_s)
{
	const char *path = k->state_path;
	struct complaint error;

	if (anchor_file_load(&k->points, path, k->crypto, &error) == ANCHOR_FILE_DAMAGED)
		log_error(
		        "%s; learned trust anchors are lost: trusting the anchors of trust_anchor, "
		        "without those that the file says are revoked",
		        error.text);
	unsigned zones = trust_points_configure(&k->points, configured, now_s);
	if (zones > 0)
		log_warning(
		        "the trust anchors of %u zones were replaced in the configuration: keys "
		        "that were learned from the old anchors are forgotten",
		        zones);
	anchor_log_all(&k->points);
}

/* A change that cannot be saved stays in force until the daemon ends. */
static void keeper_save(struct anchor_keeper *k)
{
	struct complaint error;
	int result = anchor_file_save(&k->points, k->state_path, k->crypto, &error);

	if (result < 0 && !k->save_failed)
		log_warning("cannot save trust anchors: %s; changes are in force, but will be lost "
		            "when "
		            "sealgate ends",
		        error.text);
	else if (result == 0 && k->save_failed)
		log_info("trust anchors can be saved again: %s", k->state_path);
	k->save_failed = result < 0;
}

/* ---- The workers ---- */

static bool all_use_newest(const struct anchor_keeper *k)
{
	for (unsigned i = 0; i < k->worker_count; i++) {
		if (worker_anchors(k->workers[i]) != k->anchors)
			return false;
	}
	return true;
}

/* Called only if every worker uses the newest anchors: any other worker might still take an old
 * one. */
static void free_old_anchors(struct anchor_keeper *k)
{
	while (k->old) {
		struct old_anchors *old = k->old;
		k->old = old->next;
		anchors_free(old->anchors);
		free(old);
	}
}

/* If memory is short, the old anchors stay in force until the next change. */
static void publish_anchors(struct anchor_keeper *k)
{
	struct old_anchors *old = malloc(sizeof(*old));
	struct anchors *anchors = trust_points_anchors(&k->points);

	if (!old || !anchors) {
		log_error(
		        "out of memory: the change of trust anchors does not take effect until the "
		        "next change");
		free(old);
		anchors_free(anchors);
		return;
	}
	*old = (struct old_anchors){ k->old, k->anchors };
	k->old = old;
	k->anchors = anchors;
	for (unsigned i = 0; i < k->worker_count; i++)
		worker_use_anchors(k->workers[i], anchors);
}

void anchor_keeper_answered(
        void *keeper, const struct name *zone, const struct sockaddr_storage *server)
{
	struct anchor_keeper *k = keeper;
	const struct trust_point *p = trust_points_find(&k->points, zone);

	if (!p)
		return;
	pthread_mutex_lock(&k->lock);
	k->sources[p - k->points.points] = (struct source){ true, *server };
	pthread_mutex_unlock(&k->lock);
	eventfd_write(k->answered_fd, 1);
}

/* ---- Looking ---- */

/* One look at the keys of one zone. */
struct look {
	struct anchor_keeper *keeper;
	struct trust_point *point;
	struct observation seen;
};

/* Accepts an answer if a trusted key has signed it, or if it shows a revocation, which the revoked
 * key proves itself. Any other answer may be forged, so the server is asked again. */
static bool take_answer(void *context, struct span answer, bool last_try)
{
	struct look *look = context;
	struct anchor_keeper *k = look->keeper;
	struct message m;

	(void)last_try;
	return message_parse(&m, answer, k->rrs, MESSAGE_RRS_MAX) &&
	       observation_read(
	               &look->seen, k->crypto, &k->arena, &m, look->point, clock_wall_s()) &&
	       (look->seen.signers || look->seen.revoked);
}

static bool ask_server(struct look *look, const struct sockaddr_storage *server)
{
	struct want want = { .name = look->point->zone, .type = TYPE_DNSKEY };
	return lookup_unless(
	        server, &want, look->keeper->buffer, take_answer, look, look->keeper->stop_fd);
}

static struct source source_of(struct anchor_keeper *k, const struct trust_point *p)
{
	struct source source;

	pthread_mutex_lock(&k->lock);
	source = k->sources[p - k->points.points];
	pthread_mutex_unlock(&k->lock);
	return source;
}

static bool ask_servers(struct look *look)
{
	const struct config *c = look->keeper->config;
	struct source source = source_of(look->keeper, look->point);

	if (c->resolvers.count == 0)
		return source.is_known && ask_server(look, &source.server);
	for (unsigned i = 0; i < c->resolvers.count; i++) {
		if (ask_server(look, &c->resolvers.items[i]))
			return true;
	}
	return false;
}

/* A zone is not due before there is a server to ask. */
static bool is_point_due(struct anchor_keeper *k, const struct trust_point *p, int64_t now_s)
{
	return rollover_trusted(p) && rollover_wait_s(p, now_s) == 0 &&
	       (k->config->resolvers.count > 0 || source_of(k, p).is_known);
}

static bool keeper_is_stopping(const struct anchor_keeper *k)
{
	struct pollfd fd = { k->stop_fd, POLLIN, 0 };
	return poll(&fd, 1, 0) > 0;
}

static void look_at_point(struct anchor_keeper *k, struct trust_point *p)
{
	struct look look = { .keeper = k, .point = p };
	struct rollover_report report = { 0 };
	bool seen = ask_servers(&look);

	if (keeper_is_stopping(k))
		return;
	if (seen)
		rollover_observe(p, &look.seen, clock_wall_s(), &report);
	else
		rollover_failed(p, clock_wall_s());
	anchor_log(p, &report);
	if (report.trust_changed)
		publish_anchors(k);
}

static void look_at_due_points(struct anchor_keeper *k)
{
	bool looked = false;

	for (unsigned i = 0; i < k->points.count && !keeper_is_stopping(k); i++) {
		if (!is_point_due(k, &k->points.points[i], clock_wall_s()))
			continue;
		look_at_point(k, &k->points.points[i]);
		looked = true;
	}
	if (looked)
		keeper_save(k);
}

/* ---- The thread ---- */

static int keeper_idle_ms(struct anchor_keeper *k)
{
	int64_t now_s = clock_wall_s(), idle_s = IDLE_MAX_S;

	for (unsigned i = 0; i < k->points.count; i++) {
		int64_t wait_s = rollover_wait_s(&k->points.points[i], now_s);
		if (wait_s > 0 && wait_s < idle_s)
			idle_s = wait_s;
	}
	return (int)idle_s * 1000;
}

static void *keeper_run(void *keeper)
{
	struct anchor_keeper *k = keeper;
	struct pollfd fds[] = { { k->stop_fd, POLLIN, 0 }, { k->answered_fd, POLLIN, 0 } };

	sandbox_keeper(SECCOMP_ANCHORS);
	while (!fds[0].revents) {
		eventfd_t ignored;

		look_at_due_points(k);
		if (k->old && all_use_newest(k))
			free_old_anchors(k);
		if (poll(fds, 2, keeper_idle_ms(k)) > 0 && fds[1].revents)
			eventfd_read(k->answered_fd, &ignored);
	}
	return NULL;
}

int anchor_keeper_start(struct anchor_keeper *k, struct worker *const workers[], unsigned count)
{
	k->workers = workers;
	k->worker_count = count;
	keeper_save(k);
	int error = pthread_create(&k->thread, NULL, keeper_run, k);
	k->is_running = error == 0;
	return -error;
}

void anchor_keeper_stop(struct anchor_keeper *k)
{
	if (!k || !k->is_running)
		return;
	eventfd_write(k->stop_fd, 1);
	pthread_join(k->thread, NULL);
	k->is_running = false;
}

/* The thread may be in the middle of the resolvers, so it ends, and starts again. */
void anchor_keeper_use(struct anchor_keeper *k, const struct config *c)
{
	bool was_running = k->is_running;
	eventfd_t ignored;

	anchor_keeper_stop(k);
	k->config = c;
	if (!was_running)
		return;
	eventfd_read(k->stop_fd, &ignored);
	int error = anchor_keeper_start(k, k->workers, k->worker_count);
	if (error)
		log_error("trust anchors are not kept up to date until a restart: cannot start "
		          "the anchor keeper's thread: %s",
		        strerror(-error));
}

static bool keeper_take_memory(struct anchor_keeper *k)
{
	k->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	k->answered_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	k->crypto = crypto_new();
	k->rrs = calloc(MESSAGE_RRS_MAX, sizeof(*k->rrs));
	k->buffer = malloc(EXCHANGE_ANSWER_MAX);
	return k->stop_fd >= 0 && k->answered_fd >= 0 && k->crypto && k->rrs && k->buffer &&
	       arena_init(&k->arena, ARENA_OCTETS) == 0;
}

struct anchor_keeper *anchor_keeper_new(const struct config *c, const struct anchors *configured)
{
	struct anchor_keeper *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->config = c;
	k->state_path = c->trust_anchor_state;
	k->stop_fd = k->answered_fd = -1;
	pthread_mutex_init(&k->lock, NULL);
	if (keeper_take_memory(k)) {
		keeper_load(k, configured, clock_wall_s());
		k->anchors = trust_points_anchors(&k->points);
	}
	if (!k->anchors) {
		anchor_keeper_free(k);
		return NULL;
	}
	return k;
}

const struct anchors *anchor_keeper_anchors(const struct anchor_keeper *k)
{
	return k->anchors;
}

void anchor_keeper_free(struct anchor_keeper *k)
{
	if (!k)
		return;
	free_old_anchors(k);
	anchors_free(k->anchors);
	pthread_mutex_destroy(&k->lock);
	arena_fini(&k->arena);
	crypto_free(k->crypto);
	free(k->rrs);
	free(k->buffer);
	if (k->stop_fd >= 0)
		close(k->stop_fd);
	if (k->answered_fd >= 0)
		close(k->answered_fd);
	free(k);
}

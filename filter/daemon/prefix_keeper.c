/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/prefix_keeper.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/least.h"
#include "base/log.h"
#include "daemon/on_link.h"
#include "daemon/prefix_policy.h"
#include "daemon/prefix_text.h"
#include "daemon/router_adverts.h"
#include "daemon/sandbox.h"
#include "fetch/lookup.h"
#include "wire/nat64_find.h"

#define IDLE_MAX_MS 600000
#define OLD_WAIT_MS 1000 /* until a look whether a worker still uses an old policy */
#define ON_LINK_MS  1000 /* the networks on the links are read at most once in this time */

/* A neighbour that sends Router Advertisements can have lines written. */
#define LOG_BURST      10
#define LOG_PER_SECOND 1

struct asked_resolver {
	uint64_t due_ms;
	unsigned failures; /* in a row */
};

struct prefix_keeper {
	const struct config *config;
	bool asks; /* resolvers */
	struct prefix_policies policies;

	pthread_mutex_t lock; /* for `found`: the main thread reads it */
	struct found_prefixes found;

	struct network on_link[ON_LINK_MAX];
	unsigned on_link_count;
	uint64_t on_link_until_ms;

	struct asked_resolver resolvers[CONFIG_RESOLVERS_MAX];
	struct client_query question;
	struct log_limit log;
	pthread_t thread;
	bool is_running;
	int stop_fd, adverts_fd; /* -1: none */
	struct rr *rrs;
	uint8_t *buffer;
};

uint32_t prefix_ask_after_s(unsigned count, uint32_t ttl_s, uint32_t *hold_s)
{
	*hold_s = ttl_s < PREFIX_HOLD_MIN_S   ? PREFIX_HOLD_MIN_S
	          : ttl_s > PREFIX_HOLD_MAX_S ? PREFIX_HOLD_MAX_S
	                                      : ttl_s;
	return count > 0 ? *hold_s - PREFIX_EARLY_S : PREFIX_NONE_S;
}

uint32_t prefix_retry_after_s(unsigned failures)
{
	uint32_t after_s = PREFIX_RETRY_MIN_S;

	for (unsigned i = 1; i < failures && after_s < PREFIX_RETRY_MAX_S; i++)
		after_s *= 2;
	return (uint32_t)least(after_s, PREFIX_RETRY_MAX_S);
}

/* ---- What was told ---- */

static bool may_log(struct prefix_keeper *k)
{
	uint64_t withheld;

	if (!log_limit_allows(&k->log, clock_monotonic_ms(), &withheld))
		return false;
	if (withheld > 0)
		log_warning("%llu lines about DNS64 prefixes were not written",
		        (unsigned long long)withheld);
	return true;
}

static bool is_configured(const struct prefix_keeper *k, const struct network *network)
{
	for (unsigned i = 0; i < k->config->dns64.count; i++) {
		if (network_equal(&k->config->dns64.items[i], network))
			return true;
	}
	return false;
}

static void read_on_link(struct prefix_keeper *k)
{
	uint64_t now_ms = clock_monotonic_ms();

	if (now_ms < k->on_link_until_ms)
		return;
	k->on_link_count = on_link_read(k->on_link);
	k->on_link_until_ms = now_ms + ON_LINK_MS;
}

static void take(struct prefix_keeper *k, struct found_prefix *told)
{
	if (is_configured(k, &told->network))
		return;
	read_on_link(k);
	told->use = prefix_use_of(&told->network, k->on_link, k->on_link_count);
	pthread_mutex_lock(&k->lock);
	enum prefix_news news = found_prefixes_take(&k->found, told);
	pthread_mutex_unlock(&k->lock);
	if (news == PREFIX_NEW && may_log(k))
		prefix_log_news(k->config, told);
}

static void end(
        struct prefix_keeper *k, const struct prefix_origin *origin, const struct network *network)
{
	pthread_mutex_lock(&k->lock);
	found_prefixes_end(&k->found, origin, network);
	pthread_mutex_unlock(&k->lock);
}

static void remove_ended(struct prefix_keeper *k, uint64_t now_ms)
{
	struct found_prefix ended;
	bool is_one = true;

	while (is_one) {
		pthread_mutex_lock(&k->lock);
		is_one = found_prefixes_remove_ended(&k->found, now_ms, &ended);
		pthread_mutex_unlock(&k->lock);
		if (is_one && may_log(k))
			prefix_log_ended(k->config, &ended);
	}
}

/* ---- Router Advertisements ---- */

static void take_advert(void *keeper, const struct router_advert *advert)
{
	struct prefix_keeper *k = keeper;
	struct found_prefix told = { .network = advert->prefix,
		.origin = { PREFIX_OF_ROUTER, advert->interface },
		.until_ms = clock_monotonic_ms() + (uint64_t)advert->lifetime_s * 1000 };

	memcpy(told.router, advert->router, sizeof(told.router));
	if (advert->is_down)
		end(k, &told.origin, NULL);
	else if (advert->lifetime_s == 0)
		end(k, &told.origin, &told.network);
	else
		take(k, &told);
}

/* ---- The resolvers ---- */

struct told {
	struct prefix_keeper *keeper;
	struct network prefixes[NAT64_FOUND_MAX];
	unsigned count;
	uint32_t ttl_s;
};

/* An answer without prefixes is an answer, too: the resolver is no DNS64. */
static bool take_told(void *context, struct span answer, bool last_try)
{
	struct told *told = context;
	struct message m;

	(void)last_try;
	if (!message_parse(&m, answer, told->keeper->rrs, MESSAGE_RRS_MAX) ||
	        m.question_count != 1 || message_rcode(&m) != RCODE_NOERROR)
		return false;
	told->count = nat64_find_in_answer(&m, told->prefixes, &told->ttl_s);
	return true;
}

static void ask(struct prefix_keeper *k, unsigned resolver)
{
	struct asked_resolver *asked = &k->resolvers[resolver];
	struct told told = { .keeper = k };
	const struct prefix_origin origin = { PREFIX_OF_RESOLVER, resolver };
	uint32_t hold_s;

	bool is_answered = lookup_plain(&k->config->resolvers.items[resolver], &k->question,
	        k->buffer, take_told, &told, k->stop_fd);
	uint64_t now_ms = clock_monotonic_ms();
	if (!is_answered) {
		asked->due_ms = now_ms + 1000 * (uint64_t)prefix_retry_after_s(++asked->failures);
		return;
	}
	asked->failures = 0;
	asked->due_ms =
	        now_ms + 1000 * (uint64_t)prefix_ask_after_s(told.count, told.ttl_s, &hold_s);
	end(k, &origin, NULL); /* and what it tells again goes on */
	for (unsigned i = 0; i < told.count; i++)
		take(k, &(struct found_prefix){ .network = told.prefixes[i],
		                .origin = origin,
		                .until_ms = now_ms + 1000 * (uint64_t)hold_s });
}

static unsigned resolver_count(const struct prefix_keeper *k)
{
	return k->asks ? k->config->resolvers.count : 0;
}

/* Asks one resolver at most, because meanwhile no prefix ends. */
static void ask_due(struct prefix_keeper *k)
{
	for (unsigned i = 0; i < resolver_count(k); i++) {
		if (k->resolvers[i].due_ms > clock_monotonic_ms())
			continue;
		ask(k, i);
		return;
	}
}

/* ---- The thread ---- */

/* Does what is due. Returns for how many milliseconds nothing else is. */
static int take_turn(struct prefix_keeper *k)
{
	ask_due(k);
	uint64_t now_ms = clock_monotonic_ms();
	remove_ended(k, now_ms);
	uint64_t next_ms = prefix_policies_publish(&k->policies, &k->found, now_ms);
	if (prefix_policies_clean(&k->policies))
		next_ms = least(next_ms, now_ms + OLD_WAIT_MS);
	next_ms = least(next_ms, found_prefixes_first_end_ms(&k->found));
	for (unsigned i = 0; i < resolver_count(k); i++)
		next_ms = least(next_ms, k->resolvers[i].due_ms);
	next_ms = least(next_ms, now_ms + IDLE_MAX_MS);
	return next_ms > now_ms ? (int)(next_ms - now_ms) : 0;
}

static void *find_prefixes(void *keeper)
{
	struct prefix_keeper *k = keeper;
	struct pollfd fds[] = { { k->stop_fd, POLLIN, 0 }, { k->adverts_fd, POLLIN, 0 } };

	sandbox_keeper(SECCOMP_PREFIXES);
	while (!fds[0].revents) {
		if (poll(fds, 2, take_turn(k)) > 0 && fds[1].revents)
			router_adverts_read(k->adverts_fd, take_advert, k);
	}
	return NULL;
}

int prefix_keeper_start(struct prefix_keeper *k, struct worker *const workers[], unsigned count)
{
	k->policies.workers = workers;
	k->policies.worker_count = count;
	int error = pthread_create(&k->thread, NULL, find_prefixes, k);
	k->is_running = error == 0;
	return -error;
}

void prefix_keeper_found(struct prefix_keeper *k, struct found_prefixes *found)
{
	pthread_mutex_lock(&k->lock);
	*found = k->found;
	pthread_mutex_unlock(&k->lock);
}

void prefix_keeper_stop(struct prefix_keeper *k)
{
	if (!k || !k->is_running)
		return;
	eventfd_write(k->stop_fd, 1);
	pthread_join(k->thread, NULL);
	k->is_running = false;
}

static void start_again(struct prefix_keeper *k)
{
	eventfd_t ignored;

	eventfd_read(k->stop_fd, &ignored);
	int error = prefix_keeper_start(k, k->policies.workers, k->policies.worker_count);
	if (error)
		log_error("no DNS64 prefixes are found until a restart: cannot start the thread: "
		          "%s",
		        strerror(-error));
}

/* The thread may be in the middle of the resolvers, so it ends, and starts again. Other resolvers
 * are asked at once; what is known holds until its end. */
int prefix_keeper_use(struct prefix_keeper *k, const struct config *c, const struct policy *policy)
{
	bool was_running = k->is_running;

	prefix_keeper_stop(k);
	int error = prefix_policies_replace(&k->policies, policy, &k->found);
	if (!error) {
		k->config = c;
		memset(k->resolvers, 0, sizeof(k->resolvers));
	}
	if (was_running)
		start_again(k);
	return error;
}

/* ---- From the start to the end ---- */

static void set_question(struct client_query *asked)
{
	struct writer out = writer_over(asked->question, sizeof(asked->question));
	struct name name;

	name_from_text(NAT64_NAME, &name);
	writer_put(&out, name_span(&name));
	writer_u16(&out, TYPE_AAAA);
	writer_u16(&out, CLASS_IN);
	asked->question_len = (uint16_t)out.len;
}

/* Without the socket no prefix is learned from routers, and nothing else changes. */
static void open_adverts(struct prefix_keeper *k)
{
	k->adverts_fd = router_adverts_open();
	if (k->adverts_fd < 0)
		log_error("cannot listen to Router Advertisements (dns64_discovery): %s",
		        strerror(-k->adverts_fd));
}

struct prefix_keeper *prefix_keeper_new(const struct config *c, const struct policy *policy)
{
	struct prefix_keeper *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->config = c;
	k->asks = c->dns64_discovery & 1u << DNS64_BY_DNS;
	k->policies.configured = policy;
	k->log = (struct log_limit){ .burst = LOG_BURST, .per_second = LOG_PER_SECOND };
	k->adverts_fd = -1;
	pthread_mutex_init(&k->lock, NULL);
	set_question(&k->question);
	k->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	k->rrs = calloc(MESSAGE_RRS_MAX, sizeof(*k->rrs));
	k->buffer = malloc(EXCHANGE_ANSWER_MAX);
	if (k->stop_fd < 0 || !k->rrs || !k->buffer) {
		prefix_keeper_free(k);
		return NULL;
	}
	if (c->dns64_discovery & 1u << DNS64_BY_RA)
		open_adverts(k);
	return k;
}

void prefix_keeper_free(struct prefix_keeper *k)
{
	if (!k)
		return;
	prefix_policies_fini(&k->policies);
	pthread_mutex_destroy(&k->lock);
	free(k->rrs);
	free(k->buffer);
	if (k->stop_fd >= 0)
		close(k->stop_fd);
	if (k->adverts_fd >= 0)
		close(k->adverts_fd);
	free(k);
}

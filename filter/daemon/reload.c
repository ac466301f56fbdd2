/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/reload.h"

#include <string.h>

#include "base/advice.h"
#include "base/log.h"
#include "daemon/anchor_keeper.h"
#include "daemon/prefix_keeper.h"
#include "daemon/service_workers.h"
#include "daemon/workers_wait.h"
#include "worker/worker_orders.h"

/* Frees the former generation once no worker uses it. Returns true if there is none left. The first
 * one stays: the parts that were made at the start look into it. */
static bool release_generation(struct service *s)
{
	for (unsigned i = 0; s->former && i < s->worker_count; i++) {
		if (worker_settings(s->workers[i]) != &s->generation->settings)
			return false;
	}
	if (s->former != s->first)
		generation_free(s->former);
	s->former = NULL;
	return true;
}

static bool is_settled(void *service)
{
	struct service *s = service;

	return release_generation(s) && (s->zones || nta_keeper_is_settled(&s->ntas));
}

static bool wait_for_workers(struct service *s, struct complaint *why)
{
	if (workers_wait(is_settled, s))
		return true;
	complaint_set(why, "a worker does not yet use the configuration of the reload before; try "
	                   "again");
	return false;
}

/* The policy goes before the settings: worker_use_settings() says why. Returns 0 or -ENOMEM. */
static int give_policy(struct service *s, const struct generation *next)
{
	if (s->prefixes)
		return prefix_keeper_use(s->prefixes, &next->config, &next->policy);
	for (unsigned i = 0; i < s->worker_count && !s->zones; i++)
		worker_use_policy(s->workers[i], &next->policy);
	return 0;
}

/* Returns the path of a key whose new value waits for a restart because of what the guard of the
 * rules gave up at its start, or NULL. */
static const char *bound_key(const struct service *s, const struct config *next)
{
	bool lacks_rights = next->rules_backend == RULES_BACKEND_IPTABLES_LEGACY &&
	                    !rules_guard_can_legacy(s->guard);

	return lacks_rights ? "rules_backend" : NULL;
}

/* Returns the new generation, or NULL with a complaint. */
static struct generation *make_next(
        struct service *s, struct config_changes *changes, struct complaint *why)
{
	struct config c;

	if (config_load(&c, s->path, NULL, why) != 0)
		return NULL;
	struct generation *next = generation_new(&c, s->started);
	if (!next) {
		config_fini(&c);
		complaint_no_memory(why);
		return NULL;
	}
	if (config_compare(&next->config, s->config, s->started, bound_key(s, &next->config),
	            changes) != 0 ||
	        (!s->zones && give_policy(s, next) != 0))
		complaint_no_memory(why);
	else if (!s->zones || zone_keeper_reload(s->zones, &next->config, why) == 0)
		return next;
	generation_free(next);
	return NULL;
}

static void take_generation(struct service *s, struct generation *next)
{
	s->former = s->generation;
	s->generation = next;
	s->config = &next->config;
	if (!s->zones)
		nta_keeper_use(&s->ntas, s->config->ntas, service_nta_now(s));
	next->settings = service_settings(s);
	for (unsigned i = 0; i < s->worker_count; i++)
		worker_use_settings(s->workers[i], &next->settings);
	if (s->keeper)
		anchor_keeper_use(s->keeper, s->config);
	log_set_level(s->config->log_level);
	s->log_level_is_told = false;
}

static void log_changes(const struct service *s, const struct config_changes *changes)
{
	log_info("reloaded; changed: %s", changes->now[0] ? changes->now : "nothing");
	if (changes->at_restart[0])
		log_warning("these keys take effect only after `systemctl restart sealgate%s`: %s",
		        advice_unit(), changes->at_restart);
	if (changes->rules && s->started->rules_watch != RULES_WATCH_RESTORE)
		log_warning("run `sealgate rules apply%s`: the rules depend on keys that changed, "
		            "and rules_watch is not \"restore\"",
		        advice_options());
}

static int fail_reload(const struct complaint *why)
{
	log_error("not reloaded, nothing changes: %s", why->text);
	return -1;
}

int reload_configuration(struct service *s, struct config_changes *changes, struct complaint *why)
{
	struct generation *next = wait_for_workers(s, why) ? make_next(s, changes, why) : NULL;

	if (!next)
		return fail_reload(why);
	take_generation(s, next);
	log_changes(s, changes);
	if (!s->zones)
		nta_keeper_tell(&s->ntas, service_nta_now(s));
	if (changes->rules)
		rules_guard_order(s->guard, RULES_ORDER_RELOAD);
	return 0;
}

int reload_zone(struct service *s, const struct name *apex, struct complaint *why)
{
	return zone_keeper_reload_zone(s->zones, s->config, apex, why) == 0 ? 0 : fail_reload(why);
}

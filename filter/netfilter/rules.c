/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/advice.h"
#include "netfilter/rules.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/complaint.h"
#include "base/log.h"
#include "config/config_table.h"
#include "config/instance.h"
#include "netfilter/backend.h"
#include "netfilter/br_netfilter.h"
#include "netfilter/conflicts.h"
#include "netfilter/forwarding.h"
#include "netfilter/inside_interfaces.h"
#include "netfilter/relay_route.h"
#include "netfilter/rules_lock.h"
#include "netfilter/service_user.h"
#include "netfilter/shortcut_rules.h"

static const struct backend *const backends[] = {
	&backend_nft,
	&backend_iptables_nft,
	&backend_iptables_legacy,
};
enum { BACKENDS = sizeof(backends) / sizeof(backends[0]) };

static bool backend_is_wanted(const struct backend *b, const struct config *c)
{
	return c->rules_backend == RULES_BACKEND_AUTO ||
	       strcmp(key_word("rules_backend", c), b->name) == 0;
}

static int remove_with(const struct backend *b, const struct config *c)
{
	struct complaint why;
	bool found = false;
	int error = b->remove(b, c, &found, &why);

	if (error)
		log_error("rules: could not remove all rules of %s: %s", b->name, why.text);
	else if (found)
		log_info("rules: removed with %s", b->name);
	return error;
}

static void log_not_applied(const char *what, const char *why)
{
	log_error("rules: not applied, and the former rules, if any, stay: %s: %s", what, why);
}

/* Returns the back end that took the rules, or NULL after logging an error. */
static const struct backend *apply_with_first(const struct config *c)
{
	for (int i = 0; i < BACKENDS; i++) {
		struct complaint why;

		if (!backend_is_wanted(backends[i], c))
			continue;
		if (backends[i]->apply(backends[i], c, &why) == 0)
			return backends[i];
		log_warning("rules: %s does not work here: %s", backends[i]->name, why.text);
	}
	log_not_applied("none of the programs that rules_backend allows works here",
	        "the warnings before this line say why");
	return NULL;
}

static int remove_routing(const struct config *c)
{
	struct complaint why;
	bool found = false;
	int error = relay_route_remove(c, &found, &why);

	if (error)
		log_error("rules: could not remove the routing rule of the relay: %s", why.text);
	else if (found)
		log_info("rules: removed the routing rule of the relay");
	return error;
}

static int tidy_routing(const struct config *c)
{
	struct complaint why;
	int error = relay_route_tidy(c, &why);

	if (error)
		log_error("rules: could not remove the routing rule of the former mark.relay: %s",
		        why.text);
	return error;
}

/* Adds the routing rule before the other rules. apply_rules() removes an unneeded one after them.
 * So it is always there while rules divert connections, which would be lost without it. Returns the
 * back end that took the rules, or NULL after logging an error. */
static const struct backend *apply_for_relay(const struct config *c)
{
	const struct backend *used = NULL;
	struct complaint why;
	bool added = false;

	if (relay_route_apply(c, &added, &why) == 0)
		used = apply_with_first(c);
	else
		log_not_applied("the routing rule of the relay could not be added", why.text);
	if (!used && added)
		remove_routing(c);
	return used;
}

/* Rules that see no bridged packet would look like a protection, but be none. */
static bool sees_what_is_bridged(void)
{
	struct complaint why;

	if (!br_netfilter_sees("", &why)) {
		log_not_applied("bridged packets would not meet them", why.text);
		return false;
	}
	if (!br_netfilter_sees_inside("", &why))
		log_warning("rules: %s", why.text);
	return true;
}

static int remove_shortcut(const struct config *c)
{
	struct complaint why;
	bool found = false;
	int error = shortcut_rules_remove(c, &found, &why);

	if (error)
		log_error("rules: could not remove the shortcut: %s", why.text);
	else if (found)
		log_info("rules: removed the shortcut");
	return error;
}

/* Returns whether the shortcut is in place. Without it all queries go through the queue, so a
 * failure is only a warning. */
static bool apply_shortcut(const struct config *c)
{
	bool is_root = geteuid() == 0;
	struct complaint why;

	if (c->shortcut_interfaces.count == 0) {
		remove_shortcut(c);
		return false;
	}
	complaint_set(&why, "only root can attach it; run `sealgate rules apply%s` as root",
	        advice_options());
	/* The user of the service has no right to load a program, but the right to detach what root
	 * attached. */
	if (is_root ? shortcut_rules_apply(c, &why) == 0 : shortcut_rules_are_attached(c))
		return true;
	log_warning(
	        "rules: the shortcut is not used, all queries go through the queue: %s", why.text);
	return false;
}

static bool needs_routing(const struct config *c)
{
	return c->tcp == TCP_RELAY && config_forwards(c);
}

/* Sets `*in_force` if the new rules are in place: former rules that could not be removed are an
 * error, too. */
static int apply_rules(const struct config *c, bool *in_force)
{
	*in_force = false;
	if (c->role == ROLE_BRIDGE && !sees_what_is_bridged())
		return -EIO;
	const struct backend *used = needs_routing(c) ? apply_for_relay(c) : apply_with_first(c);

	if (!used)
		return -EIO;
	*in_force = true;
	if ((needs_routing(c) ? tidy_routing(c) : remove_routing(c)) != 0)
		return -EIO;
	log_info("rules: applied with %s for the role %s, queues %u to %u%s", used->name,
	        key_word("role", c), c->queue_first, config_queue_last(c),
	        config_bypasses(c) ? "; DNS passes unjudged while sealgate does not run" : "");

	/* The new rules are in place, so there is no moment without rules. */
	for (int i = 0; i < BACKENDS; i++) {
		if (backends[i] != used && remove_with(backends[i], c) != 0)
			return -EIO;
	}
	return 0;
}

static void log_conflict(void *context, const char *sentence)
{
	(void)context;
	log_warning("rules: %s", sentence);
}

static void write_conflict(void *context, const char *sentence)
{
	fprintf(context, "# warning: %s\n", sentence);
}

static void look_for_conflicts(const struct config *c, conflict_say *say, void *context)
{
	conflicts_in_rules(c, say, context);
	conflicts_in_settings(c, "", say, context);
}

/* Fills in the parts of `c` that the rules take from this machine. */
static void take_from_machine(struct config *c, bool has_shortcut, struct inside *in)
{
	c->user = service_user(c);
	if (!has_shortcut)
		c->shortcut_interfaces.count = 0;
	if (!inside_matters(c))
		return;
	inside_find(c, in);
	c->inside = in->interfaces;
}

static void look_around(const struct config *c, struct neighbours *neighbours)
{
	neighbours->count = 0;
	for (int i = 0; i < BACKENDS; i++)
		backends[i]->look_around(backends[i], c, neighbours);
}

bool rules_fit_beside_others(const struct config *c, struct complaint *why)
{
	struct neighbours neighbours;

	look_around(c, &neighbours);
	return neighbours_allow(&neighbours, c, why);
}

/* The shortcut comes before the rules that accept its queries. A query that comes in between goes
 * through the queue, where the worker already knows its question. */
static int apply_all(struct config *c)
{
	struct complaint why;
	struct inside in;
	bool in_force;

	if (!rules_fit_beside_others(c, &why)) {
		log_not_applied("two instances would be in each other's way", why.text);
		return -EIO;
	}
	bool has_shortcut = apply_shortcut(c);
	take_from_machine(c, has_shortcut, &in);
	if (inside_matters(c))
		inside_log(&in);
	int error = apply_rules(c, &in_force);
	if (!in_force && has_shortcut)
		remove_shortcut(c);
	if (!error)
		look_for_conflicts(c, log_conflict, NULL);
	return error;
}

int rules_apply(struct config *c)
{
	int lock = rules_lock();
	int error = apply_all(c);

	rules_unlock(lock);
	return error;
}

/* Returns the best finding of all back ends. Whole rules of one that rules_backend does not allow
 * protect just as well. */
static enum rules_found look_everywhere(const struct config *c, struct complaint *why)
{
	enum rules_found best = RULES_NONE;

	complaint_set(why, "there are none");
	for (int i = 0; i < BACKENDS && best != RULES_WHOLE; i++) {
		struct complaint here;
		enum rules_found found = backends[i]->look(backends[i], c, &here);
		if (found >= best)
			continue;
		best = found;
		*why = here;
	}
	return best;
}

/* True if a setting of the kernel keeps the packets from the rules. In role "both" the machine may
 * have no client to forward for. */
static bool is_blind(const struct config *c, struct complaint *why)
{
	if (c->role == ROLE_BRIDGE)
		return !br_netfilter_sees("", why);
	return config_forwards(c) && c->role != ROLE_BOTH && !forwarding_is_on("", why);
}

enum rules_state rules_look(struct config *c, struct complaint *why)
{
	bool wants_shortcut = c->shortcut_interfaces.count > 0;
	struct complaint fault;
	struct inside in;

	take_from_machine(c, wants_shortcut && shortcut_rules_are_attached(c), &in);
	enum rules_found found = look_everywhere(c, why);
	if (found != RULES_WHOLE)
		return found == RULES_ANOTHER ? RULES_FOREIGN : RULES_MISSING;
	enum rules_state state = RULES_IN_FORCE;
	if (needs_routing(c) && !relay_route_is_there(c, &fault))
		state = RULES_MISSING;
	else if (is_blind(c, &fault))
		state = RULES_BLIND;
	if (state != RULES_IN_FORCE)
		*why = fault;
	return state;
}

/* The file of a named instance may be gone, and with it the role that tells the routing table. */
static bool may_have_routing(const struct config *c)
{
	struct neighbours neighbours;

	if (instance_number(c) != 1)
		return true;
	look_around(c, &neighbours);
	return !neighbours_have_gateway_table(&neighbours);
}

static int remove_all(const struct config *c)
{
	int result = remove_shortcut(c) == 0 ? 0 : -EIO;

	for (int i = 0; i < BACKENDS; i++) {
		if (remove_with(backends[i], c) != 0)
			result = -EIO;
	}
	return !may_have_routing(c) || remove_routing(c) == 0 ? result : -EIO;
}

int rules_remove(const struct config *c)
{
	int lock = rules_lock();
	int error = remove_all(c);

	rules_unlock(lock);
	return error;
}

/* Both kinds of iptables take the same text. */
static bool is_printed(const struct backend *b, const struct config *c)
{
	bool is_second_iptables =
	        c->rules_backend == RULES_BACKEND_AUTO && b == &backend_iptables_legacy;

	return backend_is_wanted(b, c) && !is_second_iptables;
}

int rules_print(struct config *c, FILE *out)
{
	struct inside in;
	int error = 0;

	take_from_machine(c, true, &in);
	if (inside_matters(c))
		inside_log(&in);
	for (int i = 0; i < BACKENDS && !error; i++) {
		if (is_printed(backends[i], c))
			error = backends[i]->print(c, out);
	}
	if (!error && needs_routing(c))
		relay_route_print(c, out);
	return error;
}

/* Names the instances whose rules are not shown. */
static void show_others(const struct config *c, FILE *out)
{
	struct neighbours neighbours;
	char who[INSTANCE_TEXT_MAX];

	look_around(c, &neighbours);
	for (unsigned i = 0; i < neighbours.count; i++) {
		const char *name = neighbours.at[i].name;
		fprintf(out, "# %s has rules, too: sealgate rules show%s%s\n",
		        instance_text(name, who), name[0] ? " --instance " : "", name);
	}
}

bool rules_show(const struct config *c, FILE *out)
{
	bool any = shortcut_rules_show(c, out);

	for (int i = 0; i < BACKENDS; i++)
		any = backends[i]->show(backends[i], c, out) || any;
	if (any)
		look_for_conflicts(c, write_conflict, out);
	show_others(c, out);
	return any;
}

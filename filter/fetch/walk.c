/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fetch/walk.h"

static struct walk_goal *walk_goal_of(struct walk *w)
{
	return &w->goals[w->depth];
}

static void walk_begin_at_root(struct walk *w, struct walk_goal *g)
{
	g->at = (struct delegation){ .zone = name_root };
	servers_roots(w->servers, &g->at.addresses);
	g->next_address = g->next_name = g->useless = 0;
	g->has_known = false;
}

/* Returns the name whose servers to find. A DS is at the servers of the parent zone (RFC 4035,
 * 3.1.4.1). */
static struct name walk_towards(const struct want *want)
{
	struct name name = want->name;

	if (want->type == TYPE_DS)
		name_parent(&want->name, &name);
	return name;
}

static void walk_begin_goal(struct walk *w, const struct name *name, uint16_t type, uint64_t now_ms)
{
	struct walk_goal *g = walk_goal_of(w);

	w->place++;
	g->want = (struct want){ .name = *name, .type = type };
	walk_begin_at_root(w, g);
	struct name on_the_way = walk_towards(&g->want);
	if (servers_find(w->servers, &on_the_way, now_ms, &g->known, &g->at.addresses)) {
		g->at.zone = g->known;
		g->has_known = true;
	}
}

void walk_begin(struct walk *w, const struct want *want, struct servers *servers, uint64_t now_ms)
{
	w->servers = servers;
	w->queries_left = LIMIT_WALK_QUERIES;
	w->was_answered = false;
	w->place = 0;
	w->depth = 0;
	walk_begin_goal(w, &want->name, want->type, now_ms);
}

/* Begins at the root again, if the goal began at remembered servers: they may be out of date.
 * Forgets the servers of the last zone too, so that the next walk does not go there. */
static bool walk_start_over(struct walk *w)
{
	struct walk_goal *g = walk_goal_of(w);

	servers_forget(w->servers, &g->at.zone);
	if (!g->has_known)
		return false;
	servers_forget(w->servers, &g->known);
	w->place++;
	walk_begin_at_root(w, g);
	return true;
}

/* Begins to look up the address of the next server without one. */
static bool walk_descend(struct walk *w, uint64_t now_ms)
{
	struct walk_goal *g = walk_goal_of(w);

	if (g->next_name == g->at.name_count || w->depth + 1 == LIMIT_WALK_DEPTH)
		return false;
	w->depth++;
	walk_begin_goal(w, &g->at.names[g->next_name++], TYPE_A, now_ms);
	return true;
}

/* The address was not found: tries AAAA after A, then goes back to the zone. */
static bool walk_ascend(struct walk *w, uint64_t now_ms)
{
	struct walk_goal *g = walk_goal_of(w);

	if (w->depth == 0)
		return false;
	if (g->want.type == TYPE_A) {
		struct name name = g->want.name;
		walk_begin_goal(w, &name, TYPE_AAAA, now_ms);
	} else {
		w->place++;
		w->depth--;
	}
	return true;
}

static bool goal_has_address(const struct walk_goal *g)
{
	return g->next_address < g->at.addresses.count && g->useless < LIMIT_WALK_SILENT;
}

bool walk_next(
        struct walk *w, struct want *question, struct sockaddr_storage *server, uint64_t now_ms)
{
	struct walk_goal *g;

	if (w->queries_left == 0)
		return false;
	w->queries_left--;
	while (g = walk_goal_of(w), !goal_has_address(g)) {
		if (!walk_descend(w, now_ms) && !walk_start_over(w) && !walk_ascend(w, now_ms))
			return false;
	}
	*question = g->want;
	*server = g->at.addresses.at[g->next_address++];
	g->useless++;
	return true;
}

void walk_unsent(struct walk *w)
{
	walk_goal_of(w)->useless--;
}

unsigned walk_asked(const struct walk *w)
{
	return w->goals[w->depth].useless;
}

bool walk_has_no_way_out(const struct walk *w)
{
	return w->depth == 0 && w->goals[0].at.zone.labels == 0 && !w->was_answered;
}

static enum walk_step walk_follow(
        struct walk *w, struct walk_goal *g, const struct delegation *d, uint64_t now_ms)
{
	if (d->addresses.count > 0)
		servers_put(w->servers, &d->zone, &d->addresses, d->ttl_s, now_ms);
	w->place++;
	g->at = *d;
	g->next_address = g->next_name = g->useless = 0;
	return WALK_ON;
}

/* Takes the response to a query for an address of a server. */
static enum walk_step walk_take_address(struct walk *w, const struct message *m, uint64_t now_ms)
{
	struct addresses found = { 0 };

	if (!addresses_read(&found, m))
		return WALK_NOWHERE;
	w->place++;
	w->depth--;
	struct walk_goal *g = walk_goal_of(w);
	for (unsigned i = 0; i < found.count; i++)
		addresses_add(&g->at.addresses, &found.at[i]);
	g->useless = 0;
	servers_put(w->servers, &g->at.zone, &g->at.addresses, g->at.ttl_s, now_ms);
	return WALK_ON;
}

enum walk_step walk_take(struct walk *w, const struct message *response, uint64_t now_ms)
{
	struct walk_goal *g = walk_goal_of(w);
	struct name name = walk_towards(&g->want);
	unsigned rcode = message_rcode(response);
	struct delegation d;

	if (delegation_read(&d, response, &g->at.zone, &name))
		return walk_follow(w, g, &d, now_ms);
	if (w->depth > 0)
		return walk_take_address(w, response, now_ms);
	if (rcode != RCODE_NOERROR && rcode != RCODE_NXDOMAIN)
		return WALK_NOWHERE;
	w->was_answered = true;
	return WALK_THERE;
}

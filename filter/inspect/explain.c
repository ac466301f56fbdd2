/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Describes the answer: the names from the question to the end of its aliases, and their RRsets. */
#include "inspect/explain.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/sockaddr.h"
#include "dnssec/alias.h"
#include "inspect/explain_build.h"
#include "inspect/explain_proof.h"
#include "inspect/explain_set.h"
#include "inspect/explain_words.h"
#include "inspect/explain_zone.h"

#define TARGET_WIDTH    80
#define ADDRESSES_SHOWN 4

static const struct rrset *find_answer_set(
        const struct explain_build *x, const struct name *owner, uint16_t type)
{
	return rrsets_find(&x->g, SECTION_ANSWER, owner, type);
}

/* Readers look for addresses; other records are only counted. */
static void say_addresses(struct explain_build *x, int shown, const struct rrset *set)
{
	bool is_v6 = set->type == TYPE_AAAA;
	char text[ADDRESSES_SHOWN * (INET6_ADDRSTRLEN + 1) + sizeof(" ...")] = "";
	unsigned count = 0;
	size_t len = 0;

	if (set->type != TYPE_A && !is_v6)
		return;
	for (uint16_t i = set->first; i != RR_NONE; i = x->g.next[i]) {
		struct span rdata = message_rdata(&x->m, &x->m.rrs[i]);
		char address[INET6_ADDRSTRLEN];
		if (rdata.len != (is_v6 ? 16 : 4))
			return;
		if (count++ == ADDRESSES_SHOWN) {
			snprintf(text + len, sizeof(text) - len, " ...");
			break;
		}
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", len ? " " : "",
		        address_text(rdata, address));
	}
	explain_build_say(x, shown, "%s", text);
}

/* Begins the link at `name`, and adds the zones above that are not there yet. */
static struct shown_link *begin_link(
        struct explain_build *x, const struct name *name, uint16_t type)
{
	struct explanation *e = x->e;
	struct shown_link *link = &e->links[e->link_count++];

	*link = (struct shown_link){
		.name = *name, .type = type, .end = END_NOTHING, .zones_begin = e->zone_count
	};
	link->zone = explain_zone_walk(x, name, type == TYPE_DS);
	link->zones_end = e->zone_count;
	link->sets_begin = link->sets_end = e->set_count;
	return link;
}

static int add_data_set(struct explain_build *x, struct shown_link *link, const struct rrset *set)
{
	int shown = explain_set_add(x, set, SET_DATA, link->zone);

	say_addresses(x, shown, set);
	link->sets_end = x->e->set_count;
	return shown;
}

/* A CNAME that a server synthesised is as good as its DNAME (RFC 6672, 5.3.1). */
static void add_synthesised(struct explain_build *x, struct shown_link *link,
        const struct rrset *cname, const struct rrset *dname)
{
	int from = add_data_set(x, link, dname);
	int made = add_data_set(x, link, cname);

	explain_build_say(x, made, "synthesised from the DNAME");
	if (from != NOWHERE && made != NOWHERE && !x->e->sets[made].is_culprit)
		x->e->sets[made].mark = x->e->sets[from].mark;
}

static void say_alias_target(
        struct explain_build *x, const struct shown_link *link, const struct name *to)
{
	char text[NAME_TEXT_SIZE];

	if (link->sets_end > link->sets_begin)
		explain_build_say(x, (int)link->sets_end - 1, "leads to %s",
		        words_name(to, TARGET_WIDTH, text));
}

/* Adds the alias at the link's name and sets `name` to its target. Returns false if there is no
 * alias or no valid target. */
static bool show_alias(struct explain_build *x, struct shown_link *link, struct name *name)
{
	const struct rrset *cname = find_answer_set(x, name, TYPE_CNAME);
	const struct rrset *dname = alias_dname_above(&x->g, name);
	struct name target;
	bool goes_on;

	if (!cname && !dname)
		return false;
	link->end = END_ALIAS;
	if (cname && dname && cname->sig_count == 0)
		add_synthesised(x, link, cname, dname);
	else
		add_data_set(x, link, cname ? cname : dname);
	if (cname)
		goes_on = alias_target(&x->g, cname, &target);
	else
		goes_on = alias_target(&x->g, dname, &target) &&
		          name_replace_suffix(name, &dname->owner, &target, &target);
	if (goes_on) {
		*name = target;
		say_alias_target(x, link, name);
	}
	return goes_on;
}

/* Adds the RRsets of the type at the link's name, for ANY all of them. */
static bool add_all_data(struct explain_build *x, struct shown_link *link)
{
	for (unsigned i = 0; i < x->g.count; i++) {
		const struct rrset *set = &x->g.sets[i];
		if (set->section == SECTION_ANSWER && set->count > 0 &&
		        (set->type == link->type || link->type == TYPE_ANY) &&
		        name_equal(&set->owner, &link->name))
			add_data_set(x, link, set);
	}
	if (link->sets_end > link->sets_begin)
		link->end = END_DATA;
	return link->end == END_DATA;
}

/* Adds the proofs, for a denial or for a wildcard. */
static void end_link(struct explain_build *x, struct shown_link *link)
{
	const struct name *expanded = x->has_expanded ? &x->expanded : NULL;

	if (link->end == END_NOTHING && x->e->rcode == RCODE_NXDOMAIN)
		link->end = END_NXDOMAIN;
	else if (link->end == END_NOTHING && x->e->rcode == RCODE_NOERROR)
		link->end = END_NODATA;
	if (link->end == END_DATA && expanded)
		explain_proof_add(x, expanded, NULL, link->zone, false);
	else if (link->end != END_DATA)
		explain_proof_add(x, &link->name, expanded, link->zone, true);
	link->sets_end = x->e->set_count;
}

/* The denial itself may be the cause of the status. */
static void mark_link(struct explain_build *x, struct shown_link *link)
{
	struct explanation *e = x->e;
	const struct gate_result *r = &e->result;

	if (link->zone != NOWHERE)
		link->mark = e->zones[link->zone].mark;
	if (!e->culprit_is_shown && r->outcome.status != STATUS_SECURE &&
	        name_equal(&r->culprit.name, &link->name) && r->culprit.type == link->type) {
		link->is_culprit = e->culprit_is_shown = true;
		link->mark = shown_mark_of(r->outcome.status);
	}
}

/* Must be called for each link, because the zones are read from other messages. */
static bool open_response(struct explain_build *x)
{
	return explain_build_open(x, x->run->response);
}

static void add_answer_links(struct explain_build *x)
{
	struct name name = x->e->question.name;
	struct shown_link *link;
	bool goes_on = true;

	while (goes_on && x->e->link_count < SHOWN_LINKS) {
		link = begin_link(x, &name, x->e->question.type);
		goes_on = open_response(x) && !add_all_data(x, link) && show_alias(x, link, &name);
	}
	link = &x->e->links[x->e->link_count - 1];
	if (open_response(x))
		end_link(x, link);
	for (unsigned i = 0; i < x->e->link_count; i++)
		mark_link(x, &x->e->links[i]);
}

/* Reads the question, and whether the response is an answer. */
static void read_response(struct explain_build *x)
{
	struct explanation *e = x->e;

	e->question = e->result.culprit;
	if (!message_parse(&x->m, x->run->response, x->run->gate.rrs, MESSAGE_RRS_MAX))
		return;
	e->rcode = message_rcode(&x->m);
	e->question = (struct want){ .name = x->m.qname, .type = x->m.qtype };
	e->is_answer = gate_is_answer(&x->m) && x->m.qclass == CLASS_IN;
}

struct explanation *explain(struct explain_run *run)
{
	struct explanation *e = calloc(1, sizeof(*e));
	struct explain_build x = { .e = e, .run = run };

	if (!e)
		return NULL;
	e->now_s = run->now_s;
	e->result = run->result;
	read_response(&x);
	if (e->is_answer)
		add_answer_links(&x);
	if (x.no_memory) {
		explanation_free(e);
		return NULL;
	}
	return e;
}

void explanation_free(struct explanation *e)
{
	for (unsigned i = 0; e && i < e->set_count; i++) {
		for (unsigned s = 0; s < e->sets[i].line_count; s++)
			free(e->sets[i].lines[s]);
	}
	free(e);
}

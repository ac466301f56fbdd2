/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/explain_build.h"

#include <stdarg.h>
#include <stdio.h>

bool explain_build_open(struct explain_build *x, struct span octets)
{
	struct gate *gate = &x->run->gate;

	arena_reset(&gate->arena, 0);
	x->budget = budget_full();
	if (x->run->options.policy->has_skew)
		x->budget.skew_s = x->run->options.policy->skew_s;
	if (x->run->options.policy->has_nsec3_iterations)
		x->budget.nsec3_iterations = x->run->options.policy->nsec3_iterations;
	return octets.len > 0 && message_parse(&x->m, octets, gate->rrs, MESSAGE_RRS_MAX) &&
	       rrsets_group(&x->g, &x->m, &gate->arena);
}

bool explain_build_open_link(struct explain_build *x, const struct explain_run_link *link)
{
	if (!link) /* learned from a referral, without a want */
		return explain_build_open(x, x->run->response);
	return link->is_learned && link->octets &&
	       explain_build_open(x, span_of(link->octets, link->len));
}

const char *explain_build_came(const struct explain_run_link *link)
{
	if (!link || link->is_learned)
		return NULL;
	if (!link->octets)
		return "no response";
	struct cursor c = cursor_at(span_of(link->octets, link->len), 2);
	unsigned rcode = cursor_u16(&c) & RCODE_MASK;
	return rcode == RCODE_NOERROR ? "no usable response" : rcode_text(rcode);
}

int explain_build_find_zone(const struct explain_build *x, const struct name *name)
{
	for (unsigned i = 0; i < x->e->zone_count; i++) {
		if (name_equal(&x->e->zones[i].name, name))
			return (int)i;
	}
	return NOWHERE;
}

void explain_build_say(struct explain_build *x, int set, const char *format, ...)
{
	struct shown_set *shown = set == NOWHERE ? NULL : &x->e->sets[set];
	va_list list;

	if (!shown || shown->line_count == SHOWN_LINES)
		return;
	va_start(list, format);
	if (vasprintf(&shown->lines[shown->line_count], format, list) < 0)
		x->no_memory = true;
	else
		shown->line_count++;
	va_end(list);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draws an edge for each signature, digest and proof. */
#include "inspect/explain_edges.h"

#include "inspect/explain_drawing.h"
#include "inspect/explain_words.h"

/* Finds the key of a signature. Returns false if it is not shown. */
static bool find_signing_key(
        const struct drawing *d, const struct shown_signature *s, unsigned *zone, unsigned *key)
{
	for (*zone = 0; *zone < d->e->zone_count; ++*zone) {
		const struct shown_zone *z = &d->e->zones[*zone];
		if (!name_equal(&z->name, &s->signer))
			continue;
		for (*key = 0; *key < z->key_count; ++*key) {
			if (z->keys[*key].tag == s->tag && z->keys[*key].algorithm == s->algorithm)
				return true;
		}
	}
	return false;
}

static void draw_signature(const struct drawing *d, const struct shown_signature *s, const char *to,
        enum shown_mark mark)
{
	unsigned zone, key;
	bool holds = s->is_checked && s->reason == REASON_NONE;
	char state[WORDS_SIZE];

	if (!find_signing_key(d, s, &zone, &key))
		return;
	fprintf(d->out, "  k%u_%u -> %s", zone, key, to);
	drawing_finish(d,
	        holds           ? mark
	        : s->is_checked ? MARK_BROKEN
	                        : MARK_NONE,
	        holds ? "" : "style=dashed", "signs%s%s", holds ? "" : ": ",
	        holds ? "" : words_signature(s, d->e->now_s, state));
}

static void draw_signatures(const struct drawing *d, unsigned index)
{
	const struct shown_set *set = &d->e->sets[index];
	char to[WORDS_SIZE];

	snprintf(to, sizeof(to), "s%u", index);
	for (unsigned i = 0; i < set->signature_count; i++)
		draw_signature(d, &set->signatures[i], to, set->mark);
}

/* A signature over the DNSKEY RRset covers every key in it. */
static void draw_key_signatures(const struct drawing *d, unsigned zone)
{
	const struct shown_zone *z = &d->e->zones[zone];
	const struct shown_set *set = z->key_set == NOWHERE ? NULL : &d->e->sets[z->key_set];
	char to[WORDS_SIZE];

	for (unsigned i = 0; set && i < set->signature_count; i++) {
		for (unsigned k = 0; k < z->key_count; k++) {
			snprintf(to, sizeof(to), "k%u_%u", zone, k);
			draw_signature(d, &set->signatures[i], to,
			        z->mark == MARK_SECURE ? MARK_SECURE : MARK_NONE);
		}
	}
}

static void draw_digests(const struct drawing *d, unsigned zone)
{
	const struct shown_zone *z = &d->e->zones[zone];
	enum shown_mark ds_mark = z->ds_set == NOWHERE ? MARK_SECURE : d->e->sets[z->ds_set].mark;
	char from[WORDS_SIZE];

	if (z->cut == SHOWN_ANCHOR)
		snprintf(from, sizeof(from), "a%u", zone);
	else if (z->ds_set != NOWHERE)
		snprintf(from, sizeof(from), "s%d", z->ds_set);
	else
		return;
	for (unsigned i = 0; i < z->ds_count; i++) {
		if (z->ds[i].key == NOWHERE)
			continue;
		fprintf(d->out, "  %s -> k%u_%d", from, zone, z->ds[i].key);
		drawing_finish(d, ds_mark, z->ds[i].is_used ? "" : "style=dashed", "digest of");
	}
	if (z->mark != MARK_SECURE) {
		fprintf(d->out, "  %s -> c%u", from, zone);
		drawing_finish(d, z->mark, "style=dashed", "%s", words_mark(z->mark));
	}
}

static void draw_zone_edges(const struct drawing *d, unsigned zone)
{
	const struct shown_zone *z = &d->e->zones[zone];

	draw_digests(d, zone);
	draw_key_signatures(d, zone);
	for (unsigned i = z->proofs_begin; z->mark != MARK_SECURE && i < z->proofs_end; i++) {
		fprintf(d->out, "  s%u -> c%u", i, zone);
		drawing_finish(d, d->e->sets[i].mark, "", "proves");
	}
	if (z->parent != NOWHERE && z->ds_set == NOWHERE && z->proofs_begin == z->proofs_end &&
	        d->e->zones[z->parent].key_count > 0) {
		fprintf(d->out, "  k%d_0 -> c%u", z->parent, zone);
		drawing_finish(d, z->mark, "style=dashed", "no proof");
	}
}

/* Joins an unsigned RRset to the state of its zone, and a name without RRsets to its proofs. */
static void draw_link_edges(const struct drawing *d, unsigned index)
{
	const struct shown_link *link = &d->e->links[index];
	const struct shown_zone *z = link->zone == NOWHERE ? NULL : &d->e->zones[link->zone];
	bool ends_here = z && z->mark != MARK_SECURE;

	for (unsigned i = link->sets_begin; i < link->sets_end; i++) {
		const struct shown_set *set = &d->e->sets[i];
		if (ends_here && set->zone == link->zone) {
			fprintf(d->out, "  c%d -> s%u [style=dotted, color=\"%s\"];\n", link->zone,
			        i, drawing_colour(z->mark));
		}
		if (set->role != SET_PROOF || set->type == TYPE_SOA)
			continue;
		if (drawing_has_node(link)) {
			fprintf(d->out, "  s%u -> l%u", i, index);
			drawing_finish(d, set->mark, "", "proves");
		} else if (set->role == SET_PROOF && set->type != TYPE_SOA &&
		           link->sets_begin < i) {
			fprintf(d->out, "  s%u -> s%u", i, link->sets_begin);
			drawing_finish(d, set->mark, "", "proves the wildcard");
		}
	}
	if (ends_here && drawing_has_node(link))
		fprintf(d->out, "  c%d -> l%u [style=dotted, color=\"%s\"];\n", link->zone, index,
		        drawing_colour(z->mark));
}

/* Joins an alias to its target. */
static void draw_alias_edge(const struct drawing *d, unsigned index)
{
	const struct shown_link *from = &d->e->links[index], *to = from + 1;

	if (from->end != END_ALIAS || index + 1 >= d->e->link_count ||
	        from->sets_end == from->sets_begin)
		return;
	if (drawing_has_node(to))
		fprintf(d->out, "  s%u -> l%u", from->sets_end - 1, index + 1);
	else if (to->sets_end > to->sets_begin)
		fprintf(d->out, "  s%u -> s%u", from->sets_end - 1, to->sets_begin);
	else
		return;
	fputs(" [style=bold, label=\"leads to\"];\n", d->out);
}

void drawing_edges(const struct drawing *d)
{
	for (unsigned i = 0; i < d->e->zone_count; i++)
		draw_zone_edges(d, i);
	for (unsigned i = 0; i < d->e->set_count; i++) {
		if (d->e->sets[i].role != SET_KEYS)
			draw_signatures(d, i);
	}
	for (unsigned i = 0; i < d->e->link_count; i++) {
		draw_link_edges(d, i);
		draw_alias_edge(d, i);
	}
}

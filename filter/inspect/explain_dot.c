/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draws a cluster for each zone, and a node for each anchor, DS RRset, key, RRset, proof, and end
 * of the chain. */
#include "base/when.h"
#include "inspect/explain_drawing.h"
#include "inspect/explain_edges.h"
#include "inspect/explain_text.h"
#include "inspect/explain_words.h"

#define LABEL_SIZE  4096
#define NAME_WIDTH  44
#define REASON_SIZE 200

static enum shown_mark key_mark(const struct shown_zone *z, const struct shown_key *k)
{
	if (z->mark != MARK_SECURE)
		return k->is_named || z->mark != MARK_BROKEN ? z->mark : MARK_NONE;
	return dnskey_may_sign(&(struct dnskey){ .flags = k->flags, .protocol = k->protocol })
	               ? MARK_SECURE
	               : MARK_NONE;
}

static void draw_keys(const struct drawing *d, unsigned zone)
{
	const struct shown_zone *z = &d->e->zones[zone];

	for (unsigned i = 0; i < z->key_count; i++) {
		const struct shown_key *k = &z->keys[i];
		char algorithm[WORDS_SIZE];
		fprintf(d->out, "    k%u_%u", zone, i);
		drawing_finish(d, key_mark(z, k),
		        k->flags & DNSKEY_SEP ? "shape=ellipse, penwidth=2" : "shape=ellipse",
		        "DNSKEY %u\n%s %s, %u bits", k->tag, words_role(z, k),
		        words_algorithm(k->algorithm, algorithm), k->bits);
	}
}

/* Draws the state of a zone that has no proved keys. */
static void draw_cut(const struct drawing *d, unsigned zone)
{
	const struct shown_zone *z = &d->e->zones[zone];
	static const char *const words[] = {
		[SHOWN_ANCHOR] = "anchor",
		[SHOWN_SECURE] = "keys",
		[SHOWN_INSECURE] = "INSECURE: no usable DS",
		[SHOWN_NO_CUT] = "no zone begins here",
		[SHOWN_NO_NAME] = "no such name",
		[SHOWN_BROKEN] = "BROKEN: not known whether it is signed",
		[SHOWN_NTA] = "INSECURE: negative trust anchor",
		[SHOWN_LOCAL] = "INSECURE: local name",
	};
	char reason[REASON_SIZE];
	enum shown_mark mark = z->mark;

	if (z->mark == MARK_SECURE)
		return;
	if (mark == MARK_NONE && (z->cut == SHOWN_NO_CUT || z->cut == SHOWN_NO_NAME))
		mark = MARK_SECURE;
	fprintf(d->out, "    c%u", zone);
	if (z->cut_outcome.status != STATUS_SECURE)
		drawing_finish(d, mark, "shape=note", "%s\n%s", words[z->cut],
		        words_reason(z->cut_outcome.reason, reason, sizeof(reason)));
	else if (z->keys_wanted)
		drawing_finish(d, mark, "shape=note", "%s: DNSKEY\n%s", words_mark(mark),
		        words_reason(z->keys_outcome.reason, reason, sizeof(reason)));
	else
		drawing_finish(d, mark, "shape=note", "%s", words[z->cut]);
}

static void draw_ds_label(const struct drawing *d, const struct shown_zone *z, const char *title)
{
	char text[LABEL_SIZE], name[NAME_TEXT_SIZE], algorithm[WORDS_SIZE], digest[WORDS_SIZE];
	int len = snprintf(
	        text, sizeof(text), "%s %s", title, words_name(&z->name, NAME_WIDTH, name));

	for (unsigned i = 0; i < z->ds_count && (size_t)len < sizeof(text); i++) {
		const struct ds *ds = &z->ds[i].ds;
		len += snprintf(text + len, sizeof(text) - (size_t)len, "\n%u %s %s%s", ds->tag,
		        words_algorithm(ds->algorithm, algorithm),
		        words_digest(ds->digest_type, digest),
		        z->ds[i].is_supported ? "" : ", not supported");
	}
	enum shown_mark mark = z->ds_set == NOWHERE ? MARK_SECURE : d->e->sets[z->ds_set].mark;
	drawing_finish(
	        d, mark, z->ds_set == NOWHERE ? "shape=hexagon" : "shape=diamond", "%s", text);
}

static void draw_set(const struct drawing *d, unsigned index)
{
	const struct shown_set *set = &d->e->sets[index];
	char owner[NAME_TEXT_SIZE], type[TYPE_TEXT_SIZE], text[LABEL_SIZE];
	int len = snprintf(text, sizeof(text), "%s%s%s %s",
	        set->is_culprit ? words_mark(set->mark) : "", set->is_culprit ? ": " : "",
	        words_name(&set->owner, NAME_WIDTH, owner), type_text(set->type, type));

	for (unsigned i = 0; i < set->line_count && (size_t)len < sizeof(text); i++)
		len += snprintf(text + len, sizeof(text) - (size_t)len, "\n%.90s", set->lines[i]);
	fprintf(d->out, "    s%u", index);
	drawing_finish(d, set->mark,
	        set->role == SET_PROOF ? "shape=box, style=dashed" : "shape=box", "%s", text);
}

static void draw_sets_of(const struct drawing *d, int zone)
{
	for (unsigned i = 0; i < d->e->set_count; i++) {
		const struct shown_set *set = &d->e->sets[i];
		if (set->zone == zone && (set->role == SET_DATA || set->role == SET_PROOF))
			draw_set(d, i);
	}
	for (unsigned i = 0; i < d->e->zone_count; i++) {
		const struct shown_zone *z = &d->e->zones[i];
		if (z->ds_set == NOWHERE || d->e->sets[z->ds_set].zone != zone)
			continue;
		fprintf(d->out, "    s%d", z->ds_set);
		draw_ds_label(d, z, "DS");
	}
}

static void draw_links_of(const struct drawing *d, int zone)
{
	static const char *const words[] = { [END_NODATA] = "no records of this type",
		[END_NXDOMAIN] = "NXDOMAIN",
		[END_NOTHING] = "no answer" };

	for (unsigned i = 0; i < d->e->link_count; i++) {
		const struct shown_link *link = &d->e->links[i];
		char name[NAME_TEXT_SIZE], type[TYPE_TEXT_SIZE];
		if (!drawing_has_node(link) || link->zone != zone)
			continue;
		fprintf(d->out, "    l%u", i);
		drawing_finish(d, link->mark, "shape=octagon", "%s%s %s\n%s",
		        link->is_culprit && link->mark == MARK_BROKEN ? "BROKEN: " : "",
		        words_name(&link->name, NAME_WIDTH, name), type_text(link->type, type),
		        words[link->end]);
	}
}

static void draw_zone(const struct drawing *d, unsigned zone)
{
	const struct shown_zone *z = &d->e->zones[zone];
	char name[NAME_TEXT_SIZE];

	if (z->cut == SHOWN_ANCHOR) {
		fprintf(d->out, "  a%u", zone);
		draw_ds_label(d, z, "trust anchor");
	}
	fprintf(d->out, "  subgraph cluster_%u {\n    label=", zone);
	drawing_quoted(d->out, words_name(&z->name, NAME_WIDTH, name));
	fprintf(d->out,
	        ";\n    color=\"%s\"; fontcolor=\"%s\"; style=\"rounded%s\"; labeljust=l;\n",
	        drawing_colour(z->mark), drawing_colour(z->mark),
	        z->mark == MARK_SECURE ? "" : ",dashed");
	draw_keys(d, zone);
	draw_cut(d, zone);
	draw_sets_of(d, (int)zone);
	draw_links_of(d, (int)zone);
	fputs("  }\n", d->out);
}

static void draw_title(const struct drawing *d, const char *source)
{
	const struct gate_result *r = &d->e->result;
	char name[NAME_TEXT_SIZE], type[TYPE_TEXT_SIZE], culprit[NAME_TEXT_SIZE];
	char culprit_type[TYPE_TEXT_SIZE], reason[REASON_SIZE], text[LABEL_SIZE], now[WHEN_SIZE];
	int len = snprintf(text, sizeof(text), "%s %s: %s\n%.200s, %s UTC",
	        words_name(&d->e->question.name, NAME_WIDTH, name),
	        type_text(d->e->question.type, type), status_text(r->outcome.status), source,
	        when_moment(d->e->now_s, now));

	if (r->outcome.status != STATUS_SECURE)
		snprintf(text + len, sizeof(text) - (size_t)len, "\n%s %s: %s",
		        words_name(&r->culprit.name, NAME_WIDTH, culprit),
		        type_text(r->culprit.type, culprit_type),
		        words_reason(r->outcome.reason, reason, sizeof(reason)));
	fputs("  label=", d->out);
	drawing_quoted(d->out, text);
	fprintf(d->out, "; labelloc=t; fontcolor=\"%s\";\n",
	        drawing_colour(shown_mark_of(r->outcome.status)));
}

bool explain_dot(FILE *out, const struct explanation *e, const char *source)
{
	const struct drawing d = { out, e };

	fputs("digraph chain {\n"
	      "  graph [fontname=\"Helvetica\", rankdir=TB];\n"
	      "  node [fontname=\"Helvetica\", fontsize=10];\n"
	      "  edge [fontname=\"Helvetica\", fontsize=8];\n",
	        out);
	draw_title(&d, source);
	for (unsigned i = 0; i < e->zone_count; i++)
		draw_zone(&d, i);
	draw_sets_of(&d, NOWHERE);
	draw_links_of(&d, NOWHERE);
	drawing_edges(&d);
	fputs("}\n", out);
	return fflush(out) == 0 && !ferror(out);
}

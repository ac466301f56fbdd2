/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/explain_text.h"

#include "base/when.h"
#include "inspect/explain_words.h"

#define REASON_SIZE   200
#define NAME_WIDTH    60
#define DETAIL_COLUMN "          " /* the column of the tags */

struct text_page {
	FILE *out;
	const struct explanation *e;
};

/* Writes BROKEN or INSECURE and the reason, on a line of its own below the link. */
static void text_problem(const struct text_page *p, struct outcome outcome, const char *what)
{
	char reason[REASON_SIZE];
	const char *word = outcome.status == STATUS_INSECURE ? "INSECURE" : "BROKEN";

	fprintf(p->out, "  %-8s  %s%s%s\n", word, what ? what : "", what ? ": " : "",
	        words_reason(outcome.reason, reason, sizeof(reason)));
}

/* Writes the signer only if it is not the expected zone. */
static void text_signatures(
        const struct text_page *p, const struct shown_set *set, const struct name *expected)
{
	for (unsigned i = 0; i < set->signature_count; i++) {
		const struct shown_signature *s = &set->signatures[i];
		char algorithm[WORDS_SIZE], from[WHEN_SIZE], to[WHEN_SIZE], state[WORDS_SIZE];
		char signer[NAME_TEXT_SIZE];
		fprintf(p->out, "    RRSIG %5u  %-16s %s to %s  %s\n", s->tag,
		        words_algorithm(s->algorithm, algorithm), when_moment(s->inception_s, from),
		        when_moment(s->expiration_s, to), words_signature(s, p->e->now_s, state));
		if (!expected || !name_equal(expected, &s->signer))
			fprintf(p->out, DETAIL_COLUMN "by %s\n",
			        words_name(&s->signer, NAME_WIDTH, signer));
	}
}

static const struct name *text_zone_name(const struct text_page *p, int zone)
{
	return zone == NOWHERE ? NULL : &p->e->zones[zone].name;
}

/* Writes the owner only if it is not the name in the heading. */
static void text_set(
        const struct text_page *p, const struct shown_set *set, const struct name *heading)
{
	char owner[NAME_TEXT_SIZE], type[TYPE_TEXT_SIZE];

	fprintf(p->out, "  %-7s ", type_text(set->type, type));
	if (set->role == SET_DATA)
		fprintf(p->out, "%u record%s%s", set->count, set->count == 1 ? "" : "s",
		        name_equal(&set->owner, heading) ? "" : " at ");
	if (set->role != SET_DATA || !name_equal(&set->owner, heading))
		fputs(words_name(&set->owner, NAME_WIDTH, owner), p->out);
	fputc('\n', p->out);
	for (unsigned i = 0; i < set->line_count; i++)
		fprintf(p->out, DETAIL_COLUMN "%s\n", set->lines[i]);
	if (set->signature_count > 0)
		text_signatures(p, set, text_zone_name(p, set->zone));
	else
		fprintf(p->out, "    no RRSIG\n");
	if (set->is_culprit)
		text_problem(p, p->e->result.outcome, NULL);
}

static void text_sets(
        const struct text_page *p, unsigned begin, unsigned end, const struct name *heading)
{
	for (unsigned i = begin; i < end; i++)
		text_set(p, &p->e->sets[i], heading);
}

static void text_ds(const struct text_page *p, const struct shown_zone *z, const struct shown_ds *d)
{
	char algorithm[WORDS_SIZE], digest[WORDS_SIZE];

	fprintf(p->out, "  %-7s %5u  %-16s %-10s  ", z->cut == SHOWN_ANCHOR ? "anchor" : "DS",
	        d->ds.tag, words_algorithm(d->ds.algorithm, algorithm),
	        words_digest(d->ds.digest_type, digest));
	if (!d->is_supported)
		fprintf(p->out, "not supported\n");
	else if (!d->is_used)
		fprintf(p->out, "not used: a stronger digest is there\n");
	else if (d->key != NOWHERE)
		fprintf(p->out, "names DNSKEY %u\n", z->keys[d->key].tag);
	else if (z->key_count > 0)
		fprintf(p->out, "names NO DNSKEY\n");
	else
		fprintf(p->out, "there is no DNSKEY\n");
}

static void text_key(
        const struct text_page *p, const struct shown_zone *z, const struct shown_key *k)
{
	static const char *const uses[2][2] = {
		{ "", "  signs the keys" },
		{ "  named", "  named, signs the keys" },
	};
	char algorithm[WORDS_SIZE];

	fprintf(p->out, "  DNSKEY  %5u  %-16s %-3s  %3u  %4u bits%s\n", k->tag,
	        words_algorithm(k->algorithm, algorithm), words_role(z, k), k->flags, k->bits,
	        uses[k->is_named][k->is_signing]);
}

static void text_keys(const struct text_page *p, const struct shown_zone *z)
{
	for (unsigned i = 0; i < z->key_count; i++)
		text_key(p, z, &z->keys[i]);
	if (z->key_set != NOWHERE)
		text_signatures(p, &p->e->sets[z->key_set], &z->name);
	if (z->keys_came)
		fprintf(p->out, "  DNSKEY  not available: %s\n", z->keys_came);
	if (z->keys_wanted && z->keys_outcome.status != STATUS_SECURE)
		text_problem(p, z->keys_outcome, "DNSKEY");
}

/* Writes the DS RRset, or what is there instead. */
static void text_cut(const struct text_page *p, const struct shown_zone *z)
{
	for (unsigned i = 0; i < z->ds_count; i++)
		text_ds(p, z, &z->ds[i]);
	if (z->ds_set != NOWHERE)
		text_signatures(p, &p->e->sets[z->ds_set], text_zone_name(p, z->parent));
	text_sets(p, z->proofs_begin, z->proofs_end, &z->name);
	if (z->cut_came)
		fprintf(p->out, "  DS      not available: %s\n", z->cut_came);
	else if (z->cut == SHOWN_BROKEN && z->ds_set == NOWHERE && z->proofs_begin == z->proofs_end)
		fprintf(p->out, "  DS      the response has no DS, NSEC or NSEC3\n");
	if (z->cut_outcome.status != STATUS_SECURE)
		text_problem(p, z->cut_outcome, "DS");
}

static void text_zone(const struct text_page *p, const struct shown_zone *z)
{
	static const struct {
		const char *kind, *what;
	} headings[] = {
		[SHOWN_ANCHOR] = { "zone", "by its trust anchor" },
		[SHOWN_SECURE] = { "zone", "by its DS" },
		[SHOWN_INSECURE] = { "zone", "without a DS that can be used" },
		[SHOWN_NO_CUT] = { "name", "no zone begins here" },
		[SHOWN_NO_NAME] = { "name", "does not exist, so no zone begins here" },
		[SHOWN_BROKEN] = { "zone", "not known whether it is signed" },
		[SHOWN_NTA] = { "zone", "under a negative trust anchor" },
		[SHOWN_LOCAL] = { "zone", "a local name: see local_names and local_zones" },
	};
	char name[NAME_TEXT_SIZE];

	fprintf(p->out, "\n%s %s  %s\n", headings[z->cut].kind, name_text(&z->name, name),
	        headings[z->cut].what);
	text_cut(p, z);
	text_keys(p, z);
}

/* Writes a name of the answer, with the zones that it adds. */
static void text_link(const struct text_page *p, const struct shown_link *link)
{
	char name[NAME_TEXT_SIZE], type[TYPE_TEXT_SIZE];
	const char *ends[] = { [END_DATA] = "",
		[END_ALIAS] = "  is an alias",
		[END_NODATA] = "  has no records of this type",
		[END_NXDOMAIN] = "  NXDOMAIN",
		[END_NOTHING] = "" };

	for (unsigned i = link->zones_begin; i < link->zones_end; i++)
		text_zone(p, &p->e->zones[i]);
	fprintf(p->out, "\nname %s %s%s\n", name_text(&link->name, name),
	        type_text(link->type, type), ends[link->end]);
	text_sets(p, link->sets_begin, link->sets_end, &link->name);
	if (link->is_culprit)
		text_problem(p, p->e->result.outcome, NULL);
}

/* Writes the status, the reason and the verdict. */
static void text_verdict(const struct text_page *p)
{
	static const char *const verdicts[] = {
		[GATE_ACCEPT] = "lets it through",
		[GATE_REWRITE] = "lets it through, rewritten",
		[GATE_SERVFAIL] = "answers SERVFAIL in its place",
		[GATE_DROP] = "drops it",
		[GATE_WANT] = "waits",
	};
	static const char *const statuses[] = {
		[STATUS_SECURE] = "SECURE",
		[STATUS_INSECURE] = "INSECURE",
		[STATUS_INDETERMINATE] = "INDETERMINATE",
		[STATUS_BOGUS] = "BOGUS",
	};
	const struct gate_result *r = &p->e->result;
	char culprit[NAME_TEXT_SIZE], type[TYPE_TEXT_SIZE], reason[REASON_SIZE];

	fprintf(p->out, "\n%s", statuses[r->outcome.status]);
	if (r->outcome.status != STATUS_SECURE)
		fprintf(p->out, "  %s %s: %s", name_text(&r->culprit.name, culprit),
		        type_text(r->culprit.type, type),
		        words_reason(r->outcome.reason, reason, sizeof(reason)));
	fprintf(p->out, "\nsealgate in enforce mode %s\n", verdicts[r->verdict]);
}

bool explain_text(FILE *out, const struct explanation *e, const char *source)
{
	const struct text_page page = { out, e };
	char name[NAME_TEXT_SIZE], type[TYPE_TEXT_SIZE], now[WHEN_SIZE];

	fprintf(out, "%s %s  %s\nfrom %s\njudged as of %s UTC\n",
	        name_text(&e->question.name, name), type_text(e->question.type, type),
	        rcode_text(e->rcode), source, when_moment(e->now_s, now));
	for (unsigned i = 0; i < e->link_count; i++)
		text_link(&page, &e->links[i]);
	if (e->is_answer && !e->has_anchor)
		fprintf(out, "  INSECURE  no trust anchor is at or above the name\n");
	if (e->left_out > 0)
		fprintf(out, "\n%u records, RRsets or zones are not shown: too many\n",
		        e->left_out);
	text_verdict(&page);
	return fflush(out) == 0 && !ferror(out);
}

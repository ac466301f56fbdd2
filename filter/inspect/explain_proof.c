/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells which NSEC and NSEC3 records of a message match or cover a name. Only the gate decides
 * whether that is a proof. */
#include "inspect/explain_proof.h"

#include <stdio.h>

#include "inspect/explain_build.h"
#include "inspect/explain_set.h"
#include "inspect/explain_words.h"

#define TYPES_WIDTH 80
#define NAME_WIDTH  60
#define SALT_SHOWN  8
#define RECORDS     (LIMIT_NSEC_RECORDS + LIMIT_NSEC3_RECORDS)

/* A record, and the RRset in which it is shown. */
struct denial_record {
	int set;
	bool is_nsec3;
	struct name zone;
	struct nsec nsec;
	struct nsec3 nsec3;
};

struct proofs {
	struct explain_build *x;
	const struct name *subject;
	unsigned count;
	struct denial_record records[RECORDS];
	unsigned hashes_left;
};

static void say_types(struct explain_build *x, int set, struct span bitmap)
{
	char types[TYPES_WIDTH];

	words_types(bitmap, types, sizeof(types));
	if (types[0])
		explain_build_say(x, set, "types %s", types);
	else
		explain_build_say(x, set, "no types: an empty non-terminal");
}

static void say_nsec(struct explain_build *x, const struct denial_record *r)
{
	char next[NAME_TEXT_SIZE];

	explain_build_say(x, r->set, "up to %s", words_name(&r->nsec.next, NAME_WIDTH, next));
	say_types(x, r->set, r->nsec.bitmap);
}

static void salt_text(struct span salt, char text[static WORDS_SIZE])
{
	size_t len = 0;

	snprintf(text, WORDS_SIZE, "no salt");
	for (size_t i = 0; i < salt.len && i < SALT_SHOWN; i++)
		len += (size_t)snprintf(
		        text + len, WORDS_SIZE - len, "%s%02x", i ? "" : "salt ", salt.base[i]);
	if (salt.len > SALT_SHOWN)
		snprintf(text + len, WORDS_SIZE - len, "...");
}

static void say_nsec3(struct explain_build *x, const struct denial_record *r)
{
	char next[WORDS_SIZE], salt[WORDS_SIZE];

	salt_text(r->nsec3.salt, salt);
	explain_build_say(x, r->set, "up to %s, %u iterations, %s%s",
	        words_hash(r->nsec3.next_hash, next), r->nsec3.iterations, salt,
	        r->nsec3.flags & NSEC3_OPT_OUT ? ", opt-out" : "");
	say_types(x, r->set, r->nsec3.bitmap);
}

/* The zone of an NSEC is its signer. The zone of an NSEC3 is the parent of its owner. */
static void zone_of_record(
        const struct explain_build *x, const struct denial_record *r, struct name *zone)
{
	const struct shown_set *set = &x->e->sets[r->set];

	if (r->is_nsec3)
		name_parent(&set->owner, zone);
	else if (set->signature_count > 0)
		*zone = set->signatures[0].signer;
	else if (set->zone != NOWHERE)
		*zone = x->e->zones[set->zone].name;
	else
		*zone = name_root;
}

static void add_denial_record(struct proofs *p, int set, const struct rr *rr)
{
	struct explain_build *x = p->x;
	struct denial_record *r = &p->records[p->count];

	if (p->count == RECORDS || set == NOWHERE)
		return;
	*r = (struct denial_record){ .set = set, .is_nsec3 = rr->type == TYPE_NSEC3 };
	zone_of_record(x, r, &r->zone);
	if (r->is_nsec3 && nsec3_read(&x->m, rr, &r->zone, &r->nsec3))
		say_nsec3(x, r);
	else if (!r->is_nsec3 && nsec_read(&x->m, rr, &r->nsec))
		say_nsec(x, r);
	else {
		explain_build_say(x, set, "malformed");
		return;
	}
	p->count++;
}

/* A name to look for, and its hash once it is needed. One hash is enough: records of a response
 * with different parameters prove nothing (RFC 5155, 8.2). */
struct sought_name {
	const struct name *name;
	bool is_hashed;
	uint8_t hash[NSEC3_HASH_OCTETS];
};

static bool hash_sought(struct proofs *p, struct sought_name *s, const struct nsec3 *by)
{
	if (!s->is_hashed && p->hashes_left > 0 &&
	        by->iterations <= p->x->budget.nsec3_iterations) {
		p->hashes_left--;
		s->is_hashed = nsec3_hash(
		        p->x->run->crypto, name_span(s->name), by->salt, by->iterations, s->hash);
	}
	return s->is_hashed;
}

static bool is_record_at(struct proofs *p, const struct denial_record *r, struct sought_name *s)
{
	if (!r->is_nsec3)
		return name_equal(&r->nsec.owner, s->name);
	return hash_sought(p, s, &r->nsec3) && nsec3_matches(&r->nsec3, s->hash);
}

static bool record_covers(struct proofs *p, const struct denial_record *r, struct sought_name *s)
{
	if (!name_within(s->name, &r->zone))
		return false;
	if (!r->is_nsec3)
		return nsec_spans(&r->nsec, &r->zone, s->name);
	return hash_sought(p, s, &r->nsec3) && nsec3_spans(&r->nsec3, s->hash);
}

/* Adds a line to each record that matches or covers `name`. Returns true if one matches. */
static bool say_where(struct proofs *p, const struct name *name, const char *at, const char *cover)
{
	struct sought_name s = { .name = name };
	char text[NAME_TEXT_SIZE];
	bool found = false;

	words_name(name, NAME_WIDTH, text);
	for (unsigned i = 0; i < p->count; i++) {
		const struct denial_record *r = &p->records[i];
		const char *what = is_record_at(p, r, &s)    ? at
		                   : record_covers(p, r, &s) ? cover
		                                             : NULL;
		if (what)
			explain_build_say(p->x, r->set, "%s %s", what, text);
		found = found || (what && what == at);
	}
	return found;
}

/* Finds the closest encloser of the subject, as far as the records prove one. Returns false if they
 * do not. */
static bool find_encloser(struct proofs *p, unsigned *labels)
{
	bool found = false;

	*labels = 0;
	for (unsigned i = 0; i < p->count; i++) {
		const struct denial_record *r = &p->records[i];
		struct sought_name s = { .name = p->subject };
		if (r->is_nsec3 || !record_covers(p, r, &s))
			continue;
		unsigned by_owner = name_shared_labels(p->subject, &r->nsec.owner);
		unsigned by_next = name_shared_labels(p->subject, &r->nsec.next);
		*labels = by_owner > by_next ? by_owner : by_next;
		return true;
	}
	for (unsigned l = p->subject->labels; !found && l-- > 0;) {
		struct name ancestor;
		name_suffix(p->subject, l, &ancestor);
		struct sought_name s = { .name = &ancestor };
		for (unsigned i = 0; !found && i < p->count; i++)
			found = p->records[i].is_nsec3 &&
			        name_within(&ancestor, &p->records[i].zone) &&
			        is_record_at(p, &p->records[i], &s);
		*labels = l;
	}
	return found;
}

/* For a wildcard answer no record matches the closest encloser (RFC 5155, 7.2.6). One covers the
 * next closer name. */
static void say_next_closer(struct proofs *p)
{
	for (unsigned l = p->subject->labels; l-- > 1;) {
		struct name closer;
		name_suffix(p->subject, l, &closer);
		for (unsigned i = 0; i < p->count; i++) {
			struct sought_name s = { .name = &closer };
			if (!record_covers(p, &p->records[i], &s))
				continue;
			say_where(p, &closer, "is at", "covers the next closer name");
			return;
		}
	}
}

static void say_proofs(struct proofs *p)
{
	struct name encloser, next_closer, wildcard;
	unsigned labels;

	if (say_where(p, p->subject, "is at", "covers"))
		return;
	if (!find_encloser(p, &labels)) {
		say_next_closer(p);
		return;
	}
	name_suffix(p->subject, labels, &encloser);
	name_suffix(p->subject, labels + 1, &next_closer);
	say_where(p, &encloser, "is at the closest encloser", "covers");
	if (labels + 1u < p->subject->labels)
		say_where(p, &next_closer, "is at", "covers the next closer name");
	if (name_prepend(&encloser, span_of("*", 1), &wildcard))
		say_where(p, &wildcard, "is at", "covers");
}

void explain_proof_add(struct explain_build *x, const struct name *subject,
        const struct name *other, int zone, bool with_soa)
{
	struct proofs p = { .x = x, .subject = subject, .hashes_left = LIMIT_NSEC3_HASHES };

	for (unsigned i = 0; i < x->g.count; i++) {
		const struct rrset *set = &x->g.sets[i];
		bool is_record = set->type == TYPE_NSEC || set->type == TYPE_NSEC3;
		bool is_soa = with_soa && set->type == TYPE_SOA && set->sig_count > 0 &&
		              set->section == SECTION_AUTHORITY;
		if (set->count == 0 || !(is_record || is_soa))
			continue;
		int shown = explain_set_add(x, set, SET_PROOF, zone);
		for (uint16_t r = set->first; is_record && r != RR_NONE; r = x->g.next[r])
			add_denial_record(&p, shown, &x->m.rrs[r]);
	}
	say_proofs(&p);
	if (other) {
		p.subject = other;
		say_proofs(&p);
	}
}

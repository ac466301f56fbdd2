/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adds an RRset and its signatures. */
#include "inspect/explain_set.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "inspect/explain_build.h"
#include "inspect/explain_zone.h"
#include "wire/rdata.h"

/* Returns the keys of a DNSKEY RRset that can sign, since the RRset is signed by its own keys; NULL
 * if memory is short. */
static struct keyset *read_keyset(const struct explain_build *x, const struct rrset *set)
{
	struct keyset *keys = keyset_new(&set->owner);

	for (uint16_t i = set->first; keys && i != RR_NONE; i = x->g.next[i]) {
		struct dnskey key;
		if (dnskey_read(message_rdata(&x->m, &x->m.rrs[i]), &key))
			keyset_add(keys, &key);
	}
	return keys;
}

/* Verifies one signature of an RRset as the gate does, but without the others. */
static enum reason verify_alone(struct explain_build *x, const struct rrset *set,
        uint16_t signature, const struct keyset *keys)
{
	struct rrset one = *set;
	struct proved proved;
	uint16_t next = x->g.next[signature];

	one.first_sig = one.last_sig = signature;
	one.sig_count = 1;
	x->g.next[signature] = RR_NONE;
	struct outcome outcome = rrset_verify(&(struct verifier){ .crypto = x->run->crypto,
	                                              .arena = &x->run->gate.arena,
	                                              .budget = &x->budget,
	                                              .sets = &x->g,
	                                              .now_s = x->run->now_s },
	        &one, keys, &proved);
	x->g.next[signature] = next;
	return outcome.status == STATUS_SECURE ? REASON_NONE : outcome.reason;
}

/* Returns the proved keys of the zone at the signer's name, or NULL. */
static const struct keyset *keys_of_signer(const struct explain_build *x, const struct name *signer)
{
	struct chain chain;

	chain_find(&x->run->store, signer, x->run->now_s, &chain);
	return chain.end == CHAIN_SECURE && name_equal(&chain.zone, signer) ? chain.keys : NULL;
}

/* Returns the time nearest to now with this serial number (RFC 4034, 3.1.5; RFC 1982). */
static int64_t moment_of(uint32_t serial, int64_t now_s)
{
	return now_s + (int32_t)(serial - (uint32_t)now_s);
}

/* Notes a wildcard if the RRSIG has fewer labels than the owner (RFC 4035, 5.3.4). */
static void note_wildcard(struct explain_build *x, const struct rrset *set,
        const struct shown_set *shown, const struct rrsig *sig)
{
	unsigned signable = set->owner.labels - (name_is_wildcard(&set->owner) ? 1u : 0u);
	struct name closest;
	char text[NAME_TEXT_SIZE];

	if (sig->labels >= signable || shown->line_count > 0)
		return;
	name_suffix(&set->owner, sig->labels, &closest);
	explain_build_say(x, (int)(shown - x->e->sets), "expanded from the wildcard *.%s",
	        closest.labels ? name_text(&closest, text) : "");
	if (shown->role == SET_DATA) {
		x->has_expanded = true;
		x->expanded = set->owner;
	}
}

/* Adds an RRSIG. `own` are the keys of a DNSKEY RRset, else NULL. */
static void add_signature(struct explain_build *x, const struct rrset *set, struct shown_set *shown,
        uint16_t index, const struct keyset *own)
{
	struct shown_signature *s = &shown->signatures[shown->signature_count];
	const struct keyset *keys = own;
	struct rrsig sig;

	*s = (struct shown_signature){ .reason = REASON_MALFORMED, .signer = name_root };
	shown->signature_count++;
	if (!rrsig_read(&x->m, &x->m.rrs[index], &sig))
		return;
	s->signer = sig.signer;
	s->tag = sig.tag;
	s->algorithm = sig.algorithm;
	s->inception_s = moment_of(sig.inception, x->run->now_s);
	s->expiration_s = moment_of(sig.expiration, x->run->now_s);
	if (!keys)
		keys = keys_of_signer(x, &sig.signer);
	s->is_checked = keys != NULL;
	if (keys)
		s->reason = verify_alone(x, set, index, keys);
	note_wildcard(x, set, shown, &sig);
}

static void add_signatures(
        struct explain_build *x, const struct rrset *set, struct shown_set *shown)
{
	struct keyset *own = set->type == TYPE_DNSKEY ? read_keyset(x, set) : NULL;

	for (uint16_t i = set->first_sig; i != RR_NONE; i = x->g.next[i]) {
		if (shown->signature_count == SHOWN_SIGNATURES) {
			x->e->left_out++;
			break;
		}
		add_signature(x, set, shown, i, own);
	}
	keyset_free(own);
}

/* Returns the zone of a signature that holds, if it was added; else `zone`. */
static int zone_of_signatures(
        const struct explain_build *x, const struct shown_set *shown, int zone)
{
	for (unsigned i = 0; i < shown->signature_count; i++) {
		const struct shown_signature *s = &shown->signatures[i];
		int signer = explain_build_find_zone(x, &s->signer);
		if (signer != NOWHERE && s->is_checked && s->reason == REASON_NONE)
			return signer;
	}
	return zone;
}

/* One signature that holds is enough. Without keys to check with, nothing is known. */
static enum shown_mark mark_by_signatures(const struct shown_set *shown)
{
	bool any_failed = false;

	for (unsigned i = 0; i < shown->signature_count; i++) {
		const struct shown_signature *s = &shown->signatures[i];
		if (s->is_checked && s->reason == REASON_NONE)
			return MARK_SECURE;
		any_failed = any_failed || s->is_checked;
	}
	return any_failed ? MARK_BROKEN : MARK_NONE;
}

static bool is_culprit_set(const struct explain_build *x, const struct rrset *set)
{
	const struct gate_result *r = &x->e->result;

	return r->outcome.status != STATUS_SECURE && set->type == r->culprit.type &&
	       name_equal(&set->owner, &r->culprit.name);
}

int explain_set_add(
        struct explain_build *x, const struct rrset *set, enum shown_role role, int zone)
{
	struct explanation *e = x->e;

	if (e->set_count == SHOWN_SETS) {
		e->left_out++;
		return NOWHERE;
	}
	struct shown_set *shown = &e->sets[e->set_count];
	*shown = (struct shown_set){
		.role = role, .owner = set->owner, .type = set->type, .count = set->count
	};
	add_signatures(x, set, shown);
	shown->zone = zone_of_signatures(x, shown, zone);
	shown->mark = mark_by_signatures(shown);
	if (shown->mark == MARK_NONE && zone != NOWHERE && e->zones[zone].mark != MARK_SECURE)
		shown->mark = e->zones[zone].mark;
	/* For DS and DNSKEY links the zone is marked, not the RRset. */
	if (role != SET_DS && role != SET_KEYS && is_culprit_set(x, set)) {
		shown->is_culprit = e->culprit_is_shown = true;
		shown->mark = shown_mark_of(e->result.outcome.status);
	}
	return (int)e->set_count++;
}

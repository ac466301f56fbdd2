/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/ahead.h"

#include "dnssec/rrsig.h"
#include "trust/anchor.h"
#include "trust/nta.h"

/* The guesses, and what they are made from. */
struct guessing {
	struct store *store;
	const struct want *want;
	int64_t now_s;
	struct ahead *ahead;
};

static void guess(struct guessing *g, const struct name *name, uint16_t type)
{
	struct ahead *ahead = g->ahead;
	const struct want want = {
		.name = *name, .type = type, .is_dateless = g->want->is_dateless
	};

	if (ahead->count == LIMIT_AHEAD || want_equal(&want, g->want))
		return;
	for (unsigned i = 0; i < ahead->count; i++) {
		if (want_equal(&ahead->wants[i], &want))
			return;
	}
	ahead->wants[ahead->count++] = want;
}

static void guess_keys(struct guessing *g, const struct name *zone)
{
	const struct fact *fact = store_find(g->store, zone, g->now_s);

	if (!fact || fact->keys_expire_s == 0)
		guess(g, zone, TYPE_DNSKEY);
}

/* Guesses the link at `name`. Returns false if it is known that no link follows below. */
static bool guess_link(struct guessing *g, const struct name *name, bool with_keys)
{
	const struct fact *fact = store_find(g->store, name, g->now_s);

	switch (fact && !fact->is_doubted ? fact->cut : CUT_UNKNOWN) {
	case CUT_UNKNOWN:
		guess(g, name, TYPE_DS);
		if (with_keys)
			guess(g, name, TYPE_DNSKEY);
		return true;
	case CUT_SECURE:
		guess_keys(g, name);
		return true;
	case CUT_NONE:
		return true;
	default:
		return false;
	}
}

/* Guesses all links from the anchor to `target`: at each name on the way a zone may begin. */
static void guess_way(struct guessing *g, const struct name *target, bool with_keys)
{
	const struct anchor *anchor = anchors_above(g->store->anchors, target);
	struct name at;
	bool goes_on = true;

	if (!anchor || nta_above(g->store->ntas, target, g->now_s))
		return;
	guess_keys(g, &anchor->zone);
	for (unsigned labels = anchor->zone.labels + 1u; goes_on && labels <= target->labels;
	        labels++) {
		name_suffix(target, labels, &at);
		goes_on = g->ahead->count < LIMIT_AHEAD &&
		          guess_link(g, &at, with_keys || labels < target->labels);
	}
}

/* Guesses the way to a zone that signed. If the way is long, its end is sure and the rest is
 * not. */
static void guess_way_to_signer(struct guessing *g, const struct name *signer)
{
	if (signer->labels > 0 && guess_link(g, signer, true))
		guess_way(g, signer, true);
	else if (signer->labels == 0)
		guess_way(g, signer, true);
}

/* The different zones that signed something of the message. */
struct ahead_signers {
	unsigned count;
	struct name names[LIMIT_SIGNERS];
};

static void note_ahead_signer(struct ahead_signers *signers, const struct name *signer)
{
	for (unsigned i = 0; i < signers->count; i++) {
		if (name_equal(&signers->names[i], signer))
			return;
	}
	if (signers->count < LIMIT_SIGNERS)
		signers->names[signers->count++] = *signer;
}

static void read_ahead_signers(const struct message *m, struct ahead_signers *signers)
{
	signers->count = 0;
	for (unsigned i = 0; i < m->rr_count; i++) {
		const struct rr *rr = &m->rrs[i];
		struct rrsig sig;
		struct name owner;
		if (rr->type == TYPE_RRSIG && rr->section != SECTION_ADDITIONAL &&
		        rrsig_read(m, rr, &sig) && message_owner(m, rr, &owner) &&
		        name_within(&owner, &sig.signer))
			note_ahead_signer(signers, &sig.signer);
	}
}

/* Guesses from the signatures of the message. Returns false if there are none. */
static bool guess_from_signers(struct guessing *g, const struct message *m)
{
	struct ahead_signers signers;

	read_ahead_signers(m, &signers);
	for (unsigned i = 0; i < signers.count; i++)
		guess_way_to_signer(g, &signers.names[i]);
	return signers.count > 0;
}

/* An unsigned response comes from an unsigned zone, or from a zone whose signatures are missing.
 * While not even the top-level domain is known, everything down to the parent of the name is
 * guessed. After that only the next link: in most cases the DS that is wanted now shows that the
 * zone is unsigned. */
static void guess_from_question(struct guessing *g, const struct message *m)
{
	const struct want *want = g->want;
	struct name target = m->qname;

	if (!name_within(&m->qname, &want->name))
		return;
	if (want->name.labels <= 1) {
		if (target.labels > 2)
			name_parent(&m->qname, &target);
		guess_way(g, &target, false);
	} else if (want->type == TYPE_DNSKEY && m->qname.labels > want->name.labels) {
		name_suffix(&m->qname, want->name.labels + 1u, &target);
		guess_link(g, &target, false);
	}
}

void gate_look_ahead(struct gate *g, struct span octets, const struct want *want, int64_t now_s,
        struct ahead *ahead)
{
	struct guessing guessing = { g->store, want, now_s, ahead };
	struct message m;

	ahead->count = 0;
	if (message_parse(&m, octets, g->rrs, MESSAGE_RRS_MAX) && m.question_count == 1 &&
	        !guess_from_signers(&guessing, &m))
		guess_from_question(&guessing, &m);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dnssec/denial_nsec3.h"

#include <assert.h>

#include "dnssec/bitmap.h"

/* A proved closest encloser (RFC 5155, 8.3). */
struct encloser {
	unsigned labels;
	bool opt_out; /* the span over the next closer name has opt-out */
};

static const uint8_t *known_hash(const struct denial *d, const struct name *name)
{
	for (unsigned i = 0; i < d->hashed_count; i++) {
		if (name_equal(&d->hashed[i].name, name))
			return d->hashed[i].hash;
	}
	return NULL;
}

/* Returns the hash of a name, or NULL if there is none. Each name costs the budget one hash,
 * once. */
static const uint8_t *denial_hash_of(struct denial *d, const struct name *name)
{
	const struct nsec3 *first = &d->nsec3s[0];
	const uint8_t *known = known_hash(d, name);

	/* settled_early() lets such records through only if there are NSEC records too. */
	if (d->nsec3_count == 0 || d->mixed || d->over_limit)
		return NULL;
	if (known)
		return known;
	if (d->budget->nsec3_hashes == 0) {
		d->out_of_budget = true;
		return NULL;
	}
	assert(d->hashed_count < LIMIT_NSEC3_HASHES); /* a full budget has that many hashes */
	struct hashed *h = &d->hashed[d->hashed_count];
	d->budget->nsec3_hashes--;
	d->budget->nsec3_rounds += first->iterations + 1u;
	if (!nsec3_hash(d->crypto, name_span(name), first->salt, first->iterations, h->hash))
		return NULL;
	h->name = *name;
	d->hashed_count++;
	return h->hash;
}

const struct nsec3 *nsec3_at(struct denial *d, const struct name *name)
{
	const uint8_t *hash = denial_hash_of(d, name);

	for (unsigned i = 0; hash && i < d->nsec3_count; i++) {
		if (nsec3_matches(&d->nsec3s[i], hash))
			return &d->nsec3s[i];
	}
	return NULL;
}

static const struct nsec3 *nsec3_over(struct denial *d, const struct name *name)
{
	const uint8_t *hash = denial_hash_of(d, name);

	for (unsigned i = 0; hash && i < d->nsec3_count; i++) {
		if (nsec3_spans(&d->nsec3s[i], hash))
			return &d->nsec3s[i];
	}
	return NULL;
}

/* Proves that the next closer name does not exist: the name one label below the encloser, on the
 * way to `name`. */
static bool next_closer_is_denied(
        struct denial *d, const struct name *name, unsigned encloser_labels, bool *opt_out)
{
	struct name next_closer;

	name_suffix(name, encloser_labels + 1, &next_closer);
	const struct nsec3 *over = nsec3_over(d, &next_closer);
	if (!over)
		return false;
	*opt_out = over->flags & NSEC3_OPT_OUT;
	return true;
}

/* Finds the closest encloser, the deepest ancestor of `name` that has a record, and proves that the
 * next closer name does not exist. The zone must not end at the ancestor. */
static bool prove_encloser(struct denial *d, const struct name *name, struct encloser *e)
{
	for (unsigned labels = name->labels; labels-- > d->zone->labels;) {
		struct name ancestor;
		name_suffix(name, labels, &ancestor);
		const struct nsec3 *at = nsec3_at(d, &ancestor);
		if (!at && d->out_of_budget)
			return false;
		if (!at)
			continue;
		e->labels = labels;
		return !bitmap_ends_zone(at->bitmap) &&
		       next_closer_is_denied(d, name, labels, &e->opt_out);
	}
	return false;
}

/* True if the record at this very name says that the name does not exist (RFC 9824, 4). Hashes the
 * name only if some record has NXNAME. */
static bool shows_nxname(struct denial *d, const struct name *name)
{
	for (unsigned i = 0; i < d->nsec3_count; i++) {
		if (bitmap_has(d->nsec3s[i].bitmap, TYPE_NXNAME)) {
			const struct nsec3 *at = nsec3_at(d, name);
			return at && bitmap_has(at->bitmap, TYPE_NXNAME);
		}
	}
	return false;
}

enum proof nsec3_denies_name(struct denial *d, const struct name *name)
{
	struct encloser e;
	struct name wildcard;

	if (shows_nxname(d, name))
		return PROOF_HOLDS;
	if (!prove_encloser(d, name, &e))
		return PROOF_FAILS;
	name_wildcard_below(name, e.labels, &wildcard);
	if (!nsec3_over(d, &wildcard))
		return PROOF_FAILS;
	return e.opt_out ? PROOF_OPT_OUT : PROOF_HOLDS;
}

enum proof nsec3_denies_type(struct denial *d, const struct name *name, uint16_t type)
{
	struct encloser e;
	struct name wildcard;
	const struct nsec3 *at = nsec3_at(d, name);

	if (at)
		return bitmap_denies(at->bitmap, type, name->labels == 0) ? PROOF_HOLDS
		                                                          : PROOF_FAILS;
	if (!prove_encloser(d, name, &e))
		return PROOF_FAILS;
	name_wildcard_below(name, e.labels, &wildcard);
	const struct nsec3 *at_wildcard = nsec3_at(d, &wildcard);
	if (at_wildcard && bitmap_denies(at_wildcard->bitmap, type, false))
		return e.opt_out ? PROOF_OPT_OUT : PROOF_HOLDS;
	/* An unsigned delegation in an opt-out span, or an empty non-terminal above such
	 * delegations only (RFC 5155, 7.1 and 8.6). */
	return e.opt_out ? PROOF_OPT_OUT : PROOF_FAILS;
}

enum proof nsec3_denies_closer_match(
        struct denial *d, const struct name *name, unsigned wildcard_labels)
{
	bool opt_out;

	if (!next_closer_is_denied(d, name, wildcard_labels, &opt_out))
		return PROOF_FAILS;
	return opt_out ? PROOF_OPT_OUT : PROOF_HOLDS;
}

/* True if an older record spans the name or, if `matches`, is at the name. Without a hash nothing
 * is known of the records, so any of them may speak of the name. */
static bool is_told_by_older(
        struct denial *d, const struct name *name, bool matches, uint32_t inception)
{
	const uint8_t *hash = denial_hash_of(d, name);

	for (unsigned i = 0; i < d->nsec3_count; i++) {
		const struct nsec3 *n = &d->nsec3s[i];
		bool speaks = !hash || nsec3_spans(n, hash) || (matches && nsec3_matches(n, hash));
		if (speaks && inception_is_before(n->inception, inception))
			return true;
	}
	return false;
}

bool nsec3_is_older(struct denial *d, const struct name *name, uint32_t inception)
{
	for (unsigned labels = name->labels; d->nsec3_count > 0 && labels > d->zone->labels;
	        labels--) {
		struct name at;
		name_suffix(name, labels, &at);
		if (is_told_by_older(d, &at, labels == name->labels, inception))
			return true;
	}
	return false;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dnssec/denial_nsec.h"

#include "dnssec/bitmap.h"

const struct nsec *nsec_at(const struct denial *d, const struct name *name)
{
	for (unsigned i = 0; i < d->nsec_count; i++) {
		if (name_equal(&d->nsecs[i].owner, name))
			return &d->nsecs[i];
	}
	return NULL;
}

/* Returns the NSEC whose gap covers `name`, or NULL. An NSEC at an ancestor where the zone ends (a
 * delegation or a DNAME) cannot speak for the name. */
static const struct nsec *nsec_over(const struct denial *d, const struct name *name)
{
	for (unsigned i = 0; i < d->nsec_count; i++) {
		const struct nsec *n = &d->nsecs[i];
		if (nsec_spans(n, d->zone, name) &&
		        !(name_within(name, &n->owner) && bitmap_ends_zone(n->bitmap)))
			return n;
	}
	return NULL;
}

/* True if `next` is below the name: the name is an empty non-terminal, so it exists. */
static bool shows_empty_non_terminal(const struct nsec *over, const struct name *name)
{
	return name_within(&over->next, name);
}

/* Returns the number of labels of the closest encloser of a name in the gap: the deepest ancestor
 * that one end of the gap shows to exist. */
static unsigned closest_encloser_labels(const struct nsec *over, const struct name *name)
{
	unsigned by_owner = name_shared_labels(name, &over->owner);
	unsigned by_next = name_shared_labels(name, &over->next);
	return by_owner > by_next ? by_owner : by_next;
}

bool nsec_denies_name(const struct denial *d, const struct name *name)
{
	struct name wildcard;
	const struct nsec *at = nsec_at(d, name);
	const struct nsec *over = nsec_over(d, name);

	if (at)
		return bitmap_has(at->bitmap, TYPE_NXNAME); /* RFC 9824, 2 */
	if (!over || shows_empty_non_terminal(over, name))
		return false;
	name_wildcard_below(name, closest_encloser_labels(over, name), &wildcard);
	const struct nsec *over_wildcard = nsec_over(d, &wildcard);
	return over_wildcard && !shows_empty_non_terminal(over_wildcard, &wildcard);
}

bool nsec_denies_type(const struct denial *d, const struct name *name, uint16_t type)
{
	struct name wildcard;
	const struct nsec *at = nsec_at(d, name);

	if (at)
		return bitmap_denies(at->bitmap, type, name->labels == 0);
	const struct nsec *over = nsec_over(d, name);
	if (!over)
		return false;
	if (shows_empty_non_terminal(over, name))
		return true;
	name_wildcard_below(name, closest_encloser_labels(over, name), &wildcard);
	const struct nsec *at_wildcard = nsec_at(d, &wildcard);
	if (at_wildcard)
		return bitmap_denies(at_wildcard->bitmap, type, false);
	/* A wildcard may be an empty non-terminal, too, and matches names nevertheless (RFC 4592,
	 * 2.2.2). It has no NSEC of its own. */
	const struct nsec *over_wildcard = nsec_over(d, &wildcard);
	return over_wildcard && shows_empty_non_terminal(over_wildcard, &wildcard);
}

bool nsec_denies_closer_match(
        const struct denial *d, const struct name *name, unsigned wildcard_labels)
{
	const struct nsec *over = nsec_over(d, name);

	return over && !shows_empty_non_terminal(over, name) &&
	       closest_encloser_labels(over, name) == wildcard_labels;
}

bool nsec_is_older(const struct denial *d, const struct name *name, uint32_t inception)
{
	for (unsigned i = 0; i < d->nsec_count; i++) {
		const struct nsec *n = &d->nsecs[i];
		bool speaks = name_equal(&n->owner, name) || nsec_spans(n, d->zone, name);
		if (speaks && inception_is_before(n->inception, inception))
			return true;
	}
	return false;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Domain names. A `struct name` is whole, uncompressed and in lower case: the canonical form of
 * RFC 4034, 6.2, so that equal names are equal octets. Where letter case matters (the question that
 * a client must get back) the message's own octets are kept instead. */
#ifndef WIRE_NAME_H
#define WIRE_NAME_H

#include "base/cursor.h"

#define NAME_MAX_OCTETS 255 /* RFC 1035, 2.3.4; with the root's zero octet */
#define NAME_MAX_LABELS 127
#define NAME_TEXT_SIZE  1024 /* the longest name in presentation format, each octet as \DDD */

struct name {
	uint8_t len;    /* octets in use, the root's included: 1 for the root */
	uint8_t labels; /* without the root: 0 for the root, 2 for example.org */
	uint8_t octets[NAME_MAX_OCTETS];
};

/* The root. */
extern const struct name name_root;

/* Reads a name, following compression pointers inside the cursor's whole span. Each pointer must
 * point before the part of the name it ends, so a loop cannot be. On anything malformed (RFC 1035,
 * 3.1 and 4.1.4) the cursor is bad and the name is the root. */
void name_read(struct cursor *c, struct name *n);

/* The same; and sets to 1 what stands in `seen` for each octet of the cursor's span that is a part
 * of the name, pointers included. */
void name_read_marking(struct cursor *c, struct name *n, uint8_t *seen);

/* The same where compression is not allowed (RFC 3597, 4): a pointer makes the cursor bad. */
void name_read_plain(struct cursor *c, struct name *n);

/* Moves past a name, without looking where its pointer leads. */
void name_skip(struct cursor *c);

/* Only tells different names apart quickly (FNV-1a): who meets names from the network must not
 * build a table on it (base/keyedhash.h). */
uint32_t name_quick_hash(const struct name *n);

bool name_equal(const struct name *a, const struct name *b);

/* Canonical order, RFC 4034, 6.1. Returns less than, equal to or greater than zero. */
int name_order(const struct name *a, const struct name *b);

/* True when `n` is `ancestor` or lies below it. */
bool name_within(const struct name *n, const struct name *ancestor);

/* The labels that both have in common, counted from the root. */
unsigned name_shared_labels(const struct name *a, const struct name *b);

/* Sets `out` to the last `labels` labels of `n`, which has at least as many. `out` may be `n`. */
void name_suffix(const struct name *n, unsigned labels, struct name *out);

/* Sets `out` to `n` without its first label; the root's parent is the root. `out` may be `n`. */
void name_parent(const struct name *n, struct name *out);

/* True when the first label is `*` (RFC 4592, 2.1.1). */
bool name_is_wildcard(const struct name *n);

/* Puts `label` before `n`. Returns false, `out` unchanged, when the result is too long or the label
 * is not of 1 to 63 octets. `out` may be `n`. */
bool name_prepend(const struct name *n, struct span label, struct name *out);

/* Sets `out` to the wildcard directly below the ancestor of `n` that has so many labels, fewer than
 * `n` has: so the `*` takes the place of a label at least as long. */
void name_wildcard_below(const struct name *n, unsigned labels, struct name *out);

/* Replaces the ending `from` of `n` (which is within it) by `to`, as DNAME does (RFC 6672, 2.2).
 * Returns false when the result is too long. */
bool name_replace_suffix(
        const struct name *n, const struct name *from, const struct name *to, struct name *out);

static inline struct span name_span(const struct name *n)
{
	return span_of(n->octets, n->len);
}

/* The letter in lower case (RFC 4343, 3); other octets stay what they are. */
static inline uint8_t name_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

/* Writes the name in presentation format, absolute, in lower case, special octets escaped as RFC
 * 1035, 5.1 says. Returns `text`. */
const char *name_text(const struct name *n, char text[static NAME_TEXT_SIZE]);

/* Reads presentation format; a name without a final dot is taken as absolute. Returns false on a
 * label or name that is too long, an empty label, or a bad escape. */
bool name_from_text(const char *text, struct name *n);

#endif

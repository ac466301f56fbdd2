/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Domain names. A `struct name` is complete, uncompressed and in lower case: the canonical form of
 * RFC 4034, 6.2, so equal names are equal octets. Where letter case matters (the question that a
 * client must get back), the message's own octets are used instead. */
#ifndef WIRE_NAME_H
#define WIRE_NAME_H

#include "base/cursor.h"

#define NAME_MAX_OCTETS 255 /* RFC 1035, 2.3.4; includes the final zero octet */
#define NAME_MAX_LABELS 127
#define NAME_TEXT_SIZE  1024 /* enough for the longest name with each octet as \DDD */

struct name {
	uint8_t len;    /* octets in use, including the final zero: 1 for the root */
	uint8_t labels; /* without the root label: 0 for the root, 2 for example.org */
	uint8_t octets[NAME_MAX_OCTETS];
};

/* The root name. */
extern const struct name name_root;

/* Reads a name, following compression pointers within the cursor's whole span. Each pointer must
 * lead to an offset before the run of labels that it ends, so a loop is impossible. If the name is
 * malformed (RFC 1035, 3.1 and 4.1.4), the cursor becomes bad and the name is the root. */
void name_read(struct cursor *c, struct name *n);

/* Like name_read(). Also sets to 1 each octet of `seen` whose octet in the cursor's span is a part
 * of the name, including pointers. */
void name_read_marking(struct cursor *c, struct name *n, uint8_t *seen);

/* Like name_read(), for names that must not be compressed (RFC 3597, 4): a pointer makes the cursor
 * bad. */
void name_read_plain(struct cursor *c, struct name *n);

/* Skips a name, without following its pointer. */
void name_skip(struct cursor *c);

/* A fast hash that tells different names apart (FNV-1a). Do not use it for a table of names from
 * the network; use base/keyedhash.h. */
uint32_t name_quick_hash(const struct name *n);

bool name_equal(const struct name *a, const struct name *b);

/* Compares names in canonical order (RFC 4034, 6.1). Returns less than, equal to or greater than
 * zero. */
int name_order(const struct name *a, const struct name *b);

/* True if `n` is `ancestor` or below it. */
bool name_within(const struct name *n, const struct name *ancestor);

/* Returns how many labels the names have in common, counted from the root. */
unsigned name_shared_labels(const struct name *a, const struct name *b);

/* Sets `out` to the last `labels` labels of `n`, which must have at least that many. `out` may be
 * `n`. */
void name_suffix(const struct name *n, unsigned labels, struct name *out);

/* Sets `out` to `n` without its first label; the root's parent is the root. `out` may be `n`. */
void name_parent(const struct name *n, struct name *out);

/* True if the first label is `*` (RFC 4592, 2.1.1). */
bool name_is_wildcard(const struct name *n);

/* Prepends `label` to `n`. Returns false and leaves `out` unchanged if the result is too long or
 * the label does not have 1 to 63 octets. `out` may be `n`. */
bool name_prepend(const struct name *n, struct span label, struct name *out);

/* Sets `out` to the wildcard directly below the ancestor of `n` with `labels` labels. `labels` must
 * be less than the number of labels of `n`: then the `*` always fits, because it replaces a label
 * that is at least as long. */
void name_wildcard_below(const struct name *n, unsigned labels, struct name *out);

/* Replaces the suffix `from` of `n` by `to`, like a DNAME (RFC 6672, 2.2); `n` must be within
 * `from`. Returns false if the result is too long. */
bool name_replace_suffix(
        const struct name *n, const struct name *from, const struct name *to, struct name *out);

static inline struct span name_span(const struct name *n)
{
	return span_of(n->octets, n->len);
}

/* Returns a letter in lower case (RFC 4343, 3), and any other octet unchanged. */
static inline uint8_t name_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

/* Writes the name in presentation format: absolute, in lower case, with special octets escaped (RFC
 * 1035, 5.1). Returns `text`. */
const char *name_text(const struct name *n, char text[static NAME_TEXT_SIZE]);

/* Reads presentation format; a name without a final dot is absolute too. Returns false if the name
 * or a label is too long, a label is empty, or an escape is malformed. */
bool name_from_text(const char *text, struct name *n);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/name.h"

#include <stdio.h>

#define LABEL_MAX      63
#define POINTER_BITS   0xc0
#define POINTER_TARGET 0x3fff

const struct name name_root = { .len = 1, .labels = 0, .octets = { 0 } };

/* name_lower() for eight octets at a time. The top bit of each octet is masked off, so that no sum
 * carries into the next octet. */
static uint64_t lower_eight(uint64_t octets)
{
	const uint64_t each = 0x0101010101010101;
	uint64_t low = octets & (0x7f * each);
	uint64_t from_a = low + (0x80 - 'A') * each, beyond_z = low + (0x7f - 'Z') * each;
	uint64_t is_upper = from_a & ~beyond_z & ~octets & (0x80 * each);

	return octets | is_upper >> 2; /* upper and lower case differ in the bit 0x20 */
}

/* Appends a run of labels in wire format, in lower case. A length octet is no letter, so it stays
 * unchanged. Returns false if the name becomes too long. */
static bool append_run(struct name *n, const uint8_t *run, size_t len)
{
	uint8_t *to = n->octets + n->len;
	uint64_t octets;
	size_t i = 0;

	if (n->len + len > NAME_MAX_OCTETS)
		return false;
	for (; i + sizeof(octets) <= len; i += sizeof(octets)) {
		memcpy(&octets, run + i, sizeof(octets));
		octets = lower_eight(octets);
		memcpy(to + i, &octets, sizeof(octets));
	}
	for (; i < len; i++)
		to[i] = name_lower(run[i]);
	n->len = (uint8_t)(n->len + len);
	return true;
}

/* Marks the octets of a run of labels, if the caller wants them marked. */
static void name_mark(uint8_t *seen, size_t run_start, const struct cursor *at)
{
	if (seen)
		memset(seen + run_start, 1, cursor_offset(at) - run_start);
}

/* Skips and counts labels, up to and including the root label, or up to a pointer. Returns false if
 * the labels are malformed or exceed the length of a name. */
static bool skip_run(struct cursor *at, struct name *n, bool *is_last)
{
	const uint8_t *run = at->at;

	for (;;) {
		const uint8_t *label = at->at;
		uint8_t len = cursor_u8(at);
		if (at->bad || label - run >= NAME_MAX_OCTETS)
			return false;
		*is_last = len == 0;
		if (*is_last)
			return true;
		if ((len & POINTER_BITS) == POINTER_BITS) {
			at->at = label;
			return true;
		}
		if (len > LABEL_MAX)
			return false;
		cursor_take(at, len);
		n->labels++;
	}
}

/* `c` ends after the first pointer; `at` follows the pointers. A pointer must lead to an offset
 * before the start of its run of labels, so each jump goes strictly back. */
static bool read_labels(struct cursor *c, struct name *n, bool may_jump, uint8_t *seen)
{
	struct cursor at = *c;
	bool jumped = false, is_last;

	n->len = n->labels = 0;
	for (;;) {
		size_t run_start = cursor_offset(&at);
		if (!skip_run(&at, n, &is_last) ||
		        !append_run(n, at.base + run_start, cursor_offset(&at) - run_start))
			return false;
		size_t target = is_last ? 0 : cursor_u16(&at) & POINTER_TARGET;
		name_mark(seen, run_start, &at);
		if (!jumped)
			c->at = at.at;
		if (is_last)
			return !at.bad;
		if (at.bad || !may_jump || target >= run_start)
			return false;
		jumped = true;
		at.at = at.base + target;
	}
}

static void name_read_either(struct cursor *c, struct name *n, bool may_jump, uint8_t *seen)
{
	if (c->bad || !read_labels(c, n, may_jump, seen)) {
		c->bad = true;
		*n = name_root;
	}
}

void name_read(struct cursor *c, struct name *n)
{
	name_read_either(c, n, true, NULL);
}

void name_read_marking(struct cursor *c, struct name *n, uint8_t *seen)
{
	name_read_either(c, n, true, seen);
}

void name_read_plain(struct cursor *c, struct name *n)
{
	name_read_either(c, n, false, NULL);
}

void name_skip(struct cursor *c)
{
	size_t start = cursor_offset(c);
	for (;;) {
		uint8_t len = cursor_u8(c);
		if (len > LABEL_MAX && (len & POINTER_BITS) != POINTER_BITS)
			c->bad = true;
		if (cursor_offset(c) - start > NAME_MAX_OCTETS)
			c->bad = true;
		if (c->bad || len == 0)
			return;
		if (len > LABEL_MAX) {
			cursor_u8(c);
			return;
		}
		cursor_take(c, len);
	}
}

uint32_t name_quick_hash(const struct name *n)
{
	uint32_t hash = 2166136261u;
	for (unsigned i = 0; i < n->len; i++)
		hash = (hash ^ n->octets[i]) * 16777619u;
	return hash;
}

bool name_equal(const struct name *a, const struct name *b)
{
	return a->len == b->len && memcmp(a->octets, b->octets, a->len) == 0;
}

/* Sets where[i] to the offset of the label with i labels to its right, not counting the root. */
static void label_offsets(const struct name *n, uint8_t where[static NAME_MAX_LABELS])
{
	uint8_t at = 0;
	for (unsigned i = n->labels; i > 0; i--) {
		where[i - 1] = at;
		at = (uint8_t)(at + n->octets[at] + 1);
	}
}

static struct span label_at(const struct name *n, uint8_t at)
{
	return span_of(n->octets + at + 1, n->octets[at]);
}

int name_order(const struct name *a, const struct name *b)
{
	uint8_t in_a[NAME_MAX_LABELS], in_b[NAME_MAX_LABELS];
	unsigned shorter = a->labels < b->labels ? a->labels : b->labels;

	label_offsets(a, in_a);
	label_offsets(b, in_b);
	for (unsigned i = 0; i < shorter; i++) {
		int order = span_order(label_at(a, in_a[i]), label_at(b, in_b[i]));
		if (order != 0)
			return order;
	}
	return (int)a->labels - (int)b->labels;
}

/* Returns the offset of the last `labels` labels. */
static uint8_t suffix_offset(const struct name *n, unsigned labels)
{
	uint8_t at = 0;
	for (unsigned skip = n->labels - labels; skip > 0; skip--)
		at = (uint8_t)(at + n->octets[at] + 1);
	return at;
}

bool name_within(const struct name *n, const struct name *ancestor)
{
	if (n->labels < ancestor->labels || n->len < ancestor->len)
		return false;
	uint8_t at = suffix_offset(n, ancestor->labels);
	return n->len - at == ancestor->len &&
	       memcmp(n->octets + at, ancestor->octets, ancestor->len) == 0;
}

unsigned name_shared_labels(const struct name *a, const struct name *b)
{
	uint8_t in_a[NAME_MAX_LABELS], in_b[NAME_MAX_LABELS];
	unsigned shorter = a->labels < b->labels ? a->labels : b->labels;
	unsigned shared = 0;

	label_offsets(a, in_a);
	label_offsets(b, in_b);
	while (shared < shorter && span_equal(label_at(a, in_a[shared]), label_at(b, in_b[shared])))
		shared++;
	return shared;
}

void name_suffix(const struct name *n, unsigned labels, struct name *out)
{
	uint8_t at = suffix_offset(n, labels);
	uint8_t len = (uint8_t)(n->len - at);

	memmove(out->octets, n->octets + at, len);
	out->len = len;
	out->labels = (uint8_t)labels;
}

void name_parent(const struct name *n, struct name *out)
{
	name_suffix(n, n->labels ? n->labels - 1u : 0, out);
}

bool name_is_wildcard(const struct name *n)
{
	return n->len > 2 && n->octets[0] == 1 && n->octets[1] == '*';
}

bool name_prepend(const struct name *n, struct span label, struct name *out)
{
	if (label.len == 0 || label.len > LABEL_MAX || n->len + 1 + label.len > NAME_MAX_OCTETS)
		return false;
	memmove(out->octets + label.len + 1, n->octets, n->len);
	out->octets[0] = (uint8_t)label.len;
	for (size_t i = 0; i < label.len; i++)
		out->octets[i + 1] = name_lower(label.base[i]);
	out->len = (uint8_t)(n->len + label.len + 1);
	out->labels = (uint8_t)(n->labels + 1);
	return true;
}

void name_wildcard_below(const struct name *n, unsigned labels, struct name *out)
{
	name_suffix(n, labels, out);
	bool fits = name_prepend(out, span_of("*", 1), out);
	(void)fits;
}

bool name_replace_suffix(
        const struct name *n, const struct name *from, const struct name *to, struct name *out)
{
	uint8_t kept = suffix_offset(n, from->labels);
	if (kept + to->len > NAME_MAX_OCTETS)
		return false;
	struct name result = { .len = (uint8_t)(kept + to->len),
		.labels = (uint8_t)(n->labels - from->labels + to->labels) };
	memcpy(result.octets, n->octets, kept);
	memcpy(result.octets + kept, to->octets, to->len);
	*out = result;
	return true;
}

static char *put_octet(char *at, uint8_t c)
{
	if (c <= ' ' || c > '~')
		return at + sprintf(at, "\\%03u", c);
	if (strchr(".\\\"();@$", c))
		*at++ = '\\';
	*at++ = (char)c;
	return at;
}

const char *name_text(const struct name *n, char text[static NAME_TEXT_SIZE])
{
	char *to = text;
	unsigned at = 0;

	if (n->labels == 0)
		*to++ = '.';
	while (n->octets[at] != 0) {
		for (unsigned i = 1; i <= n->octets[at]; i++)
			to = put_octet(to, n->octets[at + i]);
		*to++ = '.';
		at += n->octets[at] + 1u;
	}
	*to = '\0';
	return text;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads one octet, escaped or not. Returns the rest of the text, or NULL if the escape is
 * malformed. */
static const char *get_octet(const char *text, uint8_t *octet)
{
	if (*text != '\\') {
		*octet = (uint8_t)*text;
		return text + 1;
	}
	if (is_digit(text[1])) {
		if (!is_digit(text[2]) || !is_digit(text[3]))
			return NULL;
		int value = (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
		*octet = (uint8_t)value;
		return value > 255 ? NULL : text + 4;
	}
	*octet = (uint8_t)text[1];
	return text[1] ? text + 2 : NULL;
}

/* Appends a label, or the empty root label. Returns false if the name becomes too long. */
static bool append_label(struct name *n, struct span label)
{
	uint8_t len = (uint8_t)label.len;

	if (n->len + 1 + label.len > NAME_MAX_OCTETS)
		return false;
	append_run(n, &len, 1);
	append_run(n, label.base, label.len);
	n->labels = (uint8_t)(n->labels + (len > 0));
	return true;
}

bool name_from_text(const char *text, struct name *n)
{
	uint8_t label[LABEL_MAX];
	size_t len = 0;
	struct name result = { .len = 0 };

	if (strcmp(text, ".") == 0) {
		*n = name_root;
		return true;
	}
	while (*text) {
		if (*text == '.') {
			if (len == 0 || !append_label(&result, span_of(label, len)))
				return false;
			len = 0;
			text++;
			continue;
		}
		if (len == LABEL_MAX)
			return false;
		text = get_octet(text, &label[len++]);
		if (!text)
			return false;
	}
	if (len > 0 && !append_label(&result, span_of(label, len)))
		return false;
	if (result.len == 0 || !append_label(&result, span_of(NULL, 0)))
		return false;
	*n = result;
	return true;
}

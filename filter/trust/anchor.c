/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trust/anchor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/complaint.h"
#include "base/encoding.h"
#include "trust/anchor_form.h"

#define RDATA_MAX  4096
#define RECORD_MAX 8192 /* of text, with parentheses and line ends */

struct anchors {
	unsigned count;
	struct anchor zones[ANCHORS_MAX];
};

/* A text being read. */
struct reader {
	const char *rest; /* the part that is not read yet */
	const char *path;
	struct crypto *crypto;
	unsigned line;       /* where the record ends */
	unsigned first_line; /* where the record begins */
	char record[RECORD_MAX];
	struct name owner; /* the owner of the last record */
	bool has_owner;
	enum anchor_mark mark; /* what unbound wrote behind the record */
	bool has_untrusted;    /* a record was skipped because of its mark */
	struct complaint *error;
};

static bool anchor_complain(struct reader *r, const char *what)
{
	complaint_set(r->error, "%s:%u: %s", r->path, r->first_line, what);
	return false;
}

/* Appends the next line to the record, without its comment and parentheses. `depth` counts open
 * parentheses. Returns false if the record is too long. */
static bool append_line(struct reader *r, size_t *len, int *depth)
{
	const char *line = r->rest, *end = strchrnul(line, '\n');

	r->rest = *end ? end + 1 : end;
	r->line++;
	if (*depth == 0) {
		r->first_line = r->line;
		r->mark = ANCHOR_MARK_NONE;
	}
	if (*depth == 0 && *line == '#') /* a comment in dnsmasq's files */
		line = end;
	for (; line < end && *line != ';'; line++) {
		*depth += (*line == '(') - (*line == ')');
		if (*len + 2 > RECORD_MAX)
			return false;
		r->record[(*len)++] = strchr("()\r", *line) ? ' ' : *line;
	}
	r->record[*len] = '\0';
	enum anchor_mark mark = anchor_form_mark(line, end);
	if (mark != ANCHOR_MARK_NONE)
		r->mark = mark;
	return true;
}

/* Reads the next record into r->record. Returns 1; 0 at the end of the text; -1 on an error, which
 * is then in r->error. */
static int anchor_next_record(struct reader *r)
{
	size_t len = 0;
	int depth = 0;

	r->record[0] = '\0';
	while (*r->rest) {
		if (!append_line(r, &len, &depth))
			return anchor_complain(r, "the record is too long") - 1;
		if (depth < 0)
			return anchor_complain(r, "a ')' without a '('") - 1;
		if (r->mark == ANCHOR_MARK_LOST)
			return anchor_complain(r,
			               "unbound wrote here that all keys of the zone are "
			               "revoked: put new ones into this file") -
			       1;
		if (depth == 0 && strspn(r->record, " \t") < len)
			return 1;
		if (depth == 0)
			len = 0;
	}
	if (depth > 0)
		return anchor_complain(r, "a '(' without a ')'") - 1;
	return 0;
}

/* Splits the text into at most `most` fields. The last field has the rest of the line. */
static unsigned anchor_split(char *text, char *fields[], unsigned most)
{
	unsigned count = 0;

	text += strspn(text, " \t");
	while (*text) {
		fields[count++] = text;
		if (count == most)
			break;
		text += strcspn(text, " \t");
		if (*text)
			*text++ = '\0';
		text += strspn(text, " \t");
	}
	return count;
}

/* Parses the RDATA of a DS or a DNSKEY. Both begin with a 16-bit and two 8-bit numbers; hex or
 * base64 follows. */
static bool encode_rdata(struct reader *r, char *text, bool is_ds, uint8_t *rdata, size_t *len)
{
	char *fields[4];
	unsigned long numbers[3];
	size_t rest_len;

	if (anchor_split(text, fields, 4) < 4)
		return anchor_complain(r, "the record is incomplete");
	if (!decimal_read(fields[0], UINT16_MAX, &numbers[0]) ||
	        !decimal_read(fields[1], UINT8_MAX, &numbers[1]) ||
	        !decimal_read(fields[2], UINT8_MAX, &numbers[2]))
		return anchor_complain(
		        r, is_ds ? "key tag, algorithm and digest type must be numbers"
		                 : "flags, protocol and algorithm must be numbers");
	rdata[0] = (uint8_t)(numbers[0] >> 8);
	rdata[1] = (uint8_t)numbers[0];
	rdata[2] = (uint8_t)numbers[1];
	rdata[3] = (uint8_t)numbers[2];
	bool ok = is_ds ? hex_decode(fields[3], rdata + 4, RDATA_MAX - 4, &rest_len)
	                : base64_decode(fields[3], rdata + 4, RDATA_MAX - 4, &rest_len);
	if (!ok)
		return anchor_complain(
		        r, is_ds ? "the digest is not hexadecimal" : "the key is not base64");
	if (is_ds && digest_octets(rdata[3]) && digest_octets(rdata[3]) != rest_len)
		return anchor_complain(r, "the digest has the wrong length for its type");
	*len = rest_len + 4;
	return true;
}

static struct anchor *anchor_for(struct anchors *a, const struct name *zone)
{
	for (unsigned i = 0; i < a->count; i++) {
		if (name_equal(&a->zones[i].zone, zone))
			return &a->zones[i];
	}
	if (a->count == ANCHORS_MAX)
		return NULL;
	a->zones[a->count].zone = *zone;
	return &a->zones[a->count++];
}

/* Makes a DS from the RDATA. Returns false if it is unusable: an unsupported algorithm or digest,
 * or a key that may not sign, such as a revoked one. */
static bool usable_ds(struct crypto *crypto, const struct name *zone, struct span rdata, bool is_ds,
        struct ds *ds)
{
	struct dnskey key;

	if (is_ds)
		return ds_read(rdata, ds) && algorithm_is_supported(ds->algorithm) &&
		       digest_is_supported(ds->digest_type);
	dnskey_read(rdata, &key); /* encode_rdata() wrote the fixed fields */
	return dnskey_may_sign(&key) && algorithm_is_supported(key.algorithm) &&
	       ds_of_dnskey(crypto, zone, &key, ds);
}

static bool anchor_add_record(struct reader *r, struct anchors *a, char *text, bool is_ds)
{
	uint8_t rdata[RDATA_MAX];
	size_t len = 0;
	struct ds ds;

	if (!encode_rdata(r, text, is_ds, rdata, &len))
		return false;
	if (r->mark == ANCHOR_MARK_UNKNOWN)
		return anchor_complain(r, "the state of this key is not one of unbound's: it is a "
		                          "digit from 0 to 5 after \";;state=\"");
	if (r->mark == ANCHOR_MARK_NOT) {
		r->has_untrusted = true;
		return true;
	}
	struct anchor *anchor = anchor_for(a, &r->owner);
	if (!anchor)
		return anchor_complain(r, "there are anchors for too many zones");
	if (!usable_ds(r->crypto, &r->owner, span_of(rdata, len), is_ds, &ds))
		return true;
	if (!anchors_add(a, &r->owner, &ds))
		return anchor_complain(r, "there are too many anchors for one zone");
	return true;
}

/* Sets *rest to the text after the owner. A record that begins with a blank has the owner of the
 * record before. */
static bool anchor_read_owner(struct reader *r, char **rest)
{
	char *fields[2];

	*rest = r->record;
	bool is_left_out = strchr(" \t", r->record[0]);
	if (is_left_out && !r->has_owner)
		return anchor_complain(r, "the record has no owner");
	if (is_left_out)
		return true;
	if (anchor_split(r->record, fields, 2) < 2)
		return anchor_complain(r, "the record is incomplete");
	if (!name_from_text(fields[0], &r->owner))
		return anchor_complain(r, "the owner is not a domain name");
	r->has_owner = true;
	*rest = fields[1];
	return true;
}

/* Reads a record: [owner] [TTL] [class] type RDATA, with TTL and class in either order (RFC 1035,
 * 5.1). */
static bool anchor_read_record(struct reader *r, struct anchors *a)
{
	char *fields[2];
	char *rest;
	unsigned long ttl;

	anchor_form_from_dnsmasq(r->record);
	if (r->record[0] == '$')
		return anchor_complain(r, "directives such as $ORIGIN are not supported");
	if (!anchor_read_owner(r, &rest))
		return false;
	while (anchor_split(rest, fields, 2) == 2) {
		rest = fields[1];
		if (strcasecmp(fields[0], "DS") == 0)
			return anchor_add_record(r, a, rest, true);
		if (strcasecmp(fields[0], "DNSKEY") == 0)
			return anchor_add_record(r, a, rest, false);
		if (strcasecmp(fields[0], "IN") != 0 && !decimal_read(fields[0], UINT32_MAX, &ttl))
			break;
	}
	return anchor_complain(r, "this is not a DS or DNSKEY record of class IN");
}

static bool check_anchors(struct reader *r, const struct anchors *a)
{
	if (a->count == 0 && r->has_untrusted)
		return anchor_complain(
		        r, "no key in this file has the state VALID (2) or MISSING (3)");
	if (a->count == 0)
		return anchor_complain(r, "there is no DS or DNSKEY record in this file");
	for (unsigned i = 0; i < a->count; i++) {
		if (a->zones[i].ds.count == 0)
			return anchor_complain(
			        r, "a zone has no anchor whose algorithm is supported");
	}
	return true;
}

static bool anchors_read_all(struct reader *r, struct anchors *a)
{
	const char *foreign = anchor_form_foreign(r->rest, &r->first_line);
	int more;

	if (foreign)
		return anchor_complain(r, foreign);
	while ((more = anchor_next_record(r)) > 0) {
		if (!anchor_read_record(r, a))
			return false;
	}
	if (more < 0)
		return false;
	return check_anchors(r, a);
}

struct anchors *anchors_parse(const char *text, const char *path, struct complaint *error)
{
	struct reader *r = calloc(1, sizeof(*r));
	struct anchors *a = calloc(1, sizeof(*a));
	bool ok = false;

	complaint_set(error, "%s: out of memory", path);
	if (!r || !a)
		goto out;
	*r = (struct reader){ .rest = text, .path = path, .error = error };
	r->crypto = crypto_new();
	if (r->crypto)
		ok = anchors_read_all(r, a);
out:
	if (r)
		crypto_free(r->crypto);
	free(r);
	if (!ok) {
		free(a);
		return NULL;
	}
	return a;
}

struct anchors *anchors_new(void)
{
	return calloc(1, sizeof(struct anchors));
}

bool anchors_add(struct anchors *a, const struct name *zone, const struct ds *ds)
{
	struct anchor *anchor = anchor_for(a, zone);

	if (!anchor || anchor->ds.count == LIMIT_ANCHOR_KEYS)
		return false;
	anchor->ds.ds[anchor->ds.count++] = *ds;
	return true;
}

void anchors_free(struct anchors *a)
{
	free(a);
}

unsigned anchors_count(const struct anchors *a)
{
	return a->count;
}

const struct anchor *anchors_at(const struct anchors *a, unsigned i)
{
	return &a->zones[i];
}

const struct anchor *anchors_above(const struct anchors *a, const struct name *name)
{
	const struct anchor *deepest = NULL;

	for (unsigned i = 0; i < a->count; i++) {
		if (name_within(name, &a->zones[i].zone) &&
		        (!deepest || a->zones[i].zone.labels > deepest->zone.labels))
			deepest = &a->zones[i];
	}
	return deepest;
}

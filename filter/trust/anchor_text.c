/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trust/anchor_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/complaint.h"
#include "base/encoding.h"

#define FIRST_LINE "sealgate-anchors 1"
#define FIELDS_MAX 12
#define NO_VALUE   "-"

const char *time_text(int64_t time_s, char text[static TIME_TEXT_SIZE])
{
	time_t t = (time_t)time_s;
	struct tm tm;

	if (time_s == 0 || !gmtime_r(&t, &tm) ||
	        strftime(text, TIME_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		strcpy(text, NO_VALUE);
	return text;
}

/* ---- Writing ---- */

static void write_digest(FILE *out, struct span digest)
{
	char text[2 * DIGEST_MAX_OCTETS + 1];

	fprintf(out, "%s\n", hex_encode(digest, text));
}

static void write_signers(FILE *out, uint32_t signers)
{
	const char *before = "";

	for (unsigned i = 0; i < TRUST_POINT_KEYS; i++) {
		if (!(signers >> i & 1))
			continue;
		fprintf(out, "%s%u", before, i + 1);
		before = ",";
	}
	if (!signers)
		fputs(NO_VALUE, out);
}

static void anchor_text_write_key(FILE *out, unsigned number, const struct anchor_key *key)
{
	char since[TIME_TEXT_SIZE], seen[TIME_TEXT_SIZE], until[TIME_TEXT_SIZE];
	bool is_pending = key->state == ANCHOR_ADD_PENDING;

	fprintf(out, "key %u %s %s since=%s seen=%s until=%s signers=", number,
	        anchor_state_text(key->state), key->is_configured ? "configured" : "learned",
	        time_text(key->since_s, since), time_text(key->seen_s, seen),
	        time_text(is_pending ? key->hold_s : 0, until));
	write_signers(out, is_pending ? key->signers : 0);
	fprintf(out, " %u %u %u ", key->ds.tag, key->ds.algorithm, key->ds.digest_type);
	write_digest(out, span_of(key->ds.digest, key->ds.digest_len));
}

static void anchor_text_write_zone(FILE *out, const struct trust_point *p)
{
	char name[NAME_TEXT_SIZE], seen[TIME_TEXT_SIZE], next[TIME_TEXT_SIZE];

	fprintf(out, "zone %s seen=%s next=%s ttl=%" PRIu32 " left=%" PRIu32 "\n",
	        name_text(&p->zone, name), time_text(p->seen_s, seen), time_text(p->next_s, next),
	        p->original_ttl_s, p->left_s);
	for (unsigned i = 0; i < p->count; i++)
		anchor_text_write_key(out, i + 1, &p->keys[i]);
}

char *anchor_text_write(const struct trust_points *t, struct crypto *crypto)
{
	uint8_t digest[DIGEST_MAX_OCTETS];
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	fputs(FIRST_LINE
	        "\n"
	        "# The trust anchors that sealgate follows (RFC 5011). sealgate writes this\n"
	        "# file and refuses it if the digest at its end does not match. Without the\n"
	        "# file the configured anchors are trusted again, including revoked ones.\n",
	        out);
	for (unsigned i = 0; i < t->count; i++)
		anchor_text_write_zone(out, &t->points[i]);
	fflush(out);
	size_t digest_len =
	        digest_compute(crypto, DIGEST_SHA256, span_of(text, len), span_of(NULL, 0), digest);
	fputs("sha256 ", out);
	write_digest(out, span_of(digest, digest_len));
	if (fclose(out) == 0 && digest_len > 0)
		return text;
	free(text);
	return NULL;
}

/* ---- Reading ---- */

struct anchor_reading {
	struct trust_points *points;
	struct trust_point *point; /* the zone of the last zone line */
	const char *path;
	unsigned line;
	bool failed; /* `error` has the first reason */
	struct complaint *error;
};

static void anchor_text_wrong(struct anchor_reading *r, const char *what)
{
	if (!r->failed)
		complaint_set(r->error, "%s:%u: %s", r->path, r->line, what);
	r->failed = true;
}

static unsigned anchor_text_split(char *line, char *fields[static FIELDS_MAX])
{
	unsigned count = 0;

	for (char *field; (field = strsep(&line, " "));) {
		if (count == FIELDS_MAX)
			return 0;
		fields[count++] = field;
	}
	return count;
}

/* Returns the text after `name=`, or "", which no reader accepts as a value. */
static const char *value_of(const char *field, const char *name)
{
	size_t len = strlen(name);
	return strncmp(field, name, len) == 0 && field[len] == '=' ? field + len + 1 : "";
}

/* Accepts only what time_text() writes. */
static bool anchor_text_read_time(const char *text, int64_t *time_s)
{
	char again[TIME_TEXT_SIZE];
	struct tm tm = { 0 };

	*time_s = 0;
	if (strcmp(text, NO_VALUE) == 0)
		return true;
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (!end || *end)
		return false;
	*time_s = timegm(&tm);
	return strcmp(time_text(*time_s, again), text) == 0;
}

static bool anchor_text_read_signers(char *text, uint32_t *signers)
{
	unsigned long number;

	*signers = 0;
	if (strcmp(text, NO_VALUE) == 0)
		return true;
	for (char *each; (each = strsep(&text, ","));) {
		if (!decimal_read(each, TRUST_POINT_KEYS, &number) || number == 0)
			return false;
		*signers |= UINT32_C(1) << (number - 1);
	}
	return true;
}

static bool anchor_text_read_ds(char *fields[static 4], struct ds *ds)
{
	unsigned long tag, algorithm, digest_type;
	size_t len;

	memset(ds, 0, sizeof(*ds)); /* DS records are compared as octets */
	if (!decimal_read(fields[0], UINT16_MAX, &tag) ||
	        !decimal_read(fields[1], UINT8_MAX, &algorithm) ||
	        !decimal_read(fields[2], UINT8_MAX, &digest_type) ||
	        !hex_decode(fields[3], ds->digest, sizeof(ds->digest), &len) || len == 0)
		return false;
	ds->tag = (uint16_t)tag;
	ds->algorithm = (uint8_t)algorithm;
	ds->digest_type = (uint8_t)digest_type;
	ds->digest_len = (uint8_t)len;
	return true;
}

static bool read_state(const char *text, enum anchor_state *state)
{
	for (unsigned s = ANCHOR_ADD_PENDING; s < ANCHOR_STATES; s++) {
		if (strcmp(text, anchor_state_text(s)) == 0) {
			*state = s;
			return true;
		}
	}
	return false;
}

/* True if a pending key has at least the hold-down time and a key that signed for it, and no other
 * key has either. */
static bool is_sane(const struct anchor_key *key)
{
	if (key->state != ANCHOR_ADD_PENDING)
		return key->hold_s == 0 && key->signers == 0;
	return key->since_s > 0 && key->hold_s - key->since_s >= ROLLOVER_HOLD_S && key->signers;
}

static bool parse_key(char *fields[static FIELDS_MAX], unsigned number, struct anchor_key *key)
{
	unsigned long written;

	key->is_configured = strcmp(fields[3], "configured") == 0;
	return decimal_read(fields[1], TRUST_POINT_KEYS, &written) && written == number &&
	       read_state(fields[2], &key->state) &&
	       (key->is_configured || strcmp(fields[3], "learned") == 0) &&
	       anchor_text_read_time(value_of(fields[4], "since"), &key->since_s) &&
	       anchor_text_read_time(value_of(fields[5], "seen"), &key->seen_s) &&
	       anchor_text_read_time(value_of(fields[6], "until"), &key->hold_s) &&
	       strncmp(fields[7], "signers=", 8) == 0 &&
	       anchor_text_read_signers(fields[7] + 8, &key->signers) &&
	       anchor_text_read_ds(fields + 8, &key->ds) && is_sane(key);
}

/* After an error the key numbers may no longer match. Then only revoked and removed keys matter. */
static void anchor_text_read_key(struct anchor_reading *r, char *fields[static FIELDS_MAX])
{
	struct trust_point *p = r->point;
	struct anchor_key key = { 0 };

	if (!p || p->count == TRUST_POINT_KEYS) {
		anchor_text_wrong(r, p ? "too many keys of one zone"
		                       : "a key line without a zone line before it");
		return;
	}
	unsigned number = r->failed ? (unsigned)strtoul(fields[1], NULL, 10) : p->count + 1;
	if (!parse_key(fields, number, &key) || rollover_find(p, &key.ds))
		anchor_text_wrong(r, "malformed key line");
	else
		p->keys[p->count++] = key;
}

static void anchor_text_read_zone(struct anchor_reading *r, char *fields[static FIELDS_MAX])
{
	unsigned long ttl_s, left_s;
	struct name zone;
	int64_t seen_s, next_s;

	r->point = NULL;
	if (!name_from_text(fields[1], &zone) || trust_points_find(r->points, &zone) ||
	        !anchor_text_read_time(value_of(fields[2], "seen"), &seen_s) ||
	        !anchor_text_read_time(value_of(fields[3], "next"), &next_s) ||
	        !decimal_read(value_of(fields[4], "ttl"), UINT32_MAX, &ttl_s) ||
	        !decimal_read(value_of(fields[5], "left"), UINT32_MAX, &left_s)) {
		anchor_text_wrong(r, "malformed zone line");
		return;
	}
	r->point = trust_points_add(r->points, &zone);
	if (!r->point) {
		anchor_text_wrong(r, "too many zones");
		return;
	}
	r->point->seen_s = seen_s;
	r->point->next_s = next_s;
	r->point->original_ttl_s = (uint32_t)ttl_s;
	r->point->left_s = (uint32_t)left_s;
}

static void anchor_text_read_line(struct anchor_reading *r, char *line)
{
	char *fields[FIELDS_MAX];

	if (line[0] == '#')
		return;
	unsigned count = anchor_text_split(line, fields);
	if (count == 12 && strcmp(fields[0], "key") == 0)
		anchor_text_read_key(r, fields);
	else if (count == 6 && strcmp(fields[0], "zone") == 0)
		anchor_text_read_zone(r, fields);
	else
		anchor_text_wrong(r, "malformed or unknown line");
}

/* Checks the line `sha256 ...`, which must end the text. */
static void check_digest(
        struct anchor_reading *r, const char *line, struct span before, struct crypto *crypto)
{
	uint8_t digest[DIGEST_MAX_OCTETS], written[DIGEST_MAX_OCTETS];
	size_t written_len = 0;
	size_t len = digest_compute(crypto, DIGEST_SHA256, before, span_of(NULL, 0), digest);

	if (!hex_decode(line + strlen("sha256 "), written, sizeof(written), &written_len) ||
	        len == 0 || !span_equal(span_of(digest, len), span_of(written, written_len)))
		anchor_text_wrong(
		        r, "the digest does not match: the file is damaged or was edited");
}

/* Cuts the line at `*rest` off and returns it. Returns NULL at the end of the text; text without a
 * newline is not a line. */
static char *anchor_text_next_line(struct anchor_reading *r, char **rest)
{
	char *line = *rest, *end = strchr(line, '\n');

	r->line++;
	if (!end) {
		anchor_text_wrong(r,
		        *line ? "the last line is incomplete" : "the digest is missing at the end");
		return NULL;
	}
	*end = '\0';
	*rest = end + 1;
	return line;
}

static void anchor_text_read_lines(
        struct anchor_reading *r, const char *whole, char *text, struct crypto *crypto)
{
	char *rest = text, *line = anchor_text_next_line(r, &rest);

	if (!line || strcmp(line, FIRST_LINE) != 0)
		anchor_text_wrong(r, "the first line is not " FIRST_LINE);
	while ((line = anchor_text_next_line(r, &rest))) {
		if (strncmp(line, "sha256 ", 7) == 0) {
			check_digest(r, line, span_of(whole, (size_t)(line - text)), crypto);
			break;
		}
		anchor_text_read_line(r, line);
	}
	if (*rest)
		anchor_text_wrong(r, "unexpected text after the digest");
}

bool anchor_text_read(struct trust_points *t, struct crypto *crypto, char *text, const char *path,
        struct complaint *error)
{
	struct anchor_reading r = { .points = t, .path = path, .error = error };
	char *whole = strdup(text); /* the digest covers the text before it was cut into lines */

	if (whole)
		anchor_text_read_lines(&r, whole, text, crypto);
	else
		anchor_text_wrong(&r, "out of memory");
	free(whole);
	if (r.failed)
		trust_points_distrust(t);
	return !r.failed;
}

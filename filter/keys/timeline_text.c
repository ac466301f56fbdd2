/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/timeline_text.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/encoding.h"
#include "keys/keypair.h"
#include "keys/timeline_write.h"

/* ---- One line ---- */

/* What has been read: lines come in this order. */
enum timeline_stage { BEGUN, HAS_ZONE, HAS_GENERATION, HAS_MADE, UNSIGNED, IN_PERIOD, IN_RECORDS };

struct timeline_reading {
	struct timeline *t;
	enum timeline_stage stage;
	struct key_line line;
	const char *rest; /* of the text, behind the line */
	struct timeline_period *period;
	struct key_records *records; /* of the period */
	struct complaint *error;
};

static bool timeline_wrong(struct timeline_reading *r, const char *what)
{
	return key_line_wrong(&r->line, r->error, "%s", what);
}

static bool read_timeline_zone(struct timeline_reading *r, char *fields[static KEY_LINE_FIELDS])
{
	return name_from_text(fields[1], &r->t->zone) ||
	       timeline_wrong(r, "the zone is not a domain name");
}

static bool read_generation(struct timeline_reading *r, char *fields[static KEY_LINE_FIELDS])
{
	unsigned long generation;

	if (!decimal_read(fields[1], ULONG_MAX, &generation))
		return timeline_wrong(r, "the generation is not a number");
	r->t->generation = generation;
	return true;
}

static bool read_made(struct timeline_reading *r, char *fields[static KEY_LINE_FIELDS])
{
	return digits_time_read(fields[1], &r->t->made_s) ||
	       timeline_wrong(r, "not a time of the form YYYYMMDDHHmmSS");
}

/* That a zone is unsigned is said, and does not follow from what is missing. */
static bool read_unsigned(struct timeline_reading *r, char *fields[static KEY_LINE_FIELDS])
{
	(void)fields;
	return r->t->zsk_count == 0 || timeline_wrong(r, "an unsigned zone has no ZSKs");
}

static bool read_key_numbers(struct timeline_reading *r, char *fields[static KEY_LINE_FIELDS],
        unsigned long *algorithm, unsigned long *tag)
{
	return (decimal_read(fields[1], UINT8_MAX, algorithm) &&
	               decimal_read(fields[2], UINT16_MAX, tag)) ||
	       timeline_wrong(r, "the algorithm and the tag of a key are expected");
}

/* Returns the private key, or NULL. */
static struct signkey *read_timeline_secret(uint8_t algorithm, const char *text)
{
	uint8_t secret[TIMELINE_SECRET_OCTETS];
	struct signkey *key = NULL;
	size_t len;

	if (base64_decode(text, secret, sizeof(secret), &len))
		key = signkey_from_secret(algorithm, span_of(secret, len));
	explicit_bzero(secret, sizeof(secret));
	return key;
}

static bool read_timeline_zsk(struct timeline_reading *r, char *fields[static KEY_LINE_FIELDS])
{
	struct timeline *t = r->t;
	unsigned long algorithm, tag;
	struct keypair k;

	if (!read_key_numbers(r, fields, &algorithm, &tag))
		return false;
	if (t->zsk_count == TIMELINE_ZSKS ||
	        timeline_find_zsk(t, (uint8_t)algorithm, (uint16_t)tag))
		return timeline_wrong(r, t->zsk_count == TIMELINE_ZSKS
		                                 ? "too many ZSKs"
		                                 : "this ZSK is there already");
	if (algorithm != ALGORITHM_ECDSAP256 && algorithm != ALGORITHM_ED25519)
		return timeline_wrong(r, "the ZSKs of a timeline are of ECDSAP256SHA256 (13) or "
		                         "ED25519 (15)");
	struct signkey *key = read_timeline_secret((uint8_t)algorithm, fields[3]);
	if (!key)
		return timeline_wrong(r, "the private key is malformed");
	t->zsks[t->zsk_count].key = key;
	t->zsks[t->zsk_count++].tag = (uint16_t)tag;
	keypair_init(&k, &t->zone, KEYPAIR_ZSK, key);
	return k.tag == tag ||
	       timeline_wrong(r, "the private key belongs to a ZSK with another tag");
}

/* Returns the length of the text up to the next period. */
static size_t text_of_period(const struct timeline_reading *r)
{
	const char *next = r->rest ? strstr(r->rest, "\nperiod ") : NULL;

	return next ? (size_t)(next - r->rest) : strlen(r->rest ? r->rest : "");
}

static bool read_period(struct timeline_reading *r, char *fields[static KEY_LINE_FIELDS])
{
	struct timeline *t = r->t;
	struct timeline_period p = { .line = r->line.number };

	if (t->period_count == TIMELINE_PERIODS)
		return timeline_wrong(r, "too many periods");
	if (!digits_time_read(fields[1], &p.from_s) || !digits_time_read(fields[2], &p.until_s))
		return timeline_wrong(r, "not two times of the form YYYYMMDDHHmmSS");
	if (p.from_s >= p.until_s)
		return timeline_wrong(r, "the period ends before it begins");
	if (r->period && r->period->until_s != p.from_s)
		return timeline_wrong(r, "the period does not begin when the one before ends");
	r->records = &t->sets[t->set_count++];
	r->period = &t->periods[t->period_count++];
	*r->period = p;
	r->period->records = r->records;
	if (!key_records_init(r->records, &t->zone, text_of_period(r)))
		return timeline_wrong(r, "out of memory");
	r->records->takes_ds = true;
	return true;
}

static bool read_signer(struct timeline_reading *r, char *fields[static KEY_LINE_FIELDS])
{
	struct timeline_period *p = r->period;
	unsigned long algorithm, tag;

	if (!read_key_numbers(r, fields, &algorithm, &tag))
		return false;
	if (p->signer_count == TIMELINE_SIGNERS)
		return timeline_wrong(r, "too many ZSKs sign in this period");
	const struct timeline_zsk *zsk = timeline_find_zsk(r->t, (uint8_t)algorithm, (uint16_t)tag);
	if (!zsk)
		return timeline_wrong(r, "no zsk line has this key");
	p->signers[p->signer_count++] = zsk;
	return true;
}

static const struct timeline_word {
	const char *word;
	unsigned fields, after; /* stages: a bit for each */
	enum timeline_stage then;
	bool (*take)(struct timeline_reading *r, char *fields[static KEY_LINE_FIELDS]);
} timeline_words[] = {
	{ "zone", 2, 1 << BEGUN, HAS_ZONE, read_timeline_zone },
	{ "generation", 2, 1 << HAS_ZONE, HAS_GENERATION, read_generation },
	{ "made", 2, 1 << HAS_GENERATION, HAS_MADE, read_made },
	{ "unsigned", 1, 1 << HAS_MADE, UNSIGNED, read_unsigned },
	{ "zsk", 4, 1 << HAS_MADE, HAS_MADE, read_timeline_zsk },
	{ "period", 3, 1 << HAS_MADE | 1 << IN_RECORDS, IN_PERIOD, read_period },
	{ "sign", 3, 1 << IN_PERIOD, IN_PERIOD, read_signer },
};

static bool read_timeline_word(struct timeline_reading *r, const struct timeline_word *word)
{
	char *fields[KEY_LINE_FIELDS];

	if (!(word->after >> r->stage & 1))
		return key_line_wrong(&r->line, r->error,
		        "\"%s\" is not expected here: the order "
		        "is zone, generation, made, then unsigned, or "
		        "zsk, and in each period: period, sign, records",
		        word->word);
	if (key_line_split(r->line.text, fields, word->fields + 1) != word->fields)
		return key_line_wrong(&r->line, r->error,
		        "malformed line: %u values after \"%s\" "
		        "are expected",
		        word->fields - 1, word->word);
	r->stage = word->then;
	return word->take(r, fields);
}

static bool read_timeline_record(struct timeline_reading *r)
{
	if (!r->period || r->period->signer_count == 0)
		return timeline_wrong(r, r->period ? "no ZSK signs in this period: a sign line is "
		                                     "expected before the records"
		                                   : "unknown line: a record is only expected in a "
		                                     "period");
	r->stage = IN_RECORDS;
	return key_records_add(r->records, &r->line, r->error);
}

static bool read_timeline_line(struct timeline_reading *r)
{
	size_t len = strcspn(r->line.text, KEY_LINE_BLANKS);

	if (len == 0 || r->line.text[0] == ';')
		return key_line_is_empty(&r->line) || r->line.text[0] == ';' ||
		       timeline_wrong(r, "the line begins with a blank");
	for (size_t i = 0; i < sizeof(timeline_words) / sizeof(timeline_words[0]); i++) {
		const struct timeline_word *word = &timeline_words[i];
		if (strlen(word->word) == len && memcmp(r->line.text, word->word, len) == 0)
			return read_timeline_word(r, word);
	}
	return read_timeline_record(r);
}

/* ---- The whole file ---- */

/* Returns how many lines begin with a word, but at most `most`. */
static unsigned count_lines(const char *text, const char *word, unsigned most)
{
	unsigned count = 0;

	for (; text && count < most; text = strchr(text, '\n')) {
		text += *text == '\n';
		count += strncmp(text, word, strlen(word)) == 0;
	}
	return count;
}

/* Checks the first line and the digest. So what is read afterwards is what was written. Returns the
 * length of the text before the digest; 0 with a complaint. */
static size_t check_seal(
        const char *text, struct crypto *crypto, const char *path, struct complaint *error)
{
	char hex[2 * DIGEST_MAX_OCTETS + 1], last[sizeof(TIMELINE_SEAL) + sizeof(hex) + 1];
	size_t len = strlen(text);
	const char *fault = NULL;

	if (strncmp(text, TIMELINE_FIRST_LINE "\n", strlen(TIMELINE_FIRST_LINE "\n")) != 0)
		fault = "the first line is not \"" TIMELINE_FIRST_LINE
		        "\": no timeline, or one of another version of sealgate";
	size_t start = len > 1 && text[len - 1] == '\n' ? len - 1 : 0;
	while (start > 0 && text[start - 1] != '\n')
		start--;
	if (!fault && strncmp(text + start, TIMELINE_SEAL, strlen(TIMELINE_SEAL)) != 0)
		fault = "the file is cut short: the last line, \"sha256\" with a digest, is "
		        "missing";
	if (!fault && !timeline_digest(crypto, span_of(text, start), hex))
		fault = "OpenSSL failed";
	if (!fault) {
		snprintf(last, sizeof(last), TIMELINE_SEAL "%s\n", hex);
		if (strcmp(text + start, last) != 0)
			fault = "the digest at its end does not match: the file is damaged, or was "
			        "edited";
	}
	if (fault)
		complaint_set(error, "%s: %s", path, fault);
	return fault ? 0 : start;
}

/* Reads the lines of the text, which it overwrites. */
static bool read_timeline_lines(struct timeline_reading *r, char *text)
{
	char *rest = text;

	key_line_next(&r->line, &rest); /* the first line is checked */
	while (key_line_next(&r->line, &rest)) {
		r->rest = rest;
		if (!read_timeline_line(r))
			return false;
	}
	return r->stage == IN_RECORDS || r->stage == UNSIGNED ||
	       timeline_wrong(r,
	               r->period ? "the last period has no records" : "the timeline has no period");
}

bool timeline_read(struct timeline *t, struct crypto *crypto, const char *text, const char *path,
        struct complaint *error)
{
	static const struct name nobody;
	struct timeline_reading r = { .t = t, .line.path = path, .error = error };
	unsigned periods = count_lines(text, "period", TIMELINE_PERIODS);
	unsigned zsks = count_lines(text, "zsk", TIMELINE_ZSKS);
	size_t len = check_seal(text, crypto, path, error);
	char *copy;

	if (len == 0)
		return false;
	copy = strndup(text, len);
	bool good = timeline_init(t, &nobody, zsks, periods, periods) && copy
	                    ? read_timeline_lines(&r, copy)
	                    : timeline_wrong(&r, "out of memory");
	if (copy)
		explicit_bzero(copy, len);
	free(copy);
	t->is_planned = true;
	if (!good)
		timeline_fini(t);
	return good;
}

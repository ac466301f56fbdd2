/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/record_text.h"

#include <stdlib.h>

#include "base/complaint.h"
#include "base/encoding.h"
#include "base/writer.h"
#include "wire/protocol.h"

#define RRSIG_FIELDS 8 /* before the signature */

/* One line, and the records that it is added to. */
struct record_reading {
	struct key_records *r;
	const struct key_line *line;
	struct complaint *error;
};

static bool records_wrong(struct record_reading *v, const char *what)
{
	return key_line_wrong(v->line, v->error, "%s", what);
}

/* Decodes `text` and appends the octets to `w`. Returns false if it is malformed or empty. */
static bool read_record_octets(struct writer *w, const char *text,
        bool (*decode)(const char *, uint8_t *, size_t, size_t *))
{
	size_t len;

	if (!decode(text, w->base + w->len, w->capacity - w->len, &len) || len == 0)
		return false;
	w->len += len;
	return true;
}

static struct presigned *record_set(struct record_reading *v, uint16_t type)
{
	switch (type) {
	case TYPE_DNSKEY:
		return &v->r->dnskey;
	case TYPE_CDS:
		return &v->r->cds;
	case TYPE_CDNSKEY:
		return &v->r->cdnskey;
	case TYPE_DS:
		return v->r->takes_ds ? &v->r->ds : NULL;
	default:
		return NULL;
	}
}

static uint16_t record_type(const char *text)
{
	static const struct {
		const char *text;
		uint16_t type;
	} known[] = {
		{ "RRSIG", TYPE_RRSIG },
		{ "DNSKEY", TYPE_DNSKEY },
		{ "CDS", TYPE_CDS },
		{ "DS", TYPE_DS },
		{ "CDNSKEY", TYPE_CDNSKEY },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(text, known[i].text) == 0)
			return known[i].type;
	}
	return 0;
}

const char *key_rdata_read(uint16_t type, char *text, struct writer *out)
{
	unsigned long first, second, third;
	char *fields[KEY_LINE_FIELDS];

	if (key_line_split(text, fields, 4) != 4 || !decimal_read(fields[0], UINT16_MAX, &first) ||
	        !decimal_read(fields[1], UINT8_MAX, &second) ||
	        !decimal_read(fields[2], UINT8_MAX, &third))
		return "malformed record: three numbers and a key or digest expected";
	writer_u16(out, (uint16_t)first);
	writer_u8(out, (uint8_t)second);
	writer_u8(out, (uint8_t)third);
	if (!read_record_octets(
	            out, fields[3], key_record_is_digest(type) ? hex_decode : base64_decode))
		return key_record_is_digest(type) ? "the digest is not hexadecimal"
		                                  : "the key is not base64";
	return NULL;
}

/* Makes room for one more item in an array of `count`. It grows one by one: the files are small.
 * Returns NULL if memory runs out. */
static void *one_more(void *array, unsigned count, size_t item_size)
{
	return realloc(array, (count + 1) * item_size);
}

static bool read_key_record(
        struct record_reading *v, uint16_t type, char *text, struct presigned *set)
{
	size_t start = v->r->octets.len;
	const char *fault = key_rdata_read(type, text, &v->r->octets);

	if (fault)
		return records_wrong(v, fault);
	struct span rdata = span_of(v->r->octets.base + start, v->r->octets.len - start);
	if (presigned_has(set, rdata)) {
		v->r->octets.len = start; /* an RRset has no record twice (RFC 2181, 5) */
		return true;
	}
	if (set->count == LIMIT_KEYS)
		return records_wrong(v, "too many records of this type");
	struct span *rdatas = one_more(set->rdatas, set->count, sizeof(*rdatas));
	if (!rdatas)
		return records_wrong(v, "out of memory");
	set->rdatas = rdatas;
	rdatas[set->count++] = rdata;
	return true;
}

/* Reads the fields of an RRSIG before the signature: type covered, algorithm, labels, original TTL,
 * expiration, inception, tag, signer (RFC 4034, 3.2). */
static bool read_rrsig_head(
        struct record_reading *v, char *fields[static KEY_LINE_FIELDS], struct name *signer)
{
	unsigned long algorithm, labels, ttl_s, tag;
	int64_t expiration_s, inception_s;

	if (!decimal_read(fields[1], UINT8_MAX, &algorithm) ||
	        !decimal_read(fields[2], NAME_MAX_LABELS, &labels) ||
	        !decimal_read(fields[3], INT32_MAX, &ttl_s) ||
	        !digits_time_read(fields[4], &expiration_s) ||
	        !digits_time_read(fields[5], &inception_s) ||
	        !decimal_read(fields[6], UINT16_MAX, &tag) || !name_from_text(fields[7], signer))
		return false;
	writer_u16(&v->r->octets, record_type(fields[0]));
	writer_u8(&v->r->octets, (uint8_t)algorithm);
	writer_u8(&v->r->octets, (uint8_t)labels);
	writer_u32(&v->r->octets, (uint32_t)ttl_s);
	writer_u32(&v->r->octets, (uint32_t)expiration_s);
	writer_u32(&v->r->octets, (uint32_t)inception_s);
	writer_u16(&v->r->octets, (uint16_t)tag);
	writer_put(&v->r->octets, name_span(signer));
	return true;
}

static bool read_rrsig_record(struct record_reading *v, char *text)
{
	size_t start = v->r->octets.len;
	char *fields[KEY_LINE_FIELDS];
	struct presigned *set;
	struct name signer;

	if (key_line_split(text, fields, RRSIG_FIELDS + 1) != RRSIG_FIELDS + 1 ||
	        !read_rrsig_head(v, fields, &signer) ||
	        !read_record_octets(&v->r->octets, fields[8], base64_decode))
		return records_wrong(v, "malformed RRSIG record");
	set = record_set(v, record_type(fields[0]));
	if (!set || set->type == TYPE_DS)
		return records_wrong(v, "only RRSIGs of DNSKEY, CDS and CDNSKEY are allowed here");
	if (set->rrsig_count == PRESIGNED_SIGNATURES)
		return records_wrong(v, "too many signatures of this RRset");
	struct span rdata = span_of(v->r->octets.base + start, v->r->octets.len - start);
	struct cursor c = cursor_at(rdata, 8);
	struct presigned_rrsig *rrsigs = one_more(set->rrsigs, set->rrsig_count, sizeof(*rrsigs));
	if (!rrsigs)
		return records_wrong(v, "out of memory");
	set->rrsigs = rrsigs;
	struct presigned_rrsig *rrsig = &rrsigs[set->rrsig_count++];
	rrsig->expiration = cursor_u32(&c);
	rrsig->inception = cursor_u32(&c);
	rrsig->tag = cursor_u16(&c);
	rrsig->line = v->line->number;
	rrsig->rdata = rdata;
	return true;
}

static bool read_record_owner(struct record_reading *v, const char *text)
{
	struct name owner;

	if (!name_from_text(text, &owner))
		return records_wrong(v, "the owner is not a domain name");
	if (v->r->has_owner && !name_equal(&owner, &v->r->owner))
		return records_wrong(v, "the owner differs from that of the lines above");
	v->r->owner = owner;
	v->r->has_owner = true;
	return true;
}

/* Reads "OWNER [TTL] IN TYPE RDATA". */
static bool read_record_fields(struct record_reading *v, char *line)
{
	char *fields[KEY_LINE_FIELDS], *rest[KEY_LINE_FIELDS];
	unsigned long ttl_s = 0;
	bool has_ttl;

	if (strchr(line, '('))
		return records_wrong(v, "the record goes on in the next line; one line for each is "
		                        "expected (dig without +multiline)");
	if (key_line_split(line, fields, 3) != 3)
		return records_wrong(v, "incomplete record: OWNER [TTL] IN TYPE RDATA expected");
	has_ttl = decimal_read(fields[1], INT32_MAX, &ttl_s);
	/* If there is a TTL, the class is the first word of the rest. */
	if (key_line_split(fields[2], rest, has_ttl ? 3 : 2) != (has_ttl ? 3 : 2) ||
	        strcmp(has_ttl ? rest[0] : fields[1], "IN") != 0)
		return records_wrong(v, "the class is not IN: OWNER [TTL] IN TYPE RDATA expected");
	char *rdata = has_ttl ? rest[2] : rest[1];
	uint16_t type = record_type(has_ttl ? rest[1] : rest[0]);
	struct presigned *set = record_set(v, type);
	if (!read_record_owner(v, fields[0]))
		return false;
	if (type == TYPE_RRSIG)
		return read_rrsig_record(v, rdata);
	if (!set)
		return records_wrong(v, "unexpected record type: only DNSKEY, CDS, CDNSKEY and "
		                        "RRSIG are allowed here");
	set->ttl_s = (uint32_t)ttl_s;
	return read_key_record(v, type, rdata, set);
}

bool key_records_init(struct key_records *r, const struct name *owner, size_t text_octets)
{
	size_t size = text_octets + NAME_MAX_OCTETS;
	uint8_t *octets = malloc(size);

	*r = (struct key_records){ .has_owner = owner != NULL,
		.dnskey.type = TYPE_DNSKEY,
		.cds.type = TYPE_CDS,
		.cdnskey.type = TYPE_CDNSKEY,
		.ds.type = TYPE_DS,
		.octets = writer_over(octets, octets ? size : 0) };
	if (owner)
		r->owner = *owner;
	return octets != NULL;
}

bool key_records_add(struct key_records *r, const struct key_line *line, struct complaint *error)
{
	struct record_reading v = { .r = r, .line = line, .error = error };

	line->text[strcspn(line->text, ";")] = '\0';
	if (key_line_is_empty(line))
		return true;
	return read_record_fields(&v, line->text) &&
	       (!r->octets.full || records_wrong(&v, "the file has too many records"));
}

static bool read_record_lines(
        struct key_records *r, struct key_line *line, char *text, struct complaint *error)
{
	while (key_line_next(line, &text)) {
		if (!key_records_add(r, line, error))
			return false;
	}
	return r->has_owner || key_line_wrong(line, error, "the file has no record");
}

bool key_records_read(
        struct key_records *r, const char *text, const char *path, struct complaint *error)
{
	struct key_line line = { .path = path };
	char *copy = strdup(text);
	bool good = key_records_init(r, NULL, strlen(text)) && copy
	                    ? read_record_lines(r, &line, copy, error)
	                    : key_line_wrong(&line, error, "out of memory");

	free(copy);
	if (!good)
		key_records_fini(r);
	return good;
}

void key_records_fini(struct key_records *r)
{
	struct presigned *sets[] = { &r->dnskey, &r->cds, &r->cdnskey, &r->ds };

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		free(sets[i]->rdatas);
		free(sets[i]->rrsigs);
		*sets[i] = (struct presigned){ .type = sets[i]->type };
	}
	free(r->octets.base);
	r->octets = (struct writer){ 0 };
}

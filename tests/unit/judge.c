/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge.h"

#include "config/trust_anchors.h"

#include <ctype.h>
#include <unistd.h>

#define KEY_FLAGS   257
#define TOKENS_MAX  80
#define RECORDS_MAX 70

const struct signing valid = { .inception = NOW - 5 * DAY, .expiration = NOW + 5 * DAY };

static const struct world_zone world[] = {
	{ ".", ALGORITHM_ED25519, KEY_FLAGS, ZONE_SIGNED },
	{ "test", ALGORITHM_ED25519, KEY_FLAGS, ZONE_SIGNED },
	{ "example.test", ALGORITHM_ED25519, KEY_FLAGS, ZONE_SIGNED },
	{ "sub.example.test", ALGORITHM_ED25519, KEY_FLAGS, ZONE_SIGNED },
	{ "unsigned.example.test", ALGORITHM_ED25519, KEY_FLAGS, ZONE_UNSIGNED },
	{ "other.test", ALGORITHM_ED25519, KEY_FLAGS, ZONE_SIGNED },
	{ "unsigned.test", ALGORITHM_ED25519, KEY_FLAGS, ZONE_UNSIGNED },
	{ IP6_ZONE, ALGORITHM_ED25519, KEY_FLAGS, ZONE_UNSIGNED },
	{ "island.unsigned.test", ALGORITHM_ED25519, KEY_FLAGS, ZONE_SIGNED },
	{ "example", ALGORITHM_ED25519, KEY_FLAGS, ZONE_SIGNED },
	{ "optout.test", ALGORITHM_ED25519, KEY_FLAGS, ZONE_OPT_OUT },
	{ "rsasha256.test", ALGORITHM_RSASHA256, KEY_FLAGS, ZONE_SIGNED },
	{ "rsasha512.test", ALGORITHM_RSASHA512, KEY_FLAGS, ZONE_SIGNED },
	{ "p256.test", ALGORITHM_ECDSAP256, KEY_FLAGS, ZONE_SIGNED },
	{ "p384.test", ALGORITHM_ECDSAP384, KEY_FLAGS, ZONE_SIGNED },
	{ "ed448.test", ALGORITHM_ED448, KEY_FLAGS, ZONE_SIGNED },
	{ "ds-algorithm.test", ALGORITHM_ED25519, KEY_FLAGS, ZONE_DS_ALGORITHM },
	{ "ds-digest.test", ALGORITHM_ED25519, KEY_FLAGS, ZONE_DS_DIGEST },
	{ "ds-both.test", ALGORITHM_ED25519, KEY_FLAGS, ZONE_DS_BOTH },
	{ "ds-other.test", ALGORITHM_ED25519, KEY_FLAGS, ZONE_DS_OTHER },
	{ "ds-stripped.test", ALGORITHM_ED25519, KEY_FLAGS, ZONE_DS_STRIPPED },
	{ "silent.test", ALGORITHM_ED25519, KEY_FLAGS, ZONE_SILENT },
	{ "keyless.test", ALGORITHM_ED25519, KEY_FLAGS, ZONE_KEYS_MISSING },
	{ "no-zone-bit.test", ALGORITHM_ED25519, 1, ZONE_SIGNED },
	{ "revoked.test", ALGORITHM_ED25519, KEY_FLAGS | 0x80, ZONE_SIGNED },
};

static size_t zone_index(const struct name *name)
{
	for (size_t i = 0; i < COUNT(world); i++) {
		struct name zone;
		assert_true(name_from_text(world[i].name, &zone));
		if (name_equal(&zone, name))
			return i;
	}
	return COUNT(world);
}

static const struct testkey *key_at(struct judge *j, size_t i)
{
	const struct world_zone *z = &world[i];
	if (!j->keys[i])
		j->keys[i] = testkey_new(z->algorithm, z->key_flags, z->name);
	return j->keys[i];
}

const struct testkey *judge_key(struct judge *j, const char *zone)
{
	struct name name;
	assert_true(name_from_text(zone, &name));
	size_t i = zone_index(&name);
	assert_row(zone, i < COUNT(world));
	return key_at(j, i);
}

/* Returns the zone of the world above `name`, not at it. */
static size_t parent_index(const struct name *name)
{
	struct name above = *name;
	do
		name_parent(&above, &above);
	while (zone_index(&above) == COUNT(world));
	return zone_index(&above);
}

/* ---- The gate ---- */

struct anchors *judge_anchors(struct judge *j, const char *zones)
{
	struct complaint error;
	char path[] = "/tmp/sealgate-anchor-XXXXXX", *list = strdup(zones), *rest = list;
	FILE *file = fdopen(mkstemp(path), "w");

	assert_non_null(file);
	for (char *zone; (zone = strtok_r(rest, " ", &rest));) {
		struct rd ds = rd_ds(judge_key(j, zone), DIGEST_SHA256);
		fprintf(file, "%s IN DS %u %u %u ", zone, ds.octets[0] << 8 | ds.octets[1],
		        ds.octets[2], ds.octets[3]);
		for (size_t i = 4; i < ds.len; i++)
			fprintf(file, "%02X", ds.octets[i]);
		fprintf(file, "\n");
	}
	fclose(file);
	free(list);
	struct anchors *anchors = trust_anchors_load(path, &error);
	unlink(path);
	assert_row(error.text, anchors);
	return anchors;
}

struct judge *judge_new(void)
{
	struct judge *j = calloc(1, sizeof(*j));

	assert_non_null(j);
	j->crypto = crypto_new();
	j->anchors = judge_anchors(j, ".");
	j->now = NOW;
	assert_int_equal(store_init(&j->store, j->anchors, 256), 0);
	j->gate = (struct gate){ .crypto = j->crypto, .store = &j->store, .policy = &j->policy };
	assert_int_equal(gate_init(&j->gate, 64), 0);
	return j;
}

void judge_free(struct judge *j)
{
	gate_fini(&j->gate);
	store_fini(&j->store);
	anchors_free(j->anchors);
	crypto_free(j->crypto);
	for (size_t i = 0; i < COUNT(j->keys); i++) {
		if (j->keys[i])
			testkey_free(j->keys[i]);
	}
	free(j);
}

/* ---- The notation ---- */

static uint16_t type_number(const char *text)
{
	char known[TYPE_TEXT_SIZE];

	for (unsigned type = 1; type < UINT16_MAX; type++) {
		if (strcmp(type_text((uint16_t)type, known), text) == 0)
			return (uint16_t)type;
	}
	fail_msg("no type: %s", text);
	return 0;
}

static void read_question(const char *question, char qname[static 256], uint16_t *qtype)
{
	char type[TYPE_TEXT_SIZE];
	assert_row(question, sscanf(question, "%255s %15s", qname, type) == 2);
	*qtype = type_number(type);
}

/* Returns the number after `key` if the token begins with it. */
static bool option(const char *token, const char *key, unsigned long *value)
{
	size_t len = strlen(key);
	if (strncmp(token, key, len) != 0)
		return false;
	*value = strtoul(token + len, NULL, 0);
	return true;
}

static unsigned tokens_of(char *text, char *tokens[static TOKENS_MAX])
{
	unsigned count = 0;
	for (char *token; (token = strtok_r(text, " \t", &text));) {
		assert_in_range(count, 0, TOKENS_MAX - 1);
		tokens[count++] = token;
	}
	return count;
}

static struct rd rd_of(struct judge *j, uint16_t type, const char *zone, const char *token)
{
	char mname[300];

	if (*token == '#') {
		size_t len;
		uint8_t *octets = unhex(token + 1, &len);
		struct rd rd = rd_raw(span_of(octets, len));
		free(octets);
		return rd;
	}
	switch (type) {
	case TYPE_A:
		return rd_a(token);
	case TYPE_AAAA:
		return rd_aaaa(token);
	case TYPE_MX:
		return rd_mx(10, token);
	case TYPE_SRV:
		return rd_srv(1, 2, 53, token);
	case TYPE_TXT:
		return rd_txt(token);
	case TYPE_DS:
		return rd_ds(judge_key(j, token), DIGEST_SHA256);
	case TYPE_DNSKEY:
		return rd_dnskey(judge_key(j, token));
	case TYPE_SOA:
		snprintf(mname, sizeof(mname), "ns.%s", strcmp(zone, ".") == 0 ? "" : zone);
		return rd_soa(mname, mname, 1, 300);
	case TYPE_NS:
	case TYPE_CNAME:
	case TYPE_DNAME:
	case TYPE_PTR:
		return rd_name(token);
	}
	return rd_raw(span_of(token, strlen(token)));
}

static struct rd nsec_of(char **tokens, unsigned count)
{
	uint16_t types[TOKENS_MAX] = { 0 };
	for (unsigned i = 1; i < count; i++)
		types[i - 1] = type_number(tokens[i]);
	return rd_nsec(tokens[0], types);
}

/* Also turns the owner, "=name" or "~name", into the hashed one. */
static struct rd nsec3_of(char **tokens, unsigned count, const char *zone, char *owner)
{
	static const uint8_t zeros[255], rfc5155[] = { 0xaa, 0xbb, 0xcc, 0xdd };
	struct nsec3_params p = { 0 };
	uint16_t types[TOKENS_MAX] = { 0 };
	const char *next = NULL;
	unsigned n = 0;
	unsigned long value;

	for (unsigned i = 0; i < count; i++) {
		if (strncmp(tokens[i], "next=", 5) == 0)
			next = tokens[i] + 5;
		else if (option(tokens[i], "iterations=", &value))
			p.iterations = (uint16_t)value;
		else if (option(tokens[i], "salt=", &value))
			p.salt = span_of(zeros, value);
		else if (strcmp(tokens[i], "rfc5155") == 0)
			p = (struct nsec3_params){ p.flags, 12, span_of(rfc5155, 4) };
		else if (strcmp(tokens[i], "optout") == 0)
			p.flags |= 1;
		else
			types[n++] = type_number(tokens[i]);
	}
	struct testhash hash = testhash_of(owner + 1, &p);
	struct testhash from = *owner == '~' ? testhash_step(hash, -1) : hash;
	testhash_owner(from, zone, owner);
	return rd_nsec3(&p, next ? testhash_of(next, &p) : testhash_step(hash, 1), types);
}

static struct signing signing_of(char **tokens, unsigned count)
{
	struct signing how = valid;
	unsigned long value;

	for (unsigned i = 0; i < count; i++) {
		if (strcmp(tokens[i], "spoilt") == 0)
			how.is_spoilt = true;
		else if (strcmp(tokens[i], "expired") == 0)
			how.expiration = NOW - 2 * DAY;
		else if (strcmp(tokens[i], "early") == 0)
			how.inception = NOW + 2 * DAY;
		else if (option(tokens[i], "labels=", &value))
			how.labels = (uint8_t)value;
		else if (option(tokens[i], "ttl=", &value))
			how.original_ttl = (uint32_t)value;
		else if (option(tokens[i], "tag=", &value))
			how.tag = (uint16_t)value;
		else if (option(tokens[i], "algorithm=", &value))
			how.algorithm = (uint8_t)value;
		else if (strncmp(tokens[i], "signer=", 7) == 0)
			how.signer = tokens[i] + 7;
		else
			fail_msg("no way to sign: %s", tokens[i]);
	}
	return how;
}

static void write_set(struct judge *j, char *text)
{
	char *tokens[TOKENS_MAX], *how[TOKENS_MAX], owner[TESTHASH_OWNER_SIZE];
	char *signatures = strchr(text, '|');
	const char *zone = ".";
	unsigned n = 0, ways = 0;
	struct rd *rds = calloc(RECORDS_MAX, sizeof(*rds));

	if (signatures)
		*signatures++ = '\0';
	char *first = signatures ? strdup(signatures) : NULL;
	if (first) {
		first[strcspn(first, "|")] = '\0';
		ways = tokens_of(first, how);
		zone = how[0];
	}
	unsigned count = tokens_of(text, tokens);
	assert_in_range(count, 2, TOKENS_MAX);
	bool is_left_out = *tokens[0] == '-';
	snprintf(owner, sizeof(owner), "%s", tokens[0] + is_left_out);
	uint16_t type = type_number(tokens[1]);
	if (type == TYPE_NSEC && *tokens[2] != '#')
		rds[n++] = nsec_of(tokens + 2, count - 2);
	else if (type == TYPE_NSEC3)
		rds[n++] = nsec3_of(tokens + 2, count - 2, zone, owner);
	else if (type == TYPE_SOA)
		rds[n++] = rd_of(j, type, zone, "");
	else
		for (unsigned i = 2; i < count && n < RECORDS_MAX; i++)
			rds[n++] = rd_of(j, type, zone, tokens[i]);
	if (!is_left_out)
		msg_rrset(&j->response, owner, type, TTL, rds, n);
	free(first);
	for (char *each; signatures && (each = strsep(&signatures, "|"));) {
		ways = tokens_of(each, how);
		struct signing signing = signing_of(how + 1, ways - 1);
		msg_rr(&j->response, owner, TYPE_RRSIG, TTL,
		        rd_rrsig(judge_key(j, how[0]), owner, type, TTL, rds, n, &signing));
	}
	free(rds);
}

void judge_write(struct judge *j, const char *records)
{
	char *text = strdup(records), *rest = text;

	for (char *line; (line = strtok_r(rest, "\n", &rest));) {
		line += strspn(line, " \t");
		if (*line == '>' || *line == '+')
			msg_section(&j->response,
			        *line++ == '>' ? SECTION_AUTHORITY : SECTION_ADDITIONAL);
		if (*line)
			write_set(j, line);
	}
	free(text);
}

void judge_begin(struct judge *j, const char *question, unsigned rcode)
{
	char qname[256];
	uint16_t qtype;

	read_question(question, qname, &qtype);
	msg_begin(&j->response, 0x1234, (uint16_t)(FLAG_QR | FLAG_RD | FLAG_RA | rcode), qname,
	        qtype);
	j->response.compress = true;
}

struct client_query judge_asked(const char *question, unsigned how)
{
	struct client_query asked = { .id = 0x1234, .udp_size = DNS_PLAIN_SIZE };
	uint8_t wire[256];
	char qname[256];
	uint16_t qtype;

	read_question(question, qname, &qtype);
	size_t len = name_to_wire(qname, wire);
	memcpy(asked.question, wire, len);
	memcpy(asked.question + len, (uint8_t[]){ (uint8_t)(qtype >> 8), (uint8_t)qtype, 0, 1 }, 4);
	asked.question_len = (uint16_t)(len + 4);
	asked.has_edns = how & ASK_EDNS;
	asked.dnssec_ok = (how & ASK_DO) == ASK_DO;
	if (asked.has_edns)
		asked.udp_size = how & ASK_LARGE & ~ASK_EDNS ? 65535 : 1232;
	asked.iterator = how & ASK_RESOLVER   ? ITERATOR_SERVER
	                 : how & ASK_STRANGER ? ITERATOR_UNKNOWN
	                                      : ITERATOR_CLIENT;
	asked.flags = (uint16_t)((how & ASK_AD ? FLAG_AD : 0) | (how & ASK_NO_RD ? 0 : FLAG_RD));
	return asked;
}

/* ---- Answers to wants ---- */

/* Like `valid`, but around the time of the judgement. */
static struct signing valid_now(const struct judge *j)
{
	return (struct signing){ .inception = (uint32_t)(j->now - 5 * DAY),
		.expiration = (uint32_t)(j->now + 5 * DAY) };
}

static void begin_fetched(struct judge *j, const char *name, const struct want *want)
{
	msg_begin(&j->fetched, 1, FLAG_QR | FLAG_RA, name, want->type);
}

static void answer_keys(struct judge *j, const char *name, size_t zone)
{
	struct signing how = valid_now(j);
	struct rd key = rd_dnskey(key_at(j, zone));
	msg_signed(&j->fetched, key_at(j, zone), name, TYPE_DNSKEY, TTL, &key, 1, &how);
}

static void answer_ds(struct judge *j, const char *name, size_t zone, const struct testkey *parent)
{
	enum { ALGORITHM_AT = 2, DIGEST_AT = 3 };
	struct rd ds[2] = { rd_ds(key_at(j, zone), DIGEST_SHA256) };
	size_t count = 1;
	struct signing how = valid_now(j);

	ds[1] = ds[0];
	switch (world[zone].kind) {
	case ZONE_DS_ALGORITHM:
		ds[0].octets[ALGORITHM_AT] = 250;
		break;
	case ZONE_DS_DIGEST:
		ds[0].octets[DIGEST_AT] = 250;
		break;
	case ZONE_DS_BOTH:
		ds[0].octets[ALGORITHM_AT] = 250;
		count = 2;
		break;
	case ZONE_DS_OTHER:
		ds[0].octets[ds[0].len - 1] ^= 1;
		break;
	default:
		break;
	}
	msg_signed(&j->fetched, parent, name, TYPE_DS, TTL, ds, count, &how);
}

/* An NSEC at the name: of an unsigned delegation, or of no delegation. */
static void answer_no_ds(
        struct judge *j, const char *name, const char *apex, bool is_cut, const struct testkey *k)
{
	struct signing how = valid_now(j);
	struct rd nsec = rd_nsec(apex, is_cut ? TYPES(TYPE_NS, TYPE_RRSIG, TYPE_NSEC)
	                                      : TYPES(TYPE_TXT, TYPE_RRSIG, TYPE_NSEC));
	msg_section(&j->fetched, SECTION_AUTHORITY);
	msg_signed(&j->fetched, k, name, TYPE_NSEC, TTL, &nsec, 1, &how);
}

/* The zone's apex is the closest encloser; the span over the name has the opt-out flag. */
static void answer_opt_out(
        struct judge *j, const char *name, const char *apex, const struct testkey *k)
{
	static const struct nsec3_params p = { .flags = 1 };
	struct signing how = valid_now(j);
	char owner[TESTHASH_OWNER_SIZE];
	struct testhash at_apex = testhash_of(apex, &p), over = testhash_of(name, &p);
	struct rd matching = rd_nsec3(&p, testhash_step(at_apex, 1), TYPES(TYPE_NS, TYPE_SOA));
	struct rd covering = rd_nsec3(&p, testhash_step(over, 1), TYPES(TYPE_NS));

	msg_section(&j->fetched, SECTION_AUTHORITY);
	testhash_owner(at_apex, apex, owner);
	msg_signed(&j->fetched, k, owner, TYPE_NSEC3, TTL, &matching, 1, &how);
	testhash_owner(testhash_step(over, -1), apex, owner);
	msg_signed(&j->fetched, k, owner, TYPE_NSEC3, TTL, &covering, 1, &how);
}

bool judge_answer_want(struct judge *j, const struct want *want)
{
	char name[NAME_TEXT_SIZE];
	size_t zone = zone_index(&want->name), parent = parent_index(&want->name);
	bool is_zone = zone < COUNT(world);
	enum zone_kind kind = is_zone ? world[zone].kind : ZONE_UNSIGNED;

	name_text(&want->name, name);
	begin_fetched(j, name, want);
	if (want->type == TYPE_DNSKEY && kind == ZONE_SILENT)
		return false;
	if (want->type == TYPE_DNSKEY && is_zone && kind != ZONE_KEYS_MISSING)
		answer_keys(j, name, zone);
	if (want->type == TYPE_DNSKEY || kind == ZONE_DS_STRIPPED)
		return true;
	if (kind == ZONE_OPT_OUT)
		answer_opt_out(j, name, world[parent].name, key_at(j, parent));
	else if (kind == ZONE_UNSIGNED)
		answer_no_ds(j, name, world[parent].name, is_zone, key_at(j, parent));
	else
		answer_ds(j, name, zone, key_at(j, parent));
	return true;
}

void judge_feed(struct judge *j, const struct want *want)
{
	if (!judge_answer_want(j, want))
		gate_learn_failure(&j->gate, want, REASON_FETCH_FAILED, j->now);
	else if (gate_learn(&j->gate, want, msg_span(&j->fetched), j->now, false) != LEARNED)
		assert_int_equal(
		        gate_learn(&j->gate, want, msg_span(&j->fetched), j->now, true), LEARNED);
}

bool judge_recall(struct judge *j, const struct client_query *asked, struct span octets)
{
	static struct rr rrs[MESSAGE_RRS_MAX];
	const struct gate_result before = j->result;
	struct message m;

	memcpy(j->recalled, octets.base, octets.len);
	memset(&j->result, 0xff, sizeof(j->result)); /* shows what gate_recall() does not set */
	if (message_parse(&m, octets, rrs, MESSAGE_RRS_MAX) &&
	        gate_recall(&j->gate, asked, &m, j->recalled, j->now, &j->result))
		return true;
	j->result = before;
	return false;
}

/* Asserts that the message cache gives the result of the judgement. */
static void assert_recalled_alike(
        struct judge *j, const struct client_query *asked, struct span octets)
{
	struct gate_result judged = j->result;

	if (!judge_recall(j, asked, octets)) {
		assert_memory_equal(j->recalled, octets.base, octets.len);
	} else {
		assert_int_equal(j->result.verdict, judged.verdict);
		assert_int_equal(j->result.outcome.status, judged.outcome.status);
		assert_int_equal(j->result.outcome.reason, judged.outcome.reason);
		assert_int_equal(j->result.is_partial, judged.is_partial);
		assert_int_equal(j->result.habit, judged.habit);
		assert_int_equal(j->result.filter_ede, judged.filter_ede);
		if (judged.verdict == GATE_REWRITE) {
			assert_int_equal(j->result.octets.len, judged.octets.len);
			assert_memory_equal(j->recalled, judged.octets.base, judged.octets.len);
		}
	}
	j->result = judged;
}

void judge_octets(struct judge *j, const struct client_query *asked, struct span octets)
{
	for (j->fetches = 0;; j->fetches++) {
		struct writer out = writer_over(j->out, sizeof(j->out));
		gate_judge(&j->gate, asked, octets, j->now, &out, &j->result);
		if (j->result.verdict != GATE_WANT)
			break;
		assert_in_range(j->fetches, 0, LIMIT_FETCHES);
		struct want want = j->result.want;
		judge_feed(j, &want);
	}
	assert_recalled_alike(j, asked, octets);
}

void judge_alone(struct judge *j, const struct client_query *asked, struct span octets)
{
	for (unsigned fetches = 0;; fetches++) {
		struct writer out = writer_over(j->out, sizeof(j->out));
		gate_judge(&j->gate, asked, octets, j->now, &out, &j->result);
		assert_in_range(j->result.work, 0, LIMIT_WORK);
		if (j->result.verdict != GATE_WANT)
			return;
		assert_in_range(fetches, 0, 600);
		struct want want = j->result.want;
		gate_learn_failure(&j->gate, &want, REASON_FETCH_FAILED, j->now);
	}
}

void judge_text(
        struct judge *j, const char *question, unsigned rcode, const char *records, unsigned how)
{
	struct client_query asked = judge_asked(question, how);

	judge_begin(j, question, rcode);
	judge_write(j, records);
	msg_section(&j->response, SECTION_ADDITIONAL);
	j->response.compress = false; /* an OPT's owner is never a pointer */
	msg_opt(&j->response, 1232, true);
	judge_octets(j, &asked, msg_span(&j->response));
}

void assert_judged(const struct judge *j, const char *why, enum status status, enum reason reason)
{
	struct outcome o = j->result.outcome;
	if (o.status != status || o.reason != reason)
		fail_msg("%s: %s, %s instead of %s, %s", why, status_text(o.status),
		        reason_word(o.reason), status_text(status), reason_word(reason));
}

void judge_rows(const struct judged_row *rows, size_t count, unsigned how)
{
	struct judge *j = judge_new();

	for (size_t i = 0; i < count; i++) {
		judge_text(j, rows[i].question, rows[i].rcode, rows[i].records, how);
		assert_judged(j, rows[i].why, rows[i].status, rows[i].reason);
		bool is_refused = rows[i].status >= STATUS_INDETERMINATE;
		assert_row(rows[i].why, (j->result.verdict == GATE_SERVFAIL) == is_refused);
	}
	judge_free(j);
}

/* ---- What the gate learns ---- */

struct want judge_want(const char *question)
{
	struct want want = { 0 };
	char name[256], type[TYPE_TEXT_SIZE];

	assert_int_equal(sscanf(question, "%255s %15s", name, type), 2);
	assert_true(name_from_text(name, &want.name));
	want.type = type_number(type);
	return want;
}

const struct fact *judge_fact(struct judge *j, const char *text)
{
	struct name name;

	assert_true(name_from_text(text, &name));
	return store_find(&j->store, &name, j->now);
}

enum learned judge_learn(
        struct judge *j, const char *question, unsigned rcode, const char *records, bool last_try)
{
	struct want want = judge_want(question);

	judge_begin(j, question, rcode);
	judge_write(j, records);
	return gate_learn(&j->gate, &want, msg_span(&j->response), j->now, last_try);
}

/* ---- What the client receives ---- */

const struct message *judge_delivered(const struct judge *j, struct span response)
{
	static struct rr rrs[MESSAGE_RRS_MAX];
	static struct message m;
	struct name owner;

	assert_true(j->result.verdict <= GATE_SERVFAIL);
	assert_true(
	        message_parse(&m, j->result.verdict == GATE_ACCEPT ? response : j->result.octets,
	                rrs, MESSAGE_RRS_MAX));
	for (unsigned i = 0; i < m.rr_count; i++)
		assert_true(message_owner(&m, &rrs[i], &owner));
	return &m;
}

const char *judge_list(const struct message *m)
{
	static char list[8192];
	static const char *const marks[] = { "", "> ", "+ " };
	size_t len = 0;

	list[0] = '\0';
	for (unsigned i = 0; i < m->rr_count && len < sizeof(list); i++) {
		char name[NAME_TEXT_SIZE], type[TYPE_TEXT_SIZE];
		struct name owner;
		assert_true(message_owner(m, &m->rrs[i], &owner));
		name_text(&owner, name);
		name[strlen(name) - 1] = '\0';
		len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s%s/%s", i ? " " : "",
		        marks[m->rrs[i].section], name, type_text(m->rrs[i].type, type));
	}
	return list;
}

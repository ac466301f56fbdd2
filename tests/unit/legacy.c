/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "legacy.h"

#include "sign/sign_query.h"
#include "sign/sign_response.h"
#include "wire/edns.h"

static const char *const apexes[LEGACY_ZONES] = { "example.test", "sub.example.test", "other.test",
	"p256.test" };

static struct signkey *key_of(const struct testkey *k, uint8_t algorithm)
{
	uint8_t secret[32];

	testkey_secret(k, secret);
	struct signkey *key = signkey_from_secret(algorithm, span_of(secret, sizeof(secret)));
	assert_non_null(key);
	return key;
}

/* Makes the DNSKEY RRset of a zone with its pre-made signature. */
static void presign_keys(struct legacy *l, struct sign_period *period, const struct testkey *k,
        const char *apex, uint8_t *room)
{
	struct rd key = rd_dnskey(k);
	struct rd rrsig = rd_rrsig(k, apex, TYPE_DNSKEY, TTL, &key, 1, &valid);

	memcpy(room, key.octets, key.len);
	memcpy(room + key.len, rrsig.octets, rrsig.len);
	l->dnskey_rdata = span_of(room, key.len);
	l->dnskey_rrsig = (struct presigned_rrsig){ .inception = valid.inception,
		.expiration = valid.expiration,
		.tag = testkey_tag(k),
		.rdata = span_of(room + key.len, rrsig.len) };
	period->dnskey = (struct presigned){ .type = TYPE_DNSKEY,
		.ttl_s = TTL,
		.count = 1,
		.rrsig_count = 1,
		.rdatas = &l->dnskey_rdata,
		.rrsigs = &l->dnskey_rrsig };
}

static void fill_zone(
        struct legacy *l, struct sign_zone *zone, struct sign_period *period, const char *apex)
{
	const struct testkey *k = judge_key(l->judge, apex);
	uint8_t algorithm =
	        strcmp(apex, "p256.test") == 0 ? ALGORITHM_ECDSAP256 : ALGORITHM_ED25519;

	assert_true(name_from_text(apex, &zone->apex));
	*period = (struct sign_period){ .key_count = 1,
		.keys = { { key_of(k, algorithm), testkey_tag(k) } } };
	zone->periods = (struct sign_periods){ 1, period };
	zone->max_ttl_s = SIGN_MAX_TTL_S;
	zone->nxdomain = SIGN_NXDOMAIN_NAME;
}

struct sign_zone *legacy_zone(struct legacy *l, const char *apex)
{
	struct name name;

	assert_true(name_from_text(apex, &name));
	for (unsigned i = 0; i < LEGACY_ZONES; i++) {
		if (name_equal(&l->zones[i].apex, &name))
			return &l->zones[i];
	}
	fail_msg("no zone: %s", apex);
	return NULL;
}

struct sign_period *legacy_periods(struct legacy *l, const char *apex)
{
	return (struct sign_period *)(uintptr_t)legacy_zone(l, apex)->periods.items;
}

struct legacy *legacy_new(void)
{
	struct legacy *l = calloc(1, sizeof(*l));

	assert_non_null(l);
	l->judge = judge_new();
	l->now_s = NOW;
	l->now_ms = LEGACY_NOW_MS;
	memcpy(l->client, (uint8_t[]){ 192, 0, 2, 1 }, 4);
	memcpy(l->server, (uint8_t[]){ 192, 0, 2, 53 }, 4);
	l->client_len = 4;
	for (unsigned i = 0; i < LEGACY_ZONES; i++)
		fill_zone(l, &l->zones[i], l->periods[i], apexes[i]);
	presign_keys(l, l->periods[0], judge_key(l->judge, apexes[0]), apexes[0], l->dnskey);
	assert_int_equal(sign_policy_sort(l->zones, LEGACY_ZONES), -1);
	l->policy = (struct sign_policy){
		.zones = l->zones, .zone_count = LEGACY_ZONES, .life_s = SIGN_LIFE_S
	};
	l->signer = signer_new(l->judge->crypto, &l->policy, NULL);
	assert_non_null(l->signer);
	return l;
}

void legacy_remember(struct legacy *l)
{
	static const struct signer_limits limits = { .messages = 256 };

	signer_free(l->signer);
	l->signer = signer_new(l->judge->crypto, &l->policy, &limits);
	assert_non_null(l->signer);
}

void legacy_free(struct legacy *l)
{
	signer_free(l->signer);
	for (unsigned i = 0; i < LEGACY_ZONES; i++)
		signkey_free((struct signkey *)(uintptr_t)l->periods[i][0].keys[0].key);
	judge_free(l->judge);
	free(l);
}

struct sign_peers legacy_peers(const struct legacy *l)
{
	return (struct sign_peers){ span_of(l->client, l->client_len), span_of(l->server, 4) };
}

struct sign_context legacy_context(const struct legacy *l, const struct sign_peers *peers)
{
	return (struct sign_context){ peers, l->is_stream, l->now_s, l->now_ms };
}

/* Adds an OPT. Its flags are the lower half of the TTL. */
void legacy_put_options(struct msgbuild *b, struct span options)
{
	assert_true(b->len + options.len <= sizeof(b->octets));
	put_u16(b->octets + b->len - 2, (uint16_t)options.len);
	if (options.len > 0)
		memcpy(b->octets + b->len, options.base, options.len);
	b->len += options.len;
}

static void put_opt(struct msgbuild *b, unsigned how)
{
	uint16_t flags =
	        (uint16_t)(((how & ASK_DO) == ASK_DO ? EDNS_DO : 0) | (how & ASK_CO ? EDNS_CO : 0));
	uint16_t size = (how & ASK_LARGE & ~ASK_EDNS) ? 65535 : 1232;

	msg_section(b, SECTION_ADDITIONAL);
	msg_opt(b, size, false);
	put_u16(b->octets + b->len - 4, flags);
}

void legacy_ask(struct legacy *l, const char *question, unsigned how)
{
	static struct rr rrs[8];
	const struct sign_peers peers = legacy_peers(l);
	struct client_query as = judge_asked(question, how);
	struct message m;
	char qname[256], type[TYPE_TEXT_SIZE];
	struct writer out = writer_over(l->sent, sizeof(l->sent));

	assert_int_equal(sscanf(question, "%255s %15s", qname, type), 2);
	msg_begin(&l->query, LEGACY_ID,
	        (uint16_t)((as.flags & FLAG_RD) | (how & ASK_CD ? FLAG_CD : 0)), qname,
	        (uint16_t)(as.question[as.question_len - 4] << 8 |
	                   as.question[as.question_len - 3]));
	if (how & ASK_EDNS)
		put_opt(&l->query, how);
	if (l->options.len > 0)
		legacy_put_options(&l->query, l->options);
	assert_true(message_parse(&m, msg_span(&l->query), rrs, COUNT(rrs)));
	l->is_stream = how & ASK_STREAM;
	const struct sign_context context = legacy_context(l, &peers);
	l->kind = sign_query(l->signer, &m, &context, &l->asked, &out);
	assert_false(out.full);
	l->sent_len = out.len;
}

void legacy_respond_octets(struct legacy *l, struct span response)
{
	static struct rr rrs[MESSAGE_RRS_MAX];
	const struct sign_peers peers = legacy_peers(l);
	struct writer out = writer_over(l->out, sizeof(l->out));
	struct message m;

	l->result =
	        (struct sign_result){ .verdict = SIGN_VERDICT_DROP, .outcome = SIGN_OUTCOME_STRAY };
	if (!message_parse(&m, response, rrs, COUNT(rrs)))
		return;
	const struct sign_context context = legacy_context(l, &peers);
	sign_response(l->signer, &l->asked, &context, &m, &out, &l->result);
	if (l->result.verdict == SIGN_VERDICT_ASK) {
		struct writer sent = writer_over(l->sent, sizeof(l->sent));
		sign_ask(&l->asked, &l->result.next, &sent);
		l->sent_len = sent.len;
	}
}

void legacy_write(struct legacy *l, uint16_t flags, const char *records)
{
	struct msgbuild *b = &l->judge->response;
	static struct rr rrs[8];
	struct message sent;
	size_t owner_len;

	assert_int_equal(l->kind, SIGN_QUERY_ASKED);
	assert_true(message_parse(&sent, span_of(l->sent, l->sent_len), rrs, COUNT(rrs)));
	*b = (struct msgbuild){ .section = SECTION_ANSWER };
	/* The question has the letters that the server got. */
	owner_len = DNS_HEADER_SIZE + sent.question.len;
	memcpy(b->octets, l->sent, owner_len);
	memset(b->octets + 6, 0, 6);
	put_u16(b->octets + 2, (uint16_t)(FLAG_QR | (sent.flags & FLAG_RD) | flags));
	b->len = owner_len;
	judge_write(l->judge, records);
}

void legacy_respond(struct legacy *l, uint16_t flags, const char *records)
{
	legacy_write(l, flags, records);
	legacy_respond_octets(l, msg_span(&l->judge->response));
}

const struct message *legacy_delivered(const struct legacy *l)
{
	static struct rr rrs[MESSAGE_RRS_MAX];
	static struct message m;
	struct name owner;

	assert_int_equal(l->result.verdict, SIGN_VERDICT_REWRITE);
	assert_true(message_parse(&m, l->result.octets, rrs, MESSAGE_RRS_MAX));
	for (unsigned i = 0; i < m.rr_count; i++)
		assert_true(message_owner(&m, &rrs[i], &owner));
	return &m;
}

struct outcome legacy_judged(struct legacy *l)
{
	judge_octets(l->judge, &l->asked.client, l->result.octets);
	return l->judge->result.outcome;
}

void legacy_check(struct legacy *l, const struct legacy_row *row)
{
	legacy_ask(l, row->question, row->how);
	assert_row(row->why, l->kind == SIGN_QUERY_ASKED);
	legacy_respond(l, row->flags, row->records);
	if (l->result.outcome != row->outcome)
		fail_msg("%s: %s instead of %s", row->why, sign_outcome_word(l->result.outcome),
		        sign_outcome_word(row->outcome));
	const struct message *m = legacy_delivered(l);
	if (strcmp(judge_list(m), row->want) != 0)
		fail_msg("%s:\n%s\ninstead of\n%s", row->why, judge_list(m), row->want);
	assert_row(row->why, (m->flags & (FLAG_AA | RCODE_MASK)) == row->want_flags);
	assert_row(row->why, m->id == LEGACY_ID && !(m->flags & (FLAG_AD | FLAG_CD | FLAG_TC)));
	assert_row(row->why, span_equal(m->question, span_of(l->asked.client.question,
	                                                     l->asked.client.question_len)));
	assert_row(row->why, m->edns.present == ((row->how & ASK_EDNS) != 0));
	assert_row(row->why, m->edns.dnssec_ok == ((row->how & ASK_DO) == ASK_DO));
}

void legacy_check_rows(const struct legacy_row *rows, size_t count, enum status status)
{
	for (size_t i = 0; i < count; i++) {
		struct legacy *l = legacy_new();
		legacy_check(l, &rows[i]);
		struct outcome o = legacy_judged(l);
		if (o.status != status)
			fail_msg("%s: %s, %s", rows[i].why, status_text(o.status),
			        reason_word(o.reason));
		legacy_free(l);
	}
}

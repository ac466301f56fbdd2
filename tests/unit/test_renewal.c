/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Zones that change their keys, or become unsigned, before what is known of them expires; and
 * attackers who pretend that. */
#include "judge.h"

#include "dnssec/nsec3.h"
#include "trust/chain.h"
#include "trust/renewal.h"

#define ZONE "example.test"
#define HOST "www.example.test"

/* What the servers hold at the moment. */
struct servers_now {
	const struct testkey
	        *ds; /* the key that the DS of the zone is made from; NULL: it has none */
	const struct testkey *keys; /* the key of the zone; NULL: the server is silent */
};

struct renewed {
	struct judge *j;
	struct testkey *now; /* the zone's new key; judge_key() is the old one */
	struct servers_now servers;
	const struct signing *dates; /* of what they hold; NULL: `valid` */
	bool has_opt_out;            /* so the lack of a DS is shown by NSEC3 records */
	unsigned ds_fetches, key_fetches;
};

static const struct signing *dates_of(const struct renewed *r)
{
	return r->dates ? r->dates : &valid;
}

/* The usual proof of a large zone. The record that shows the zone itself is signed seldom. */
static void write_opt_out(struct renewed *r, struct msgbuild *b)
{
	const struct testkey *parent = judge_key(r->j, "test");
	const struct nsec3_params p = { .flags = NSEC3_OPT_OUT };
	const uint16_t *types = TYPES(TYPE_NS, TYPE_SOA, TYPE_RRSIG, TYPE_DNSKEY);
	struct testhash apex = testhash_of("test", &p), zone = testhash_of(ZONE, &p);
	struct signing long_ago = valid;
	char owner[TESTHASH_OWNER_SIZE];

	long_ago.inception -= 4 * DAY;
	msg_signed(b, parent, testhash_owner(apex, "test", owner), TYPE_NSEC3, TTL,
	        RRSET(rd_nsec3(&p, testhash_step(apex, 1), types)), &long_ago);
	msg_signed(b, parent, testhash_owner(testhash_step(zone, -1), "test", owner), TYPE_NSEC3,
	        TTL, RRSET(rd_nsec3(&p, testhash_step(zone, 1), types)), dates_of(r));
}

static void write_ds(struct renewed *r, struct msgbuild *b)
{
	const struct testkey *parent = judge_key(r->j, "test");
	const uint16_t *types = TYPES(TYPE_NS, TYPE_RRSIG, TYPE_NSEC);

	msg_begin(b, 1, FLAG_QR, ZONE, TYPE_DS);
	if (r->servers.ds) {
		msg_signed(b, parent, ZONE, TYPE_DS, TTL,
		        RRSET(rd_ds(r->servers.ds, DIGEST_SHA256)), dates_of(r));
		return;
	}
	msg_section(b, SECTION_AUTHORITY);
	if (r->has_opt_out) {
		write_opt_out(r, b);
		return;
	}
	msg_signed(b, parent, ZONE, TYPE_NSEC, TTL, RRSET(rd_nsec("x.test", types)), dates_of(r));
}

/* Fetches what is wanted. The servers of other zones answer as the world does. */
static void answer_want(struct renewed *r, const struct want *want)
{
	struct judge *j = r->j;
	static struct msgbuild b;
	struct want ds = judge_want(ZONE " DS"), keys = judge_want(ZONE " DNSKEY");

	if (want_equal(want, &ds)) {
		r->ds_fetches++;
		write_ds(r, &b);
	} else if (want_equal(want, &keys) && r->servers.keys) {
		r->key_fetches++;
		msg_begin(&b, 1, FLAG_QR, ZONE, TYPE_DNSKEY);
		msg_signed(&b, r->servers.keys, ZONE, TYPE_DNSKEY, TTL,
		        RRSET(rd_dnskey(r->servers.keys)), dates_of(r));
	} else if (want_equal(want, &keys)) {
		r->key_fetches++;
		gate_learn_failure(&j->gate, want, REASON_FETCH_FAILED, j->now);
		return;
	} else {
		judge_feed(j, want);
		return;
	}
	if (gate_learn(&j->gate, want, msg_span(&b), j->now, false) != LEARNED)
		assert_int_equal(gate_learn(&j->gate, want, msg_span(&b), j->now, true), LEARNED);
}

/* Judges an answer for HOST. `key` NULL: it is not signed. */
static void judge_host(struct renewed *r, const struct testkey *key, const struct signing *how)
{
	struct client_query asked = judge_asked(HOST " A", ASK_DO);
	static struct msgbuild b;
	struct judge *j = r->j;

	msg_begin(&b, asked.id, FLAG_QR | FLAG_RD | FLAG_RA, HOST, TYPE_A);
	if (key)
		msg_signed(&b, key, HOST, TYPE_A, TTL, RRSET(rd_a("192.0.2.1")), how);
	else
		msg_rr(&b, HOST, TYPE_A, TTL, rd_a("192.0.2.1"));
	r->ds_fetches = r->key_fetches = 0;
	for (unsigned fetches = 0; fetches < 16; fetches++) {
		struct writer out = writer_over(j->out, sizeof(j->out));
		gate_judge(&j->gate, &asked, msg_span(&b), j->now, &out, &j->result);
		if (j->result.verdict != GATE_WANT)
			return;
		struct want want = j->result.want;
		answer_want(r, &want);
	}
	fail_msg("the judgement never ends");
}

static const struct testkey *old_key(struct renewed *r)
{
	return judge_key(r->j, ZONE);
}

/* Begins a world that has judged an answer of the old zone, `ago_s` seconds ago. */
static struct renewed begin_renewed(int64_t ago_s)
{
	struct renewed r = { .j = judge_new() };

	r.now = testkey_seeded(ALGORITHM_ED25519, 257, ZONE, "new");
	r.servers = (struct servers_now){ old_key(&r), old_key(&r) };
	judge_host(&r, old_key(&r), &valid);
	assert_judged(r.j, "before", STATUS_SECURE, REASON_NONE);
	r.j->now += ago_s;
	return r;
}

static void end_renewed(struct renewed *r)
{
	testkey_free(r->now);
	judge_free(r->j);
}

static void assert_fetched(const struct renewed *r, const char *why, unsigned ds, unsigned keys)
{
	if (r->ds_fetches != ds || r->key_fetches != keys)
		fail_msg("%s: fetched %u DS and %u DNSKEY", why, r->ds_fetches, r->key_fetches);
}

static void a_zone_with_new_keys_is_secure_at_the_first_answer(void **state)
{
	(void)state;
	enum { OLD, NEW, NONE };
	static const struct {
		const char *why;
		int64_t ago_s;
		int ds, keys, signer; /* of the servers, and of the answer */
		enum status status;
		enum reason reason;
		unsigned ds_fetches, key_fetches;
	} rows[] = {
		{ "all is new", 60, NEW, NEW, NEW, STATUS_SECURE, REASON_NONE, 1, 1 },
		{ "learned a moment ago", LIMIT_RENEWAL_AGE_S - 1, NEW, NEW, NEW, STATUS_BOGUS,
		        REASON_RRSIG_NO_KEY, 0, 0 },
		{ "the DS is old", 60, OLD, NEW, NEW, STATUS_BOGUS, REASON_RRSIG_NO_KEY, 1, 1 },
		{ "the keys are old", 60, NEW, OLD, NEW, STATUS_BOGUS, REASON_RRSIG_NO_KEY, 1, 1 },
		{ "the server of the keys is silent", 60, NEW, NONE, NEW, STATUS_BOGUS,
		        REASON_RRSIG_NO_KEY, 1, 1 },
		{ "the zone is unsigned now", 60, NONE, NONE, NONE, STATUS_INSECURE,
		        REASON_UNSIGNED_ZONE, 1, 0 },
		{ "the zone is unsigned now, with stray signatures", 60, NONE, NONE, NEW,
		        STATUS_INSECURE, REASON_UNSIGNED_ZONE, 1, 0 },
		{ "an answer without signatures", 60, OLD, OLD, NONE, STATUS_BOGUS,
		        REASON_RRSIG_MISSING, 1, 1 },
		{ "an answer by the old key", 60, NEW, NEW, OLD, STATUS_SECURE, REASON_NONE, 0, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct renewed r = begin_renewed(rows[i].ago_s);
		const struct testkey *keys[] = {
			[OLD] = old_key(&r), [NEW] = r.now, [NONE] = NULL
		};
		r.servers = (struct servers_now){ keys[rows[i].ds], keys[rows[i].keys] };
		judge_host(&r, keys[rows[i].signer], &valid);
		assert_judged(r.j, rows[i].why, rows[i].status, rows[i].reason);
		assert_fetched(&r, rows[i].why, rows[i].ds_fetches, rows[i].key_fetches);
		/* nothing that was not proved has replaced the old keys */
		bool has_moved = rows[i].status != STATUS_BOGUS && rows[i].signer != OLD;
		judge_host(&r, old_key(&r), &valid);
		assert_row(rows[i].why, has_moved || r.j->result.outcome.status == STATUS_SECURE);
		end_renewed(&r);
	}
}

/* An attacker invents key tags, or leaves out signatures. */
static void a_flood_of_forgeries_causes_one_renewal_in_a_while(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint16_t tag; /* 0: not signed */
		uint8_t algorithm;
		int64_t pause_s;
		unsigned fetches;
	} rows[] = {
		{ "a key tag that no key has", 1, 0, LIMIT_RENEWAL_S, 1 },
		{ "an algorithm that no key has", 0xffff, ALGORITHM_ECDSAP256, LIMIT_RENEWAL_S, 1 },
		{ "an algorithm that nobody supports", 0xffff, 200, LIMIT_RENEWAL_S, 0 },
		{ "no signature", 0, 0, LIMIT_RENEWAL_UNSIGNED_S, 1 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct renewed r = begin_renewed(60);
		unsigned ds = 0, keys = 0;
		for (int64_t second = 0; second < 2 * rows[i].pause_s; second++) {
			for (uint16_t n = 0; n < 20; n++) {
				struct signing how = valid;
				how.tag = (uint16_t)(rows[i].tag + second * 20 + n);
				how.algorithm = rows[i].algorithm;
				judge_host(&r, rows[i].tag ? old_key(&r) : NULL, &how);
				assert_row(rows[i].why, r.j->result.outcome.status == STATUS_BOGUS);
				ds += r.ds_fetches;
				keys += r.key_fetches;
			}
			judge_host(&r, old_key(&r), &valid);
			assert_judged(r.j, rows[i].why, STATUS_SECURE, REASON_NONE);
			assert_fetched(&r, rows[i].why, 0, 0);
			r.j->now++;
		}
		assert_row(rows[i].why, ds == 2 * rows[i].fetches);
		assert_row(rows[i].why, keys == 2 * rows[i].fetches);
		end_renewed(&r);
	}
}

/* A client that asks a hostile server may cause a renewal there. The zone's own servers still get
 * theirs; but a row of hostile servers causes no more than STORE_RENEWALS at a time. */
static void each_server_has_its_own_renewal_and_a_zone_has_few(void **state)
{
	(void)state;
	struct renewed r = begin_renewed(60);
	struct signing forged = valid;
	unsigned fetches = 0;

	forged.tag = 1;
	r.servers.keys = NULL;
	for (uint64_t source = 1; source < STORE_RENEWALS; source++) {
		r.j->store.source = source;
		judge_host(&r, old_key(&r), &forged);
		fetches += r.key_fetches;
	}
	assert_int_equal(fetches, STORE_RENEWALS - 1);
	r.servers = (struct servers_now){ r.now, r.now };
	r.j->store.source = 100;
	judge_host(&r, r.now, &valid);
	assert_judged(r.j, "the zone's own server", STATUS_SECURE, REASON_NONE);
	end_renewed(&r);
}

/* Begins a renewal without fetching what it wants, as if the server held its answer back. */
static bool begins_and_is_silent(struct renewed *r, uint64_t source, enum renewal_cause cause)
{
	struct name zone;
	struct want want;

	assert_true(name_from_text(ZONE, &zone));
	r->j->store.source = source;
	return renewal_next(&r->j->store, &zone, cause, false, r->j->now, &want) &&
	       want.stale_s > 0;
}

/* An attacker with some servers has clients ask them for names of a zone, over and over, and holds
 * back every answer: the zone must get its new keys from its own servers all the same. With a
 * server for each second an attacker gets no more fetches than places. */
static void hostile_servers_never_keep_a_zone_from_its_new_keys(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		enum renewal_cause cause;
		int64_t turn_s;
	} rows[] = {
		{ "the zone has new keys", RENEWAL_REKEYED, LIMIT_RENEWAL_TURN_S },
		{ "the zone is unsigned now", RENEWAL_UNSIGNED, LIMIT_RENEWAL_S },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		bool is_rekeyed = rows[i].cause == RENEWAL_REKEYED;
		struct renewed r = begin_renewed(60);
		int64_t begun_s = r.j->now;
		const struct testkey *now = is_rekeyed ? r.now : NULL;
		r.servers = (struct servers_now){ now, now };
		do {
			for (uint64_t source = 1; source <= STORE_RENEWALS; source++)
				assert_row(rows[i].why,
				        begins_and_is_silent(&r, source, rows[i].cause) ==
				                (r.j->now == begun_s));
			r.j->store.source = 100;
			judge_host(&r, now, &valid);
			r.j->now++;
		} while (r.j->result.outcome.status == STATUS_BOGUS &&
		         r.j->now - begun_s < LIMIT_RENEWAL_UNSIGNED_S);
		assert_judged(r.j, rows[i].why, is_rekeyed ? STATUS_SECURE : STATUS_INSECURE,
		        is_rekeyed ? REASON_NONE : REASON_UNSIGNED_ZONE);
		assert_int_equal(r.j->now - begun_s, rows[i].turn_s + 1);
		end_renewed(&r);
	}
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct renewed r = begin_renewed(60);
		int64_t last_s = r.j->now + 4 * rows[i].turn_s - 1;
		unsigned begun = 0;
		for (uint64_t source = 1; r.j->now <= last_s; r.j->now++) {
			for (unsigned n = 0; n < 20; n++)
				begun += begins_and_is_silent(&r, source++, rows[i].cause);
		}
		assert_int_equal(begun, 4 * STORE_RENEWALS);
		end_renewed(&r);
	}
}

static const struct ds_set *found_ds(struct renewed *r)
{
	struct name zone;

	assert_true(name_from_text(ZONE, &zone));
	return renewal_ds(&r->j->store, &zone, r->j->now);
}

/* The source's fetch of the DS ends with a set of this key tag and inception. */
static void finds_ds(struct renewed *r, uint64_t source, uint16_t tag, uint32_t inception)
{
	struct ds_set ds = { .count = 1, .inception = inception, .ds = { { .tag = tag } } };
	struct name zone;

	assert_true(name_from_text(ZONE, &zone));
	assert_true(begins_and_is_silent(r, source, RENEWAL_REKEYED));
	store_put_cut(&r->j->store, &zone,
	        &(struct cut_state){ CUT_SECURE, { STATUS_SECURE, REASON_NONE }, &ds }, r->j->now,
	        TTL);
}

static void finds_no_keys(struct renewed *r, uint64_t source)
{
	struct name zone;

	assert_true(name_from_text(ZONE, &zone));
	r->j->store.source = source;
	store_put_keys(&r->j->store, &zone, NULL, outcome_of(STATUS_BOGUS, REASON_DS_NO_MATCH),
	        r->j->now, TTL);
}

/* The zone's own server has sent the new DS, and a hostile one sends a former DS, and no keys. The
 * DS that was found is shared. */
static void a_hostile_server_undoes_no_renewal_of_another(void **state)
{
	(void)state;
	enum { OWN = 100, HOSTILE = 666, NEW_TAG = 1, FORMER_TAG = 2 };
	struct renewed r = begin_renewed(60);

	finds_ds(&r, OWN, NEW_TAG, valid.inception + 10);
	assert_int_equal(found_ds(&r)->ds[0].tag, NEW_TAG);
	finds_ds(&r, HOSTILE, FORMER_TAG, valid.inception + 9);
	assert_int_equal(found_ds(&r)->ds[0].tag, NEW_TAG);
	finds_no_keys(&r, HOSTILE);
	assert_int_equal(found_ds(&r)->ds[0].tag, NEW_TAG);
	finds_no_keys(&r, OWN);
	assert_null(found_ds(&r));
	judge_host(&r, old_key(&r), &valid);
	assert_judged(r.j, "the known keys stay", STATUS_SECURE, REASON_NONE);
	end_renewed(&r);
}

/* The zone has changed its keys, and the signatures of the old ones are still valid. A client asks
 * a server of its own, which answers with the old ones. They are shared, so all others would lose
 * the zone. */
static void an_old_set_of_keys_never_replaces_a_newer_one(void **state)
{
	(void)state;
	enum { OLD, NEW };
	static const struct {
		const char *why;
		int first, then; /* whose DS and keys the servers have */
		int64_t signed_later_s;
		bool is_replaced;
	} rows[] = {
		{ "other keys, signed later", OLD, NEW, 1, true },
		{ "signed in the same second", OLD, NEW, 0, true },
		{ "signed before", NEW, OLD, -1, false },
		{ "signed long before", NEW, OLD, -4 * DAY, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct renewed r = { .j = judge_new() };
		struct signing forged = valid, dates = valid;
		r.now = testkey_seeded(ALGORITHM_ED25519, 257, ZONE, "new");
		const struct testkey *keys[] = { [OLD] = old_key(&r), [NEW] = r.now };
		const struct testkey *first = keys[rows[i].first], *then = keys[rows[i].then];
		r.servers = (struct servers_now){ first, first };
		judge_host(&r, first, &valid);
		assert_judged(r.j, rows[i].why, STATUS_SECURE, REASON_NONE);
		r.j->now += 60;
		dates.inception += (uint32_t)rows[i].signed_later_s;
		r.dates = &dates;
		r.servers = (struct servers_now){ then, then };
		forged.tag = 1;
		r.j->store.source = 666;
		judge_host(&r, first, &forged);
		assert_fetched(&r, rows[i].why, 1, 1);
		r.j->store.source = 1;
		judge_host(&r, first, &valid);
		assert_row(rows[i].why,
		        (r.j->result.outcome.status != STATUS_SECURE) == rows[i].is_replaced);
		end_renewed(&r);
	}
}

/* The zone was unsigned until a short time ago, and the parent's proof of that is still valid. An
 * attacker leaves out the signatures of a response, and sends that proof when the DS is asked
 * for. */
static void an_old_proof_that_there_is_no_ds_never_replaces_a_newer_ds(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		int64_t signed_later_s;
		bool has_opt_out;
		enum status status;
	} rows[] = {
		{ "signed later", 1, false, STATUS_INSECURE },
		{ "signed in the same second", 0, false, STATUS_INSECURE },
		{ "signed before", -1, false, STATUS_BOGUS },
		{ "signed long before", -4 * DAY, false, STATUS_BOGUS },
		{ "opt-out, signed later", 1, true, STATUS_INSECURE },
		{ "opt-out, signed in the same second", 0, true, STATUS_INSECURE },
		{ "opt-out, signed before", -1, true, STATUS_BOGUS },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct renewed r = begin_renewed(60);
		struct signing dates = valid;
		dates.inception += (uint32_t)rows[i].signed_later_s;
		r.dates = &dates;
		r.has_opt_out = rows[i].has_opt_out;
		r.servers.ds = NULL;
		judge_host(&r, NULL, &valid);
		assert_int_equal(r.ds_fetches, 1);
		r.j->store.source = 1;
		judge_host(&r, NULL, &valid);
		assert_row(rows[i].why, r.j->result.outcome.status == rows[i].status);
		end_renewed(&r);
	}
}

/* The DS of a name below is signed by a key that the zone did not have. */
static void a_ds_signed_by_a_new_key_renews_the_zone_that_signed_it(void **state)
{
	(void)state;
	struct renewed r = begin_renewed(60);
	struct judge *j = r.j;
	struct want ds = judge_want("sub.example.test DS");
	static struct msgbuild b;

	r.servers = (struct servers_now){ r.now, r.now };
	r.ds_fetches = r.key_fetches = 0;
	msg_begin(&b, 1, FLAG_QR, "sub.example.test", TYPE_DS);
	msg_signed(&b, r.now, "sub.example.test", TYPE_DS, TTL,
	        RRSET(rd_ds(judge_key(j, "sub.example.test"), DIGEST_SHA256)), &valid);
	assert_int_equal(gate_learn(&j->gate, &ds, msg_span(&b), j->now, false), LEARNED);
	assert_true(!judge_fact(j, "sub.example.test"));
	for (unsigned fetches = 0; fetches < 3; fetches++) {
		struct chain chain;
		chain_find(&j->store, &ds.name, j->now, &chain);
		assert_int_equal(chain.end, CHAIN_WANT);
		if (want_equal(&chain.link, &ds)) {
			assert_int_equal(fetches, 2);
			break;
		}
		answer_want(&r, &chain.link);
	}
	assert_fetched(&r, "the zone above", 1, 1);
	assert_int_equal(gate_learn(&j->gate, &ds, msg_span(&b), j->now, false), LEARNED);
	assert_int_equal(judge_fact(j, "sub.example.test")->cut, CUT_SECURE);
	end_renewed(&r);
}

/* The keys have expired, and the DS is still remembered. */
static void an_old_ds_is_asked_for_again_before_its_zone_is_given_up(void **state)
{
	(void)state;
	struct renewed r = begin_renewed(60);
	struct name zone;

	assert_true(name_from_text(ZONE, &zone));
	store_find_known(&r.j->store, &zone, r.j->now)->keys_expire_s = r.j->now;
	r.servers = (struct servers_now){ r.now, r.now };
	judge_host(&r, r.now, &valid);
	assert_judged(r.j, "new DS", STATUS_SECURE, REASON_NONE);
	assert_fetched(&r, "the keys, the DS, the keys", 1, 2);
	end_renewed(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zone_with_new_keys_is_secure_at_the_first_answer),
		cmocka_unit_test(a_flood_of_forgeries_causes_one_renewal_in_a_while),
		cmocka_unit_test(each_server_has_its_own_renewal_and_a_zone_has_few),
		cmocka_unit_test(hostile_servers_never_keep_a_zone_from_its_new_keys),
		cmocka_unit_test(a_hostile_server_undoes_no_renewal_of_another),
		cmocka_unit_test(an_old_set_of_keys_never_replaces_a_newer_one),
		cmocka_unit_test(an_old_proof_that_there_is_no_ds_never_replaces_a_newer_ds),
		cmocka_unit_test(a_ds_signed_by_a_new_key_renews_the_zone_that_signed_it),
		cmocka_unit_test(an_old_ds_is_asked_for_again_before_its_zone_is_given_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

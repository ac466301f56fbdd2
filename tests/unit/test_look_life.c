/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a look tells the life of keys: no server is reached that was not seen, and no DS counts that
 * fits no key. */
#include "test.h"

#include "crypto/crypto.h"
#include "keeper/look_life.h"
#include "keys/presign.h"
#include "wire/protocol.h"

static struct crypto *crypto;
static struct keypair ksk, zsk;
static struct keypair keys[2];
static uint8_t ds[64];
static size_t ds_len;

static int set_up(void **state)
{
	struct writer w = writer_over(ds, sizeof(ds));
	struct name zone;

	(void)state;
	crypto = crypto_new();
	if (!crypto || !name_from_text("example.org", &zone))
		return -1;
	keypair_init(&ksk, &zone, KEYPAIR_KSK, signkey_generate(ALGORITHM_ECDSAP256));
	keypair_init(&zsk, &zone, KEYPAIR_ZSK, signkey_generate(ALGORITHM_ECDSAP256));
	keys[0] = ksk;
	keys[1] = zsk;
	bool made = presign_ds(crypto, &ksk, &w);
	ds_len = w.len;
	return made ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	keypair_fini(&ksk);
	keypair_fini(&zsk);
	crypto_free(crypto);
	return 0;
}

/* A look in which one server of the zone and one of the parent show everything. */
struct staged {
	struct zone_look look;
	struct look_server server[2], parent[2];
};

static void stage(struct staged *s)
{
	memset(s, 0, sizeof(*s));
	struct look_set *sets = s->server[0].sets;
	sets[LOOK_DNSKEY] = (struct look_set){ .ttl_s = 600,
		.count = 2,
		.rdatas = { keypair_rdata(&ksk), keypair_rdata(&zsk) },
		.signer_count = 1,
		.signers = { ksk.tag } };
	sets[LOOK_SOA] = (struct look_set){
		.ttl_s = 900, .count = 1, .signer_count = 1, .signers = { zsk.tag }
	};
	sets[LOOK_CDS] =
	        (struct look_set){ .ttl_s = 60, .count = 1, .rdatas = { span_of(ds, ds_len) } };
	s->parent[0].sets[LOOK_DS] =
	        (struct look_set){ .ttl_s = 7200, .count = 1, .rdatas = { span_of(ds, ds_len) } };
	s->look.servers = (struct look_servers){
		.at = s->server, .count = 1, .name_count = 1, .has_address = { true }
	};
	s->look.parents = (struct look_servers){
		.at = s->parent, .count = 1, .name_count = 1, .has_address = { true }
	};
}

static struct look_life told;
static struct life_observation observation;

static void tell(struct staged *s)
{
	const struct look_keys ours = { .keys = keys, .count = 2, .crypto = crypto };

	look_life_fill(&told, &observation, &s->look, &ours);
}

static void everything_that_was_seen_is_told(void **state)
{
	struct staged s;

	(void)state;
	stage(&s);
	tell(&s);
	assert_int_equal(observation.server_count, 1);
	assert_int_equal(observation.parent_count, 1);
	const struct life_server *server = observation.servers;
	assert_true(server->is_reached);
	assert_int_equal(server->dnskey.count, 2);
	assert_true(life_tags_have(&server->dnskey, ksk.tag));
	assert_true(life_tags_have(&server->dnskey, zsk.tag));
	assert_int_equal(server->ksk_signers.count, 1);
	assert_true(life_tags_have(&server->ksk_signers, ksk.tag));
	assert_true(life_tags_have(&server->zsk_signers, zsk.tag));
	assert_true(life_tags_have(&server->cds, ksk.tag));
	assert_true(observation.parents->is_reached);
	assert_true(life_tags_have(&observation.parents->ds, ksk.tag));
	assert_int_equal(observation.key_ttl_s, 600);
	assert_int_equal(observation.zone_ttl_s, 900);
	assert_int_equal(observation.ds_ttl_s, 7200);
}

static void a_server_that_misses_an_answer_is_not_reached(void **state)
{
	struct staged s;

	(void)state;
	for (int q = 0; q < LOOK_QUESTIONS; q++) {
		stage(&s);
		s.server[0].sets[q].fault = LOOK_SILENT;
		tell(&s);
		assert_int_equal(observation.server_count, 1);
		assert_false(observation.servers[0].is_reached);
		assert_int_equal(observation.servers[0].dnskey.count, 0);
	}
	stage(&s);
	s.parent[0].sets[LOOK_DS].fault = LOOK_UNPROVED;
	tell(&s);
	assert_false(observation.parents[0].is_reached);
}

static void servers_that_nobody_could_ask_are_told_as_not_reached(void **state)
{
	struct staged s;

	(void)state;
	stage(&s);
	s.look.servers.name_count = 2; /* the second has no address */
	s.look.parents.is_cut = true;
	tell(&s);
	assert_int_equal(observation.server_count, 2);
	assert_false(observation.servers[1].is_reached);
	assert_int_equal(observation.parent_count, 2);
	assert_false(observation.parents[1].is_reached);
}

static void an_address_out_of_reach_counts_unless_its_server_was_seen(void **state)
{
	struct staged s;

	(void)state;
	for (unsigned name = 0; name < 2; name++) {
		stage(&s);
		s.look.servers.count = 2;
		s.look.servers.name_count = 2;
		s.look.servers.has_address[1] = true;
		s.server[1].name = name;
		for (int q = 0; q < LOOK_QUESTIONS; q++)
			s.server[1].sets[q].fault = LOOK_NO_WAY;
		tell(&s);
		assert_int_equal(observation.server_count, 1 + name);
	}
}

static void only_what_fits_a_key_counts_for_it(void **state)
{
	uint8_t other_ds[64], other_key[4 + PUBLIC_KEY_MAX_OCTETS];
	struct staged s;

	(void)state;
	stage(&s);
	memcpy(other_ds, ds, ds_len);
	other_ds[ds_len - 1] ^= 1;
	s.parent[0].sets[LOOK_DS].rdatas[0] = span_of(other_ds, ds_len);
	/* two octets of the key changed places, so it has the same tag */
	memcpy(other_key, ksk.rdata, ksk.rdata_len);
	for (size_t i = 4; i + 2 < ksk.rdata_len; i++) {
		if (other_key[i] == other_key[i + 2])
			continue;
		uint8_t octet = other_key[i];
		other_key[i] = other_key[i + 2];
		other_key[i + 2] = octet;
		break;
	}
	assert_int_equal(dnskey_tag(span_of(other_key, ksk.rdata_len)), ksk.tag);
	s.server[0].sets[LOOK_DNSKEY].rdatas[0] = span_of(other_key, ksk.rdata_len);
	tell(&s);
	assert_true(observation.parents[0].is_reached);
	assert_false(life_tags_have(&observation.parents[0].ds, ksk.tag));
	assert_true(observation.parents[0].has_misfit);
	assert_false(life_tags_have(&observation.servers[0].dnskey, ksk.tag));
	assert_true(life_tags_have(&observation.servers[0].dnskey, zsk.tag));
	/* of a key that nobody knows */
	other_ds[0] ^= 0x55;
	tell(&s);
	assert_int_equal(observation.parents[0].ds.count, 1);
	assert_false(observation.parents[0].has_misfit);
	/* one that is cut off in a digest of a known length */
	s.parent[0].sets[LOOK_DS].rdatas[0] = span_of(ds, ds_len - 1);
	tell(&s);
	assert_int_equal(observation.parents[0].ds.count, 0);
	assert_true(observation.parents[0].has_misfit);
}

/* Some registries add digests of their own. */
static void a_ds_with_an_unknown_digest_type_is_no_mistake_beside_one_that_fits(void **state)
{
	enum { UNKNOWN = 6, FITTING = 0 };
	static const struct {
		const char *why;
		int types[2]; /* FITTING: as it was made; -1: there is no such DS */
		int algorithm;
		bool is_ours, has_misfit;
	} rows[] = {
		{ "beside SHA-256", { FITTING, UNKNOWN }, 13, true, false },
		{ "before SHA-256", { UNKNOWN, FITTING }, 13, true, false },
		{ "alone", { UNKNOWN, -1 }, 13, false, true },
		{ "twice, and nothing else", { UNKNOWN, UNKNOWN }, 13, false, true },
		{ "of another algorithm", { FITTING, UNKNOWN }, 8, true, true },
		{ "a known type that does not fit", { FITTING, 4 }, 13, true, true },
	};
	struct staged s;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t records[2][sizeof(ds)];
		stage(&s);
		struct look_set *set = &s.parent[0].sets[LOOK_DS];
		set->count = 0;
		for (unsigned n = 0; n < 2 && rows[i].types[n] >= 0; n++) {
			memcpy(records[n], ds, ds_len);
			if (rows[i].types[n] != FITTING) {
				records[n][2] = (uint8_t)rows[i].algorithm;
				records[n][3] = (uint8_t)rows[i].types[n];
			}
			set->rdatas[set->count++] = span_of(records[n], ds_len);
		}
		tell(&s);
		const struct life_parent *parent = observation.parents;
		assert_row(rows[i].why, parent->is_reached);
		assert_row(rows[i].why, life_tags_have(&parent->ds, ksk.tag) == rows[i].is_ours);
		assert_row(rows[i].why, parent->has_misfit == rows[i].has_misfit);
	}
}

/* One server of the parent that is proved is enough; one that is silent says nothing. */
static void a_parent_that_cannot_be_proved_is_told(void **state)
{
	static const struct {
		const char *why;
		enum look_fault faults[2];
		bool is_unproved;
	} rows[] = {
		{ "both are proved", { LOOK_SEEN, LOOK_SEEN }, false },
		{ "one is proved", { LOOK_UNPROVED, LOOK_SEEN }, false },
		{ "none is proved", { LOOK_UNPROVED, LOOK_UNPROVED }, true },
		{ "one is silent", { LOOK_SILENT, LOOK_UNPROVED }, true },
		{ "both are silent", { LOOK_SILENT, LOOK_SILENT }, false },
	};
	struct staged s;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		stage(&s);
		s.look.parents.count = 2;
		for (unsigned n = 0; n < 2; n++) {
			s.parent[n].sets[LOOK_DS].fault = rows[i].faults[n];
			s.parent[n].sets[LOOK_DS].outcome =
			        outcome_of(STATUS_BOGUS, REASON_ANCHOR_NO_MATCH);
		}
		const struct look_set *set = look_life_unproved(&s.look);
		assert_row(rows[i].why, (set != NULL) == rows[i].is_unproved);
		assert_row(rows[i].why, !set || set->outcome.reason == REASON_ANCHOR_NO_MATCH);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_that_was_seen_is_told),
		cmocka_unit_test(a_server_that_misses_an_answer_is_not_reached),
		cmocka_unit_test(servers_that_nobody_could_ask_are_told_as_not_reached),
		cmocka_unit_test(an_address_out_of_reach_counts_unless_its_server_was_seen),
		cmocka_unit_test(only_what_fits_a_key_counts_for_it),
		cmocka_unit_test(
		        a_ds_with_an_unknown_digest_type_is_no_mistake_beside_one_that_fits),
		cmocka_unit_test(a_parent_that_cannot_be_proved_is_told),
	};
	return cmocka_run_group_tests_name("look_life", tests, set_up, tear_down);
}

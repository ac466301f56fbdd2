/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Key files, beside those of BIND's tools: what they write is read here, and what is written here
 * they read. */
#include "test.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/complaint.h"
#include "base/file.h"
#include "daemon/zone_foreign.h"
#include "daemon/zone_key_files.h"
#include "daemon/zone_keys.h"
#include "keys/key_text.h"
#include "keys/presign.h"
#include "keys/record_write.h"
#include "wire/protocol.h"

#define NOW  1750000000
#define DAY  INT64_C(86400)
#define ZONE "example.test"

struct place {
	char directory[64];
	struct complaint error;
	struct name zone;
	struct crypto *crypto;
	struct zone_key_files files;
};

static struct place *place_new(void)
{
	struct place *p = calloc(1, sizeof(*p));

	strcpy(p->directory, "/tmp/sealgate-keys-XXXXXX");
	assert_non_null(mkdtemp(p->directory));
	assert_true(name_from_text(ZONE, &p->zone));
	p->crypto = crypto_new();
	return p;
}

/* Runs a command in the directory. Returns its exit code. */
static int run(const struct place *p, const char *command)
{
	char line[800];

	snprintf(line, sizeof(line), "cd %s && { %s; } >out 2>err", p->directory, command);
	return system(line);
}

static void place_free(struct place *p)
{
	char line[100];

	zone_key_files_free(&p->files);
	crypto_free(p->crypto);
	snprintf(line, sizeof(line), "rm -r %s", p->directory);
	assert_int_equal(system(line), 0);
	free(p);
}

static char *read_file(const struct place *p, const char *name)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/%s", p->directory, name);
	return file_read(path, 1 << 20);
}

static void write_file(const struct place *p, const char *name, const char *text)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/%s", p->directory, name);
	assert_int_equal(file_replace(path, text, 0600), 0);
}

static void read_keys(struct place *p)
{
	zone_key_files_free(&p->files);
	assert_row(p->error.text,
	        zone_key_files_read(&p->files, p->directory, &p->zone, &p->error) == 0);
}

/* Tries to sign ahead, and keeps the complaint. */
static int try_to_sign(struct place *p, int64_t now_s, bool is_forced)
{
	const struct zone_signing how = {
		.now_s = now_s, .days = PRESIGN_DAYS, .group = (gid_t)-1, .is_forced = is_forced
	};

	read_keys(p);
	return zone_keys_sign(&p->files, p->crypto, &how, &p->error);
}

static void sign_at(struct place *p, int64_t now_s)
{
	int result = try_to_sign(p, now_s, false);

	assert_row(p->error.text, result == 0);
}

static void generate(struct place *p, uint8_t algorithm, unsigned want)
{
	unsigned made;

	read_keys(p);
	assert_row(p->error.text,
	        zone_keys_generate(&p->files, algorithm, NOW, &made, &p->error) == 0);
	assert_int_equal(made, want);
	sign_at(p, NOW);
}

static const uint8_t algorithms[] = { ALGORITHM_ECDSAP256, ALGORITHM_ED25519, ALGORITHM_RSASHA256 };

static bool has_bind(void)
{
	return system("command -v dnssec-keygen >/dev/null && command -v dnssec-signzone "
	              ">/dev/null") == 0;
}

/* Keys of dnssec-keygen are read, and make signatures that their own DNSKEY verifies. */
static void keys_of_dnssec_keygen_are_read(void **state)
{
	(void)state;
	if (!has_bind())
		skip();
	for (size_t i = 0; i < COUNT(algorithms); i++) {
		struct place *p = place_new();
		char command[200];
		snprintf(command, sizeof(command),
		        "dnssec-keygen -q -a %u %s " ZONE
		        " && dnssec-keygen -q -L 300 -a %u %s -f KSK " ZONE,
		        algorithms[i], algorithms[i] == ALGORITHM_RSASHA256 ? "-b 1024" : "",
		        algorithms[i], algorithms[i] == ALGORITHM_RSASHA256 ? "-b 2048" : "");
		assert_int_equal(run(p, command), 0);
		read_keys(p);
		assert_int_equal(p->files.count, 2);
		for (unsigned k = 0; k < 2; k++) {
			const struct keypair *key = &p->files.keys[k];
			uint8_t signature[SIGNATURE_MAX_OCTETS];
			struct span data = span_of("data", 4);
			struct pubkey *public = pubkey_new(
			        key->algorithm, span_of(key->rdata + 4, key->rdata_len - 4));
			size_t len = signkey_sign(p->crypto, key->key, data, signature);
			assert_true(
			        pubkey_verify(p->crypto, public, data, span_of(signature, len)));
			pubkey_free(public);
		}
		assert_int_not_equal(
		        keypair_is_ksk(&p->files.keys[0]), keypair_is_ksk(&p->files.keys[1]));
		sign_at(p, time(NULL)); /* their times are those of now */
		place_free(p);
	}
}

/* dnssec-signzone signs with keys that were made here, and
 * dnssec-dsfromkey finds the same DS. */
static void bind_takes_the_keys_that_are_made_here(void **state)
{
	(void)state;
	static const char zone[] = ZONE ". 300 IN SOA ns admin 1 3600 900 604800 300\n" ZONE
	                                ". 300 IN NS ns\nns." ZONE ". 300 IN A 192.0.2.1\n";

	if (!has_bind())
		skip();
	for (size_t i = 0; i < COUNT(algorithms); i++) {
		struct place *p = place_new();
		char *ds, hex[2 * 32 + 1] = "";
		generate(p, algorithms[i], 2);
		write_file(p, "zone", zone);
		assert_int_equal(
		        run(p, "cat K*.key >>zone && dnssec-signzone -q -o " ZONE " zone"), 0);
		for (unsigned k = 0; k < 2; k++) {
			uint8_t octets[64];
			struct writer w = writer_over(octets, sizeof(octets));
			if (!keypair_is_ksk(&p->files.keys[k]))
				continue;
			assert_true(presign_ds(p->crypto, &p->files.keys[k], &w));
			for (size_t o = 4; o < w.len; o++)
				sprintf(hex + 2 * (o - 4), "%02X", octets[o]);
		}
		assert_int_equal(run(p, "grep -l ' 257 ' K*.key | xargs dnssec-dsfromkey -2"), 0);
		ds = read_file(p, "out");
		assert_non_null(strstr(ds, hex));
		free(ds);
		place_free(p);
	}
}

static void private_halves_are_the_owners_alone(void **state)
{
	(void)state;
	struct place *p = place_new();
	char path[300], name[KEY_NAME_SIZE];
	struct stat st;
	mode_t before = umask(0);

	generate(p, ALGORITHM_ECDSAP256, 2);
	umask(before);
	for (unsigned i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%.200s.private", p->directory,
		        key_name(&p->files.keys[i], name));
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
	place_free(p);
}

/* No existing file is overwritten, whatever it is. */
static void no_key_is_overwritten(void **state)
{
	(void)state;
	struct place *p = place_new();

	generate(p, ALGORITHM_ECDSAP256, 2);
	assert_int_equal(run(p, "cat K*.key K*.private | cksum >before"), 0);
	generate(p, ALGORITHM_ECDSAP256, 0);
	assert_int_equal(run(p, "cat K*.key K*.private | cksum | cmp - before"), 0);
	assert_int_equal(file_create("/tmp", "text", 0600), -EEXIST);
	unsigned made;
	assert_int_equal(
	        zone_keys_generate(&p->files, ALGORITHM_ED25519, NOW, &made, &p->error), -1);
	assert_non_null(strstr(p->error.text, "another algorithm"));
	place_free(p);
}

static void a_missing_role_is_filled(void **state)
{
	(void)state;
	struct place *p = place_new();

	generate(p, ALGORITHM_ED25519, 2);
	assert_int_equal(run(p, "rm $(grep -l ' 256 ' K*.key) *.signed-dnskey"), 0);
	generate(p, ALGORITHM_ED25519, 1);
	assert_int_equal(p->files.count, 2);
	place_free(p);
}

/* Revoking a key changes its tag by 128, or nearly so (RFC 5011, 3). */
static void tags_that_could_be_mistaken_collide(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint16_t flags;
		int step; /* of the tag, by the last octets of the key */
		bool collides;
	} rows[] = {
		{ "the same tag", KEYPAIR_ZSK, 0, true },
		{ "128 more, as if revoked", KEYPAIR_ZSK, 128, true },
		{ "128 less", KEYPAIR_ZSK, -128, true },
		{ "one more", KEYPAIR_ZSK, 1, false },
		{ "one less, but a KSK", KEYPAIR_KSK, -1, true },
		{ "256 more", KEYPAIR_ZSK, 256, false },
	};
	struct name zone;
	uint8_t rdata[4 + 64] = { KEYPAIR_ZSK >> 8, KEYPAIR_ZSK & 0xff, 3, ALGORITHM_ECDSAP256 };
	struct keypair first, second;

	assert_true(name_from_text(ZONE, &zone));
	put_u16(rdata + 66, 1000);
	assert_true(keypair_from_rdata(&first, &zone, span_of(rdata, sizeof(rdata))));
	for (size_t i = 0; i < COUNT(rows); i++) {
		put_u16(rdata, rows[i].flags);
		put_u16(rdata + 66, (uint16_t)(1000 + rows[i].step));
		assert_true(keypair_from_rdata(&second, &zone, span_of(rdata, sizeof(rdata))));
		assert_row(rows[i].why, keypair_collides(&first, &second) == rows[i].collides);
		assert_row(rows[i].why, keypair_collides(&second, &first) == rows[i].collides);
	}
}

/* Reads and checks the keys. */
static int load(struct zone_keys *keys, struct place *p, int64_t now_s)
{
	const struct zone_keys_place place = { p->directory, &p->zone, p->crypto, false };

	if (zone_keys_read(keys, &place, now_s, &p->error) < 0)
		return -1;
	if (zone_keys_check(keys, p->crypto, &p->error) == 0)
		return 0;
	zone_keys_unload(keys);
	return -1;
}

static void answers_are_made_with_the_zsk_and_the_file(void **state)
{
	(void)state;
	struct place *p = place_new();
	struct zone_keys keys;

	generate(p, ALGORITHM_ECDSAP256, 2);
	/* The private key of the KSK may be elsewhere. */
	assert_int_equal(
	        run(p, "for k in $(grep -l ' 257 ' K*.key); do rm $k ${k%.key}.private; done"), 0);
	assert_row(p->error.text, load(&keys, p, NOW) == 0);
	assert_non_null(keys.timeline.zsks[0].key);
	assert_int_equal(keys.timeline.sets[0].dnskey.count, 2);
	assert_int_equal(keys.timeline.sets[0].dnskey.rrsig_count, PRESIGN_COUNT);
	assert_int_equal(keys.timeline.sets[0].cds.count, 1);
	assert_int_equal(keys.timeline.sets[0].cdnskey.count, 1);
	assert_int_equal(keys.timeline.sets[0].dnskey.ttl_s, PRESIGN_TTL_S);
	for (unsigned day = 0; day < 21; day++) {
		const struct presigned_rrsig *chosen[LIMIT_DS];
		int64_t now_s = NOW + 86400 * (int64_t)day;
		assert_int_equal(presigned_choose(&keys.timeline.sets[0].dnskey, now_s, chosen), 1);
		/* The signature must outlive every cached copy. */
		if (day < 15)
			assert_true((int32_t)(chosen[0]->expiration - (uint32_t)now_s) > 5 * 86400);
	}
	static const struct {
		const char *why;
		int64_t now_s, lasts_s;
	} lasting[] = {
		{ "one hour before the signing", NOW - 3600, 21 * DAY },
		{ "more than one hour before", NOW - 3601, -1 },
		{ "at the signing", NOW, 21 * DAY - 3600 },
		{ "15 days later", NOW + 15 * DAY, 6 * DAY - 3600 },
		{ "in the last second", NOW + 21 * DAY - 3600, 0 },
		{ "after the last second", NOW + 21 * DAY - 3599, -1 },
	};
	for (size_t i = 0; i < COUNT(lasting); i++)
		assert_row(lasting[i].why, presigned_lasts_s(&keys.timeline.sets[0].dnskey,
		                                   lasting[i].now_s) == lasting[i].lasts_s);
	/* Each signature is valid for a week, and one begins each day: without seven, there is a
	 * gap. */
	memmove(&keys.timeline.sets[0].dnskey.rrsigs[3], &keys.timeline.sets[0].dnskey.rrsigs[10],
	        5 * sizeof(keys.timeline.sets[0].dnskey.rrsigs[0]));
	keys.timeline.sets[0].dnskey.rrsig_count -= 7;
	assert_int_equal(presigned_lasts_s(&keys.timeline.sets[0].dnskey, NOW), 9 * DAY - 3600);
	zone_keys_unload(&keys);
	place_free(p);
}

static void an_error_names_the_file_and_the_line(void **state)
{
	(void)state;
	static const struct {
		const char *why, *spoil, *error;
	} rows[] = {
		{ "no files", "rm K*", "`sealgate keys generate" },
		{ "no private key of a ZSK", "rm $(grep -l ' 256 ' K*.key | sed s/key/private/)",
		        "none of the ZSKs listed here" },
		{ "not base64", "sed -i '1s/ 13 ./ 13 !/' *.signed-dnskey",
		        ".signed-dnskey:1: the key is not base64" },
		{ "another zone", "sed -i s/example.test/example.org/g *.signed-dnskey",
		        "those of another zone" },
		{ "two owners", "sed -i 2s/example.test/example.org/ *.signed-dnskey",
		        ".signed-dnskey:2: the owner differs" },
		{ "another type", "sed -i '3s/RRSIG/TXT/' *.signed-dnskey",
		        ".signed-dnskey:3: unexpected record type" },
		{ "no class", "sed -i '1s/ IN / CH /' *.signed-dnskey",
		        ".signed-dnskey:1: the class is not IN" },
		{ "a malformed time", "sed -i '4s/ 2025/ 2O25/' *.signed-dnskey",
		        ".signed-dnskey:4: malformed RRSIG" },
		{ "an additional, unsigned key",
		        "sed -i -E '1{p;s/ 13 ......../ 13 AAAAAAAA/}' *.signed-dnskey",
		        ".signed-dnskey:4: no KSK in this file made this signature" },
		{ "a signature by no KSK",
		        "sed -i -E '3s/ [0-9]+ (example.test. [^ ]*)$/ 1 \\1/' *.signed-dnskey",
		        ".signed-dnskey:3: no KSK in this file made this signature" },
		{ "an altered signature",
		        "sed -i -E '4s/(.*example.test. ..)....../\\1AAAAAA/' *.signed-dnskey",
		        ".signed-dnskey:4: no KSK in this file made this signature" },
		{ "the KSK is a ZSK by its flags",
		        "sed -i 's/ DNSKEY 257 / DNSKEY 256 /' *.signed-dnskey",
		        ".signed-dnskey:3: no KSK in this file made this signature" },
		{ "a signature with another time", "sed -i '5s/ 2025/ 2026/' *.signed-dnskey",
		        ".signed-dnskey:5: no KSK in this file made this signature" },
		{ "a signature of another name",
		        "sed -i -E '6s/ example.test/ example.org/' *.signed-dnskey",
		        ".signed-dnskey:6: the signature is for another owner" },
		{ "a CDS without a signature", "sed -i '/RRSIG CDS /d' *.signed-dnskey",
		        "the CDS or CDNSKEY RRset has no signature" },
		{ "no DNSKEY", "sed -i '/DNSKEY [0-9]* 3 /d' *.signed-dnskey",
		        "there is no DNSKEY record" },
		{ "no signatures", "sed -i /RRSIG/d *.signed-dnskey", "has no signature" },
		{ "an empty file", "for f in *.signed-dnskey; do : >$f; done",
		        "the file has no record" },
		{ "not a private key", "for f in K*.private; do echo hello >$f; done",
		        "not a private key file of dnssec-keygen" },
		{ "another algorithm", "sed -i 's/^Algorithm: 13/Algorithm: 15/' K*.private",
		        "the algorithm differs" },
		{ "a shortened private key",
		        "sed -i 's/^PrivateKey: ..../PrivateKey: /' K*.private",
		        "does not belong to the DNSKEY" },
		{ "a malformed private key", "sed -i 's/^PrivateKey: .*/PrivateKey: !/' K*.private",
		        "the private key is malformed" },
		{ "the private key of another key",
		        "sed -i 's/^PrivateKey: .*/PrivateKey: "
		        "GU6SnQ\\/Ou+xC5RumuIUIuJZteXT2z0O\\/ok1s38Et6mQ=/' K*.private",
		        "does not belong to the DNSKEY" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct place *p = place_new();
		struct zone_keys keys;
		generate(p, ALGORITHM_ECDSAP256, 2);
		assert_int_equal(run(p, rows[i].spoil), 0);
		p->error.text[0] = '\0';
		assert_row(rows[i].why, load(&keys, p, NOW) == -1);
		if (!strstr(p->error.text, rows[i].error))
			fail_msg("%s: \"%s\"", rows[i].why, p->error.text);
		place_free(p);
	}
}

/* A file that is cut at any octet is refused or still complete. Nothing is read past its end. */
static void a_file_may_be_cut_anywhere(void **state)
{
	(void)state;
	struct place *p = place_new();
	struct key_records records;
	struct complaint error;

	generate(p, ALGORITHM_ED25519, 2);
	char *text = read_file(p, "K" ZONE ".signed-dnskey");
	for (size_t len = 0; text && len < 1500; len++) {
		char *cut = strndup(text, len);
		if (key_records_read(&records, cut, "file", &error))
			key_records_fini(&records);
		free(cut);
	}
	free(text);
	place_free(p);
}

/* Each row is a change that an operator makes with BIND's tools to a zone that is signed. */
static void a_set_that_breaks_the_zone_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *why, *command;
		const char *says; /* NULL: it is signed */
		bool can_be_forced;
	} rows[] = {
		{ "nothing changes", ":", NULL, true },
		{ "a second ZSK, as dnssec-keygen makes it", "dnssec-keygen -q -a 13 " ZONE,
		        "would sign before resolvers know it", true },
		{ "a ZSK that signs later", "dnssec-keygen -q -a 13 -P now -A +2h " ZONE, NULL,
		        true },
		{ "a ZSK that is published when it signs", "dnssec-keygen -q -a 13 -A +2h " ZONE,
		        "would sign before resolvers know it", true },
		{ "a ZSK that is published shortly before it signs",
		        "dnssec-keygen -q -a 13 -P +2h -A +3h " ZONE,
		        "would sign before resolvers know it", true },
		{ "a ZSK that signs within the TTL", "dnssec-keygen -q -a 13 -A +3600 " ZONE,
		        "would sign before resolvers know it", true },
		{ "a stand-by ZSK", "dnssec-keygen -q -a 13 -A none " ZONE, NULL, true },
		{ "a second KSK", "dnssec-keygen -q -a 13 -f KSK " ZONE, NULL, true },
		{ "another algorithm", "dnssec-keygen -q -a 15 -A none " ZONE,
		        "of the algorithms 1", false },
		{ "a key of another algorithm that is not published",
		        "dnssec-keygen -q -a 15 -G " ZONE, NULL, true },
		{ "the KSK is gone, another is there",
		        "rm $(grep -l ' 257 ' K*.key); dnssec-keygen -q -a 13 -f KSK " ZONE,
		        "would be lost", true },
		{ "no KSK", "rm $(grep -l ' 257 ' K*.key)", "there is no KSK", false },
		{ "the KSK is deleted by its time",
		        "dnssec-settime -D now $(grep -l ' 257 ' K*.key); dnssec-keygen -q -a 13 "
		        "-f KSK " ZONE,
		        "would be lost", true },
		{ "the KSK is to be revoked", "dnssec-settime -R now $(grep -l ' 257 ' K*.key)",
		        "is to be revoked", false },
		{ "no ZSK", "rm $(grep -l ' 256 ' K*.key)", "there is no ZSK", false },
		{ "all ZSKs are deleted by their times",
		        "dnssec-settime -D now $(grep -l ' 256 ' K*.key)", "there is no ZSK",
		        false },
		{ "another ZSK in place of the first",
		        "rm $(grep -l ' 256 ' K*.key); dnssec-keygen -q -a 13 " ZONE,
		        "would sign before resolvers know it", true },
		{ "two ZSKs without times",
		        "cp $(grep -l ' 256 ' K*.key) key; dnssec-keygen -q -a 13 " ZONE
		        "; for k in $(grep -l ' 256 ' K*.key); do sed -i /^..*:/d $k; sed -i -E "
		        "'/^(Created|Publish|Activate)/d' ${k%key}private; done",
		        "two ZSKs could sign", false },
		{ "the KSK is to be private elsewhere",
		        "rm $(grep -l ' 257 ' K*.key | sed s/key$/private/)",
		        "the private key of a KSK is missing", false },
	};

	if (!has_bind())
		skip();
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct place *p = place_new();
		int64_t now_s = time(NULL);
		generate(p, ALGORITHM_ECDSAP256, 2);
		assert_row(rows[i].why, run(p, rows[i].command) == 0);
		p->error.text[0] = '\0';
		int result = try_to_sign(p, now_s + 1, false);
		if ((result == 0) != !rows[i].says ||
		        (rows[i].says && !strstr(p->error.text, rows[i].says)))
			fail_msg("%s: \"%s\"", rows[i].why, p->error.text);
		assert_row(rows[i].why,
		        (try_to_sign(p, now_s + 1, true) == 0) == rows[i].can_be_forced);
		place_free(p);
	}
}

/* It is in the set of before, but resolvers may have the one before that. */
static void a_stand_by_zsk_may_not_sign_at_once(void **state)
{
	(void)state;

	if (!has_bind())
		skip();
	struct place *p = place_new();
	int64_t now_s = time(NULL);
	generate(p, ALGORITHM_ECDSAP256, 2);
	assert_int_equal(run(p, "dnssec-keygen -q -a 13 -A none " ZONE " >new"), 0);
	assert_int_equal(try_to_sign(p, now_s + 1, false), 0);
	assert_int_equal(run(p, "dnssec-settime -A now $(cat new)"), 0);
	assert_int_equal(try_to_sign(p, now_s + 60, false), -1);
	if (!strstr(p->error.text, "would sign before resolvers know it"))
		fail_msg("%s", p->error.text);
	assert_int_equal(try_to_sign(p, now_s + 2 * 3600, false), 0);
	place_free(p);
}

/* At each step of a roll by times the ZSK that signs is in the DNSKEY RRset. */
static void a_roll_by_times_goes_through_its_steps(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		int64_t after_s;
		unsigned dnskeys;
		bool is_new; /* the new ZSK signs */
	} rows[] = {
		{ "before the new key is published", 10, 2, false },
		{ "published", 2 * 3600, 3, false },
		{ "a second before it takes over", 6 * 3600 - 1, 3, false },
		{ "it takes over", 6 * 3600 + 60, 3, true },
		{ "the old key is deleted", 40 * 3600, 2, true },
	};

	if (!has_bind())
		skip();
	struct place *p = place_new();
	int64_t now_s = time(NULL);
	read_keys(p);
	unsigned made;
	assert_int_equal(
	        zone_keys_generate(&p->files, ALGORITHM_ECDSAP256, now_s, &made, &p->error), 0);
	sign_at(p, now_s);
	assert_int_equal(run(p, "dnssec-settime -I +6h -D +39h $(grep -l ' 256 ' K*.key) && "
	                        "dnssec-keygen -q -a 13 -P +1h -A +6h " ZONE
	                        " && tail -n 1 out | cut -d+ -f3 >tag"),
	        0);
	char *tag = read_file(p, "tag");
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct zone_keys keys;
		sign_at(p, now_s + rows[i].after_s);
		assert_row(p->error.text, load(&keys, p, now_s + rows[i].after_s) == 0);
		assert_row(rows[i].why, keys.timeline.sets[0].dnskey.count == rows[i].dnskeys);
		const struct timeline_period *period =
		        timeline_at(&keys.timeline, now_s + rows[i].after_s);
		bool is_new = period->signers[0]->tag == strtoul(tag, NULL, 10);
		assert_row(rows[i].why, is_new == rows[i].is_new);
		zone_keys_unload(&keys);
	}
	free(tag);
	place_free(p);
}

/* The signer's group reads the file, and nobody else. */
static void signatures_are_for_the_owner_and_the_group(void **state)
{
	(void)state;
	struct place *p = place_new();
	char path[300];
	struct stat st;

	generate(p, ALGORITHM_ED25519, 2);
	snprintf(path, sizeof(path), "%s/K" ZONE ".signed-dnskey", p->directory);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	place_free(p);
}

static void export_to(struct place *p, const char *path)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_int_equal(zone_keys_export(&p->files, p->crypto, NOW, out, &p->error), 0);
	fclose(out);
}

/* Two signers of a zone (RFC 8901, 2.1.2): each has the ZSKs of both in its DNSKEY set, and both
 * KSKs in CDS. */
static void two_signers_take_each_others_keys(void **state)
{
	(void)state;
	struct place *ours = place_new(), *other = place_new();
	struct foreign_count count;
	struct zone_keys keys;
	char path[200];

	generate(ours, ALGORITHM_ECDSAP256, 2);
	generate(other, ALGORITHM_ECDSAP256, 2);
	snprintf(path, sizeof(path), "%s/exported", other->directory);
	export_to(other, path);
	assert_row(ours->error.text,
	        zone_keys_import(&ours->files, ours->crypto, path, &count, &ours->error) == 0);
	assert_int_equal(count.dnskey, 2);
	assert_int_equal(count.ksks, 1);
	assert_int_equal(count.cds, 1);
	assert_int_equal(count.cdnskey, 1);
	sign_at(ours, NOW);
	assert_row(ours->error.text, load(&keys, ours, NOW) == 0);
	assert_int_equal(keys.timeline.sets[0].dnskey.count, 4);
	assert_int_equal(keys.timeline.sets[0].cds.count, 2);
	assert_int_equal(keys.timeline.sets[0].cdnskey.count, 2);
	assert_int_equal(keys.timeline.sets[0].dnskey.rrsig_count, PRESIGN_COUNT);
	zone_keys_unload(&keys);
	place_free(ours);
	place_free(other);
}

/* The file of a signer that has imported ours shows our keys, too. If they were kept as its own,
 * they would outlive their times. */
static void our_keys_are_not_taken_for_those_of_another(void **state)
{
	(void)state;
	struct place *ours = place_new(), *other = place_new();
	struct foreign_count count;
	char path[200], command[500], *kept;

	generate(ours, ALGORITHM_ECDSAP256, 2);
	generate(other, ALGORITHM_ECDSAP256, 2);
	snprintf(path, sizeof(path), "%s/exported", ours->directory);
	export_to(ours, path);
	assert_int_equal(
	        zone_keys_import(&ours->files, ours->crypto, path, &count, &ours->error), -1);
	assert_non_null(strstr(ours->error.text, "all DNSKEY records here are ours"));

	assert_int_equal(
	        zone_keys_import(&other->files, other->crypto, path, &count, &other->error), 0);
	sign_at(other, NOW);
	snprintf(command, sizeof(command), "cp %s/K" ZONE ".signed-dnskey shown", other->directory);
	assert_int_equal(run(ours, command), 0);
	snprintf(path, sizeof(path), "%s/shown", ours->directory);
	assert_row(ours->error.text,
	        zone_keys_import(&ours->files, ours->crypto, path, &count, &ours->error) == 0);
	assert_int_equal(count.ours, 4);
	assert_int_equal(count.dnskey, 2);
	assert_int_equal(count.cds, 1);
	assert_int_equal(count.cdnskey, 1);
	kept = read_file(ours, "K" ZONE ".foreign-dnskey");
	for (unsigned i = 0; i < 2; i++) {
		char base64[200], *pinned = NULL;
		size_t len;
		FILE *out = open_memstream(&pinned, &len);
		key_record_write(
		        out, &ours->zone, 1, TYPE_DNSKEY, keypair_rdata(&ours->files.keys[i]));
		fclose(out);
		snprintf(base64, sizeof(base64), "%.80s", strstr(pinned, " 3 13 ") + 6);
		base64[strcspn(base64, "\n")] = '\0';
		assert_null(strstr(kept, base64));
		free(pinned);
	}
	free(kept);
	place_free(ours);
	place_free(other);
}

#define NO_CDS "sed -i '/ CDS /d; / CDNSKEY /d'"
#define OUR_CDS_ENDS                                                                               \
	"k=$(grep -l ' 257 ' K*.key); echo 'SyncDelete: 20200101000000' >>${k%key}private"

/* Each row is a change after the keys of another signer were imported and signed. */
static void keys_of_another_signer_are_not_lost_by_accident(void **state)
{
	(void)state;
	static const struct {
		const char *why, *command, *says; /* NULL: it is signed */
	} rows[] = {
		{ "nothing changes", ":", NULL },
		{ "its KSK is gone", "sed -i '/DNSKEY 257/d;/ CDS /d' *.foreign-dnskey",
		        "would be lost, and the parent" },
		{ "its ZSK is gone", "sed -i '/ DNSKEY 256/d' *.foreign-dnskey",
		        "another signer of the zone may sign with it" },
		{ "all is gone", "rm *.foreign-dnskey", "would be lost" },
		{ "its CDS and CDNSKEY are gone", NO_CDS " *.foreign-dnskey",
		        "CDS and CDNSKEY records of key" },
		{ "its CDS is gone, and there was no CDNSKEY",
		        NO_CDS " *.foreign-dnskey; sed -i '/ CDNSKEY /d' *.signed-dnskey",
		        "CDS and CDNSKEY records of key" },
		{ "its CDNSKEY is gone, and there was no CDS",
		        NO_CDS " *.foreign-dnskey; sed -i '/ CDS /d' *.signed-dnskey",
		        "CDS and CDNSKEY records of key" },
		{ "our own CDS is no longer shown", OUR_CDS_ENDS, NULL },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct place *ours = place_new(), *other = place_new();
		struct foreign_count count;
		char path[200];
		generate(ours, ALGORITHM_ECDSAP256, 2);
		generate(other, ALGORITHM_ECDSAP256, 2);
		snprintf(path, sizeof(path), "%s/exported", other->directory);
		export_to(other, path);
		assert_int_equal(
		        zone_keys_import(&ours->files, ours->crypto, path, &count, &ours->error),
		        0);
		sign_at(ours, NOW);
		assert_int_equal(run(ours, rows[i].command), 0);
		ours->error.text[0] = '\0';
		int result = try_to_sign(ours, NOW, false);
		if ((result == 0) != !rows[i].says ||
		        (rows[i].says && !strstr(ours->error.text, rows[i].says)))
			fail_msg("%s: \"%s\"", rows[i].why, ours->error.text);
		assert_row(rows[i].why, try_to_sign(ours, NOW, true) == 0);
		place_free(ours);
		place_free(other);
	}
}

/* Writes a DNSKEY record with the tag of our first key, and another public key. */
static void write_collision(const struct place *p, const char *file)
{
	struct keypair k = p->files.keys[0];
	char path[200];
	FILE *out;

	/* The tag is a sum of words of two octets. */
	for (unsigned at = 4; at < k.rdata_len; at++) {
		if (k.rdata[at] == 255 || k.rdata[at + 2] == 0)
			continue;
		k.rdata[at]++;
		k.rdata[at + 2]--;
		break;
	}
	assert_int_equal(dnskey_tag(keypair_rdata(&k)), k.tag);
	snprintf(path, sizeof(path), "%s/%s", p->directory, file);
	assert_non_null(out = fopen(path, "w"));
	key_record_write(out, &p->zone, 3600, TYPE_DNSKEY, keypair_rdata(&k));
	fclose(out);
}

/* sealgate would read our private key for the other's public one, and not start. */
static void a_tag_of_ours_at_another_signer_is_refused(void **state)
{
	(void)state;
	struct place *p = place_new();
	struct foreign_count count;
	char path[200];

	generate(p, ALGORITHM_ECDSAP256, 2);
	write_collision(p, "exported");
	snprintf(path, sizeof(path), "%s/exported", p->directory);
	assert_int_equal(zone_keys_import(&p->files, p->crypto, path, &count, &p->error), -1);
	assert_non_null(strstr(p->error.text, "has the tag of a key of ours"));
	/* A key of ours that is newer than the import. */
	assert_int_equal(run(p, "cp exported K" ZONE ".foreign-dnskey"), 0);
	assert_int_equal(try_to_sign(p, NOW, true), -1);
	assert_non_null(strstr(p->error.text, "has the tag of a key of ours"));
	place_free(p);
}

/* The public key of RFC 6605, 6.1, and a digest of nothing that is there. */
#define FOREIGN                                                                                    \
	"GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA=="
#define DIGEST "B4C8C1FE2E7477127B27115656AD6256F424625BF5C1E2770CE6D6E37DF61D17"

/* A KSK; another key, as KSK and as ZSK; and the digests that dnssec-dsfromkey makes of these. */
#define OTHER_KEY                                                                                  \
	"oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA=="
#define LINE                ZONE ". 3600 IN "
#define KSK_LINE            LINE "DNSKEY 257 3 13 " FOREIGN "\n"
#define CDNSKEY_OF_KSK      LINE "CDNSKEY 257 3 13 " FOREIGN "\n"
#define STRANGER_LINE       LINE "DNSKEY 257 3 13 " OTHER_KEY "\n"
#define CDNSKEY_OF_STRANGER LINE "CDNSKEY 257 3 13 " OTHER_KEY "\n"
#define ZSK_LINE            LINE "DNSKEY 256 3 13 " OTHER_KEY "\n"
#define CDNSKEY_OF_ZSK      LINE "CDNSKEY 256 3 13 " OTHER_KEY "\n"
#define CDS_OF_KSK                                                                                 \
	LINE "CDS 55648 13 2 810BA27C1865AB9D6EA19003E0CA055513064BA116DB0AD33FED624609D5BB78\n"
#define CDS_OF_STRANGER                                                                            \
	LINE "CDS 34506 13 2 1BD5E85259CDD986362E46CA30500333A71AFCF02277A55C6949CFCC59D64F23\n"
#define CDS_OF_ZSK                                                                                 \
	LINE "CDS 34505 13 2 BBCB03F62612072B2050D975793AF8D9D8C4B2BE0689A02B57B533A220B4AE72\n"

static void keys_of_another_signer_that_do_not_fit_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *why, *text, *says;
	} rows[] = {
		{ "another algorithm",
		        ZONE
		        ". 3600 IN DNSKEY 256 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=\n",
		        "All signers of a zone must use one algorithm" },
		{ "another zone",
		        "example.org. 3600 IN DNSKEY 256 3 13 "
		        "oJMRESz5E4gYzS/"
		        "q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA=="
		        "\n",
		        "those of another zone" },
		{ "no DNSKEY", ZONE ". 3600 IN CDS 1 13 2 00\n", "there is no DNSKEY" },
		{ "a key that signs no zone", ZONE ". 3600 IN DNSKEY 0 3 13 oJMRESz5\n",
		        "key that signs zones" },
		{ "nothing", "; empty\n", "the file has no record" },
		{ "not a record", "hello\n", "exported:1: " },
		{ "another class", ZONE ". 3600 CH DNSKEY 256 3 13 " FOREIGN "\n",
		        "the class is not IN" },
		{ "records of two owners",
		        ZONE ". 1 IN DNSKEY 256 3 13 " FOREIGN "\nwww." ZONE
		             ". 1 IN DNSKEY 256 3 13 " FOREIGN "\n",
		        "exported:2: the owner differs" },
		{ "over several lines", ZONE ". 1 IN DNSKEY 256 3 13 (\n " FOREIGN " )\n",
		        "exported:1: the record goes on in the next line" },
		{ "a record of another type", ZONE ". 1 IN NS ns." ZONE ".\n",
		        "unexpected record type" },
		{ "a revoked key", ZONE ". 1 IN DNSKEY 384 3 13 " FOREIGN "\n",
		        "key that signs zones" },
		{ "a CDS that makes the zone insecure",
		        ZONE ". 1 IN DNSKEY 257 3 13 " FOREIGN "\n" ZONE ". 1 IN CDS 0 0 0 00\n",
		        "take all DS records away" },
		{ "a CDNSKEY that makes the zone insecure",
		        ZONE ". 1 IN DNSKEY 257 3 13 " FOREIGN "\n" ZONE
		             ". 1 IN CDNSKEY 0 3 0 AA==\n",
		        "take all DS records away" },
		{ "a CDS of a key that is not there",
		        ZONE ". 1 IN DNSKEY 257 3 13 " FOREIGN "\n" ZONE
		             ". 1 IN CDS 12345 13 2 " DIGEST "\n",
		        "no DNSKEY record here is the key of a CDS record" },
		{ "a CDS and a CDNSKEY of a key that has no DNSKEY",
		        KSK_LINE CDS_OF_STRANGER CDNSKEY_OF_STRANGER,
		        "no DNSKEY record here is the key of a CDS record" },
		{ "a CDNSKEY of a key that has no DNSKEY", KSK_LINE CDNSKEY_OF_STRANGER,
		        "no DNSKEY record here is the key of a CDNSKEY record" },
		{ "CDS and CDNSKEY of a ZSK", KSK_LINE ZSK_LINE CDS_OF_ZSK CDNSKEY_OF_ZSK,
		        "which is a ZSK" },
		{ "a CDNSKEY of a ZSK", KSK_LINE ZSK_LINE CDNSKEY_OF_ZSK, "which is a ZSK" },
		{ "a CDS without CDNSKEY", KSK_LINE CDS_OF_KSK,
		        "has a CDS record here and no CDNSKEY record" },
		{ "a CDNSKEY without CDS", KSK_LINE CDNSKEY_OF_KSK,
		        "has a CDNSKEY record here and no CDS record" },
		{ "CDS and CDNSKEY of two KSKs, one each",
		        KSK_LINE STRANGER_LINE CDS_OF_STRANGER CDNSKEY_OF_KSK,
		        "these two must match" },
		{ "a CDS of another algorithm",
		        ZONE ". 1 IN DNSKEY 257 3 13 " FOREIGN "\n" ZONE
		             ". 1 IN CDS 12345 15 2 " DIGEST "\n",
		        "no DNSKEY record here is the key of a CDS record" },
		{ "a CDS with a digest that is unknown",
		        ZONE ". 1 IN DNSKEY 257 3 13 " FOREIGN "\n" ZONE
		             ". 1 IN CDS 12345 13 99 " DIGEST "\n",
		        "its digest is not" },
		{ "a CDS without a digest",
		        ZONE ". 1 IN DNSKEY 257 3 13 " FOREIGN "\n" ZONE ". 1 IN CDS 12345 13 2\n",
		        "exported:2: malformed record" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct place *p = place_new();
		struct foreign_count count;
		char path[200];
		generate(p, ALGORITHM_ECDSAP256, 2);
		write_file(p, "exported", rows[i].text);
		snprintf(path, sizeof(path), "%s/exported", p->directory);
		assert_row(rows[i].why,
		        zone_keys_import(&p->files, p->crypto, path, &count, &p->error) == -1);
		if (!strstr(p->error.text, rows[i].says))
			fail_msg("%s: \"%s\"", rows[i].why, p->error.text);
		assert_row(rows[i].why, run(p, "ls *.foreign-dnskey") != 0);
		place_free(p);
	}
}

/* Also with flags that say ZSK, a single key signs the DNSKEY records. And what an answer repeats
 * counts once. */
static void keys_of_another_signer_that_fit_are_taken(void **state)
{
	(void)state;
	static const struct {
		const char *why, *text;
		unsigned dnskey, cds, cdnskey;
	} rows[] = {
		{ "KSK and ZSK", KSK_LINE ZSK_LINE CDS_OF_KSK CDNSKEY_OF_KSK, 2, 1, 1 },
		{ "two KSKs, of which one has CDS and CDNSKEY",
		        KSK_LINE STRANGER_LINE CDS_OF_KSK CDNSKEY_OF_KSK, 2, 1, 1 },
		{ "a single key without SEP", ZSK_LINE CDS_OF_ZSK CDNSKEY_OF_ZSK, 1, 1, 1 },
		{ "each line twice",
		        KSK_LINE KSK_LINE CDS_OF_KSK CDNSKEY_OF_KSK CDNSKEY_OF_KSK CDS_OF_KSK, 1, 1,
		        1 },
		{ "no CDS and no CDNSKEY", KSK_LINE ZSK_LINE, 2, 0, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct place *p = place_new();
		struct foreign_count count;
		char path[200];
		generate(p, ALGORITHM_ECDSAP256, 2);
		write_file(p, "exported", rows[i].text);
		snprintf(path, sizeof(path), "%s/exported", p->directory);
		if (zone_keys_import(&p->files, p->crypto, path, &count, &p->error) != 0)
			fail_msg("%s: \"%s\"", rows[i].why, p->error.text);
		assert_row(rows[i].why, count.dnskey == rows[i].dnskey);
		assert_row(rows[i].why, count.cds == rows[i].cds);
		assert_row(rows[i].why, count.cdnskey == rows[i].cdnskey);
		sign_at(p, NOW);
		place_free(p);
	}
}

/* With whatever import accepts, the zone can be signed, and sealgate starts. */
static void an_import_that_is_altered_keeps_nothing_from_starting(void **state)
{
	(void)state;
	struct place *ours = place_new(), *other = place_new();
	struct foreign_count count;
	struct zone_keys keys;
	unsigned accepted = 0, refused = 0;
	char path[200];

	generate(ours, ALGORITHM_ECDSAP256, 2);
	generate(other, ALGORITHM_ECDSAP256, 2);
	snprintf(path, sizeof(path), "%s/exported", other->directory);
	export_to(other, path);
	char *text = read_file(other, "exported");
	size_t len = strlen(text);
	for (size_t i = 0; i < len; i++) {
		char before = text[i];
		text[i] = "0;A \n("[i % 6];
		write_file(other, "exported", text);
		text[i] = before;
		if (zone_keys_import(&ours->files, ours->crypto, path, &count, &ours->error) != 0) {
			refused++;
			continue;
		}
		if (accepted++ % 8 != 0)
			continue; /* signing takes its time */
		assert_row(ours->error.text, try_to_sign(ours, NOW, true) == 0);
		assert_row(ours->error.text, load(&keys, ours, NOW) == 0);
		zone_keys_unload(&keys);
	}
	fprintf(stderr, "acc %u ref %u\n", accepted, refused);
	assert_true(accepted > 8 && refused > 8);
	free(text);
	place_free(ours);
	place_free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_of_dnssec_keygen_are_read),
		cmocka_unit_test(bind_takes_the_keys_that_are_made_here),
		cmocka_unit_test(private_halves_are_the_owners_alone),
		cmocka_unit_test(no_key_is_overwritten),
		cmocka_unit_test(a_missing_role_is_filled),
		cmocka_unit_test(tags_that_could_be_mistaken_collide),
		cmocka_unit_test(answers_are_made_with_the_zsk_and_the_file),
		cmocka_unit_test(an_error_names_the_file_and_the_line),
		cmocka_unit_test(a_file_may_be_cut_anywhere),
		cmocka_unit_test(two_signers_take_each_others_keys),
		cmocka_unit_test(keys_of_another_signer_that_do_not_fit_are_refused),
		cmocka_unit_test(keys_of_another_signer_that_fit_are_taken),
		cmocka_unit_test(our_keys_are_not_taken_for_those_of_another),
		cmocka_unit_test(keys_of_another_signer_are_not_lost_by_accident),
		cmocka_unit_test(a_tag_of_ours_at_another_signer_is_refused),
		cmocka_unit_test(an_import_that_is_altered_keeps_nothing_from_starting),
		cmocka_unit_test(a_set_that_breaks_the_zone_is_refused),
		cmocka_unit_test(a_stand_by_zsk_may_not_sign_at_once),
		cmocka_unit_test(a_roll_by_times_goes_through_its_steps),
		cmocka_unit_test(signatures_are_for_the_owner_and_the_group),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

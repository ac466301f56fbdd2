/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A parent that polls: BIND's dnssec-cds takes the CDS of a KSK roll, and CDS DELETE, from what a
 * timeline has. */
#include "test.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/encoding.h"
#include "base/file.h"
#include "base/process.h"
#include "dnssec/ds.h"
#include "keptworld.h"
#include "keys/presign.h"
#include "keys/record_write.h"
#include "keys/signalling.h"

#define ZONE "example.org"

/* What a server of the zone serves now. */
static char *child_records(const struct kept_world *w, const struct world_zone *z)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	struct complaint error = { "" };
	struct timeline t;

	assert_int_equal(kept_zone_read_timeline(&z->kept, &w->store, w->crypto, &t, &error), 1);
	const struct key_records *r = timeline_at(&t, w->now_s)->records;
	const struct presigned *sets[] = { &r->dnskey, &r->cds, &r->cdnskey };
	for (size_t s = 0; s < COUNT(sets); s++) {
		const struct presigned_rrsig *chosen[LIMIT_DS];
		unsigned count = presigned_choose(sets[s], w->now_s, chosen);
		for (unsigned i = 0; i < sets[s]->count; i++)
			key_record_write(out, &z->kept.name, sets[s]->ttl_s, sets[s]->type,
			        sets[s]->rdatas[i]);
		for (unsigned i = 0; i < count; i++)
			key_rrsig_write(out, &z->kept.name, sets[s]->ttl_s, chosen[i]->rdata);
	}
	timeline_fini(&t);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* Writes the DS of the KSK with this tag, as `sealgate ds` prints it. */
static char *ds_record(const struct kept_world *w, const struct world_zone *z, uint16_t tag)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	struct complaint error = { "" };
	struct timeline t;

	assert_int_equal(kept_zone_read_timeline(&z->kept, &w->store, w->crypto, &t, &error), 1);
	const struct presigned *set = &timeline_at(&t, w->now_s)->records->dnskey;
	for (unsigned i = 0; i < set->count; i++) {
		uint8_t octets[4 + DIGEST_MAX_OCTETS];
		struct writer ds = writer_over(octets, sizeof(octets));
		struct keypair k;
		assert_true(keypair_from_rdata(&k, &z->kept.name, set->rdatas[i]));
		if (k.tag != tag || !keypair_is_ksk(&k))
			continue;
		assert_true(presign_ds(w->crypto, &k, &ds));
		key_record_write(out, &z->kept.name, 3600, TYPE_DS, writer_span(&ds));
	}
	timeline_fini(&t);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* Gives the parent's DS records and the child's records to dnssec-cds. Returns the DS records that
 * the parent is to have by that, as dnssec-cds writes them. */
static char *parent_takes(const struct kept_world *w, const char *ds, const char *child)
{
	char dsset[120], file[120], since[DIGITS_TIME_SIZE];
	struct process p;

	snprintf(dsset, sizeof(dsset), "%s/dsset-" ZONE ".", w->directory);
	snprintf(file, sizeof(file), "%s/child", w->directory);
	assert_int_equal(file_replace(dsset, ds, 0600), 0);
	assert_int_equal(file_replace(file, child, 0600), 0);
	digits_time_write(w->now_s - 2 * WORLD_DAY_S, since);
	const char *const argv[] = { "dnssec-cds", "-s", since, "-d", dsset, "-f", file, ZONE,
		NULL };
	if (process_run(&p, argv, NULL) != 0)
		skip();
	if (p.status != 0)
		fail_msg("dnssec-cds: %d: %s%s\n%s\n%s", p.status, p.out, p.err, ds, child);
	char *out = strdup(p.out);
	process_fini(&p);
	return out;
}

/* Numbers and digest of the first DS, without blanks; and then nothing. */
static void read_ds(const char *text, char ds[static 200])
{
	const char *at = strstr(text, " DS ");
	size_t len = 0;

	ds[0] = '\0';
	for (at = at ? at + 4 : ""; *at && *at != '\n'; at++) {
		if (*at != ' ' && *at != '\t')
			ds[len++] = *at;
	}
	ds[len] = '\0';
	assert_true(!at[0] || !strstr(at, " DS "));
}

static struct kept_world *world_of_now(int64_t before_s)
{
	return kept_world_from(clock_wall_s() - 6 * WORLD_DAY_S - before_s);
}

static void a_parent_takes_the_ds_of_the_new_ksk_from_the_cds_of_a_roll(void **state)
{
	struct kept_world *w = world_of_now(4 * 3600);
	struct world_zone *z = kept_world_add_signed(w, ZONE);
	uint16_t old = kept_world_carrier(z), new = 0;
	char wanted[200], taken[200];

	(void)state;
	char *before = ds_record(w, z, old);
	kept_world_order(w, z, LIFE_ORDER_ROLL_KSK, 0);
	kept_world_live(w, 4 * 3600);
	for (unsigned i = 0; i < z->kept.life.count; i++) {
		const struct life_key *k = &z->kept.life.keys[i];
		new = k->role == LIFE_KSK && k->tag != old ? k->tag : new;
	}
	assert_int_not_equal(new, 0);
	char *child = child_records(w, z), *after = ds_record(w, z, new);
	char *out = parent_takes(w, before, child);
	/* both at first: the old DS is needed until all caches have the new one */
	assert_non_null(strstr(out, " DS "));
	read_ds(after, wanted);
	bool found = false;
	for (const char *line = out; line && *line && !found; line = strchr(line, '\n')) {
		char text[300];
		line += *line == '\n';
		snprintf(text, sizeof(text), "%.*s", (int)strcspn(line, "\n"), line);
		read_ds(text, taken);
		found = strcmp(taken, wanted) == 0;
	}
	if (!found)
		fail_msg("wanted %s, taken:\n%s", wanted, out);
	free(before);
	free(after);
	free(child);
	free(out);
	kept_world_free(w);
}

/* dnssec-cds of BIND 9.18 verifies the order to remove all DS (RFC 8078, 4), and does not know it:
 * it makes a DS of no key of it. So it shows that the order is signed as it must be, and that no DS
 * of ours is left. */
static void a_parent_keeps_no_ds_when_the_zone_goes_unsigned(void **state)
{
	struct kept_world *w = world_of_now(60);
	struct world_zone *z = kept_world_add_signed(w, ZONE);
	char ours[30];

	(void)state;
	snprintf(ours, sizeof(ours), " DS %u ", kept_world_carrier(z));
	char *before = ds_record(w, z, kept_world_carrier(z));
	kept_world_order(w, z, LIFE_ORDER_UNSIGN, 0);
	kept_world_live(w, 60);
	char *child = child_records(w, z);
	char *out = parent_takes(w, before, child);
	assert_non_null(strstr(child, " CDS 0 0 0 00\n"));
	assert_non_null(strstr(child, " CDNSKEY 0 3 0 AA==\n"));
	assert_non_null(strstr(before, ours));
	assert_null(strstr(out, ours));
	free(before);
	free(child);
	free(out);
	kept_world_free(w);
}

static void a_parent_changes_nothing_while_nothing_changes(void **state)
{
	struct kept_world *w = world_of_now(0);
	struct world_zone *z = kept_world_add_signed(w, ZONE);
	char wanted[200], taken[200];

	(void)state;
	char *before = ds_record(w, z, kept_world_carrier(z)), *child = child_records(w, z);
	char *out = parent_takes(w, before, child);
	read_ds(before, wanted);
	read_ds(out, taken);
	assert_string_equal(taken, wanted);
	free(before);
	free(child);
	free(out);
	kept_world_free(w);
}

/* ---- Signalling records (RFC 9615) ---- */

static struct name named(const char *text)
{
	struct name name;

	assert_true(name_from_text(text, &name));
	return name;
}

static void named_checkzone_takes_the_signalling_records(void **state)
{
	struct kept_world *w = world_of_now(0);
	struct world_zone *z = kept_world_add_signed(w, ZONE);
	const struct name ns = named("ns1.example.net");
	struct complaint error = { "" };
	char path[120], *text = NULL;
	struct timeline t;
	struct process p;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_int_equal(kept_zone_read_timeline(&z->kept, &w->store, w->crypto, &t, &error), 1);
	fputs("example.net. 60 IN SOA a.test. b.test. 1 1 1 1 1\nexample.net. 60 IN NS a.test.\n",
	        out);
	assert_true(signalling_write(
	        out, &z->kept.name, &ns, timeline_at(&t, w->now_s)->records, &error));
	assert_int_equal(fclose(out), 0);
	snprintf(path, sizeof(path), "%s/zone", w->directory);
	assert_int_equal(file_replace(path, text, 0600), 0);
	/* it prints what it has read */
	const char *const argv[] = { "named-checkzone", "-D", "-q", "-o", "-", "example.net", path,
		NULL };
	if (process_run(&p, argv, NULL) != 0)
		skip();
	if (p.status != 0)
		fail_msg("named-checkzone: %s%s\n%s", p.out, p.err, text);
	process_fini(&p);
	assert_non_null(strstr(text, "\n_dsboot." ZONE "._signal.ns1.example.net. 3600 IN CDS "));
	assert_non_null(
	        strstr(text, "\n_dsboot." ZONE "._signal.ns1.example.net. 3600 IN CDNSKEY "));
	free(text);
	timeline_fini(&t);
	kept_world_free(w);
}

static void who_cannot_vouch_is_named(void **state)
{
	static const char label[] = "a23456789012345678901234567890123456789012345678901234567890";
	const struct name zone = named(ZONE), inside = named("ns." ZONE), other = named("ns.test");
	const struct key_records none = { .has_owner = false };
	struct span rdata = span_of("\0\1\15\2\1", 5), no_cds = span_of("\0\0\0\0\0", 5),
	            no_cdnskey = span_of("\0\0\3\0\0", 5);
	const struct key_records deletes[] = {
		{ .cds = { .type = TYPE_CDS, .count = 1, .rdatas = &no_cds } },
		{ .cdnskey = { .type = TYPE_CDNSKEY, .count = 1, .rdatas = &no_cdnskey } },
	};
	const struct key_records some = {
		.cds = { .type = TYPE_CDS, .count = 1, .rdatas = &rdata }
	};
	struct complaint error = { "" };
	char long_text[300];

	(void)state;
	snprintf(long_text, sizeof(long_text), "%s.%s.%s.%s.test", label, label, label, label);
	const struct name long_name = named(long_text);
	assert_false(signalling_write(stdout, &zone, &other, &none, &error));
	assert_non_null(strstr(error.text, "no CDS and CDNSKEY records now"));
	for (unsigned i = 0; i < 2; i++) {
		assert_false(signalling_write(stdout, &zone, &other, &deletes[i], &error));
		assert_non_null(strstr(error.text, "is being unsigned"));
	}
	assert_false(signalling_write(stdout, &zone, &inside, &some, &error));
	assert_non_null(strstr(error.text, "is within example.org."));
	assert_false(signalling_write(stdout, &zone, &long_name, &some, &error));
	assert_non_null(strstr(error.text, "longer than a name may be"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_parent_takes_the_ds_of_the_new_ksk_from_the_cds_of_a_roll),
		cmocka_unit_test(a_parent_keeps_no_ds_when_the_zone_goes_unsigned),
		cmocka_unit_test(named_checkzone_takes_the_signalling_records),
		cmocka_unit_test(who_cannot_vouch_is_named),
		cmocka_unit_test(a_parent_changes_nothing_while_nothing_changes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "daemon/zone_key_files.h"
#include "daemon/zone_key_paths.h"
#include "keys/presign_check.h"
#include "keys/succession.h"

/* Reads the ZSKs of the signed DNSKEY RRset that have their private keys in the directory. Returns their number,
 * or -1. */
static int read_zsks(const struct zone_keys *z, const char *directory, struct keypair *zsks,
        struct complaint *error)
{
	const struct presigned *set = &z->records.dnskey;
	int count = 0;

	for (unsigned i = 0; i < set->count; i++) {
		struct keypair *k = &zsks[count];
		if (!keypair_from_rdata(k, &z->records.owner, set->rdatas[i]) || keypair_is_ksk(k))
			continue;
		int found = zone_key_read_private(k, directory, error);
		if (found < 0)
			return -1;
		count += found;
	}
	return count;
}

static struct keypair take_zsk(struct keypair *zsks, int index)
{
	struct keypair taken = zsks[index];

	zsks[index].key = NULL;
	return taken;
}

static int choose_zsks(struct zone_keys *z, struct keypair *zsks, unsigned count, int64_t now_s,
        const char *signed_file, struct complaint *error)
{
	int other;
	struct succession s = succession_choose(zsks, count, now_s, &other);

	if (s.now < 0 && other < 0)
		return zone_key_fail(error, signed_file,
		        "none of the ZSKs listed here has its private key in this directory");
	if (s.now < 0) {
		complaint_set(error,
		        "%s: two ZSKs could sign, and one of them is key %u: move one elsewhere, "
		        "or give "
		        "them times with dnssec-settime; then run `sealgate keys sign`",
		        signed_file, zsks[other].tag);
		return -1;
	}
	z->zsk = take_zsk(zsks, s.now);
	if (s.next >= 0)
		z->next_zsk = take_zsk(zsks, s.next);
	z->next_from_s = s.next_from_s;
	return 0;
}

static int load_zsks(struct zone_keys *z, const char *directory, int64_t now_s,
        const char *signed_file, struct complaint *error)
{
	struct keypair *zsks = calloc(LIMIT_KEYS, sizeof(*zsks));
	int result = -1;

	if (!zsks)
		return zone_key_fail(error, signed_file, "out of memory");
	int count = read_zsks(z, directory, zsks, error);
	if (count >= 0)
		result = choose_zsks(z, zsks, (unsigned)count, now_s, signed_file, error);
	for (unsigned i = 0; i < LIMIT_KEYS; i++)
		keypair_fini(&zsks[i]);
	free(zsks);
	return result;
}

/* Checks that the records belong to the zone, and that their signatures are valid. */
static int check_records(const struct key_records *r, struct crypto *crypto,
        const struct name *zone, const char *path, struct complaint *error)
{
	unsigned line;
	const char *fault;

	if (!name_equal(&r->owner, zone))
		return zone_key_fail(error, path, "the records are those of another zone");
	if (r->dnskey.count == 0)
		return zone_key_fail(error, path,
		        "there is no DNSKEY record in this file; make it with `sealgate keys "
		        "sign`");
	fault = presign_check(crypto, r, &line);
	if (!fault)
		return 0;
	if (line == 0)
		return zone_key_fail(error, path, fault);
	complaint_set(error, "%s:%u: %s", path, line, fault);
	return -1;
}

/* The CDS records are the DS records that the parent should have (RFC 7344, 3.1). */
static int take_ds(struct zone_keys *z)
{
	for (unsigned i = 0; i < z->records.cds.count && i < LIMIT_DS; i++)
		z->ds[z->ds_count++] = z->records.cds.rdatas[i];
	return 0;
}

static int say_no_keys(
        const char *path, const char *directory, const struct name *zone, struct complaint *error)
{
	char text[NAME_TEXT_SIZE];

	if (errno != ENOENT)
		return zone_key_fail_errno(error, path);
	complaint_set(error,
	        "there is no file %s; make keys with `sealgate keys generate %s --directory %s`, "
	        "or, if the zone has keys there, sign them with `sealgate keys sign`",
	        path, name_text(zone, text), directory);
	return -1;
}

int zone_keys_load(struct zone_keys *z, struct crypto *crypto, const char *directory,
        const struct name *zone, int64_t now_s, struct complaint *error)
{
	char path[PATH_MAX];
	char *text;
	int result = -1;

	*z = (struct zone_keys){ 0 };
	if (!zone_key_ending_path(path, directory, zone, ZONE_KEYS_SIGNED))
		return zone_key_fail_path(error, directory);
	text = file_read(path, ZONE_KEY_FILE_OCTETS);
	if (!text)
		return say_no_keys(path, directory, zone, error);
	if (key_records_read(&z->records, text, path, error) &&
	        check_records(&z->records, crypto, zone, path, error) == 0 &&
	        load_zsks(z, directory, now_s, path, error) == 0)
		result = take_ds(z);
	free(text);
	if (result < 0)
		zone_keys_unload(z);
	return result;
}

void zone_keys_unload(struct zone_keys *z)
{
	keypair_fini(&z->zsk);
	keypair_fini(&z->next_zsk);
	key_records_fini(&z->records);
}

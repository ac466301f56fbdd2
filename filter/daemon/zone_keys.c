/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "daemon/zone_key_paths.h"
#include "keys/presign_check.h"

/* Takes the first ZSK of the signed DNSKEY RRset that has its private key in the directory. */
static int load_zsk(struct zone_keys *z, const char *directory, const char *signed_file,
        struct complaint *error)
{
	const struct presigned *set = &z->records.dnskey;

	for (unsigned i = 0; i < set->count; i++) {
		if (!keypair_from_rdata(&z->zsk, &z->records.owner, set->rdatas[i]) ||
		        keypair_is_ksk(&z->zsk))
			continue;
		int found = zone_key_read_private(&z->zsk, directory, error);
		if (found != 0)
			return found > 0 ? 0 : -1;
	}
	return zone_key_fail(error, signed_file,
	        "none of the ZSKs listed here has its private key in this directory");
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
        const struct name *zone, struct complaint *error)
{
	char path[PATH_MAX];
	char *text;
	int result = -1;

	*z = (struct zone_keys){ 0 };
	if (!zone_key_signed_path(path, directory, zone))
		return zone_key_fail_path(error, directory);
	text = file_read(path, ZONE_KEY_FILE_OCTETS);
	if (!text)
		return say_no_keys(path, directory, zone, error);
	if (key_records_read(&z->records, text, path, error) &&
	        check_records(&z->records, crypto, zone, path, error) == 0 &&
	        load_zsk(z, directory, path, error) == 0)
		result = take_ds(z);
	free(text);
	if (result < 0)
		zone_keys_unload(z);
	return result;
}

void zone_keys_unload(struct zone_keys *z)
{
	keypair_fini(&z->zsk);
	key_records_fini(&z->records);
}

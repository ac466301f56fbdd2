/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_foreign.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "daemon/zone_key_paths.h"
#include "keys/presign.h"
#include "keys/record_write.h"

#define DS_OCTETS (4 + DIGEST_MAX_OCTETS)

int zone_keys_export(const struct zone_key_files *f, struct crypto *crypto, bool with_ksk,
        int64_t now_s, FILE *out, struct complaint *error)
{
	unsigned zsks = 0;

	for (unsigned i = 0; i < f->count; i++) {
		const struct keypair *k = &f->keys[i];
		uint8_t octets[DS_OCTETS];
		struct writer w = writer_over(octets, sizeof(octets));
		if (key_is_published(&k->times, now_s) && (with_ksk || !keypair_is_ksk(k)))
			key_record_write(
			        out, f->zone, PRESIGN_TTL_S, TYPE_DNSKEY, keypair_rdata(k));
		zsks += key_is_published(&k->times, now_s) && !keypair_is_ksk(k);
		if (!keypair_is_ksk(k) || !key_is_synced(&k->times, now_s))
			continue;
		if (!presign_ds(crypto, k, &w))
			return zone_key_fail(error, f->directory, "OpenSSL makes no digest");
		key_record_write(out, f->zone, PRESIGN_TTL_S, TYPE_CDS, writer_span(&w));
		key_record_write(out, f->zone, PRESIGN_TTL_S, TYPE_CDNSKEY, keypair_rdata(k));
	}
	return zsks > 0 ? 0 : zone_key_fail(error, f->directory, "no ZSK of the zone is there");
}

/* Each DNSKEY must be one that can sign zones, and of the algorithm of ours: a validator may want a signature of each
 * algorithm in the set, which neither signer makes for the other's (RFC 8901, 4). */
static int check_foreign(const struct zone_key_files *f, const struct key_records *records,
        const char *path, struct complaint *error)
{
	const struct presigned *set = &records->dnskey;

	if (!name_equal(&records->owner, f->zone))
		return zone_key_fail(error, path, "the records are those of another zone");
	if (set->count == 0)
		return zone_key_fail(error, path, "there is no DNSKEY record in this file");
	for (unsigned i = 0; i < set->count; i++) {
		struct keypair k;
		if (!keypair_from_rdata(&k, f->zone, set->rdatas[i]))
			return zone_key_fail(error, path,
			        "a DNSKEY record here is not that of a key that signs zones");
		if (f->count == 0 || k.algorithm == f->keys[0].algorithm)
			continue;
		complaint_set(error,
		        "%s: key %u is of algorithm %u, and ours of %u. All signers of a zone must "
		        "use one "
		        "algorithm (RFC 8901, 4): let one of them roll to that of the other first",
		        path, k.tag, k.algorithm, f->keys[0].algorithm);
		return -1;
	}
	return 0;
}

static void write_foreign_set(FILE *out, const struct name *zone, const struct presigned *set)
{
	for (unsigned i = 0; i < set->count; i++)
		key_record_write(out, zone, PRESIGN_TTL_S, set->type, set->rdatas[i]);
}

static int write_foreign(
        const struct zone_key_files *f, const struct key_records *records, struct complaint *error)
{
	char path[PATH_MAX], *text = NULL;
	size_t len;
	FILE *out;

	if (!zone_key_ending_path(path, f->directory, f->zone, ZONE_KEYS_FOREIGN))
		return zone_key_fail_path(error, f->directory);
	if (!(out = open_memstream(&text, &len)))
		return zone_key_fail(error, path, "out of memory");
	write_foreign_set(out, f->zone, &records->dnskey);
	write_foreign_set(out, f->zone, &records->cds);
	write_foreign_set(out, f->zone, &records->cdnskey);
	int failed = fclose(out) == 0 ? file_replace(path, text, 0644) : -ENOMEM;
	free(text);
	return failed ? zone_key_fail(error, path, strerror(-failed)) : 0;
}

int zone_keys_import(const struct zone_key_files *f, const char *path, struct foreign_count *count,
        struct complaint *error)
{
	struct key_records records;
	char *text = file_read(path, ZONE_KEY_FILE_OCTETS);

	if (!text)
		return zone_key_fail(error, path, file_why(path, errno));
	bool good = key_records_read(&records, text, path, error);
	free(text);
	if (!good)
		return -1;
	int result = check_foreign(f, &records, path, error);
	if (result == 0)
		result = write_foreign(f, &records, error);
	*count = (struct foreign_count){ records.dnskey.count, records.cds.count,
		records.cdnskey.count };
	key_records_fini(&records);
	return result;
}

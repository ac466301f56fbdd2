/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_foreign.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "daemon/zone_key_paths.h"
#include "keys/foreign_keys.h"
#include "keys/presign.h"
#include "keys/record_write.h"

#define DS_OCTETS (4 + DIGEST_MAX_OCTETS)

int zone_keys_export(const struct zone_key_files *f, struct crypto *crypto, int64_t now_s,
        FILE *out, struct complaint *error)
{
	unsigned zsks = 0;

	for (unsigned i = 0; i < f->count; i++) {
		const struct keypair *k = &f->keys[i];
		uint8_t octets[DS_OCTETS];
		struct writer w = writer_over(octets, sizeof(octets));
		if (key_is_published(&k->times, now_s))
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

static int check_import(const struct zone_key_files *f, struct crypto *crypto,
        struct key_records *records, const char *path, struct foreign_count *count,
        struct complaint *error)
{
	struct complaint why;

	if (!name_equal(&records->owner, f->zone))
		return zone_key_fail(error, path, "the records are those of another zone");
	if (records->dnskey.count == 0)
		return zone_key_fail(error, path, "there is no DNSKEY record in this file");
	count->ours = foreign_keys_drop_ours(records, crypto, f->keys, f->count);
	if (records->dnskey.count == 0)
		return zone_key_fail(error, path,
		        "all DNSKEY records here are ours: take those of a server of the other "
		        "signer");
	if (!foreign_keys_fit(records, crypto, f->keys, f->count, &why))
		return zone_key_fail(error, path, why.text);
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

static unsigned count_ksks(const struct presigned *set)
{
	struct dnskey key;
	unsigned count = 0;

	for (unsigned i = 0; i < set->count; i++)
		count += dnskey_read(set->rdatas[i], &key) && key.flags & DNSKEY_SEP;
	return count;
}

int zone_keys_import(const struct zone_key_files *f, struct crypto *crypto, const char *path,
        struct foreign_count *count, struct complaint *error)
{
	struct key_records records;
	char *text = file_read(path, ZONE_KEY_FILE_OCTETS);

	if (!text)
		return zone_key_fail(error, path, file_why(path, errno));
	bool good = key_records_read(&records, text, path, error);
	free(text);
	if (!good)
		return -1;
	*count = (struct foreign_count){ 0 };
	int result = check_import(f, crypto, &records, path, count, error);
	if (result == 0)
		result = write_foreign(f, &records, error);
	count->dnskey = records.dnskey.count;
	count->ksks = count_ksks(&records.dnskey);
	count->cds = records.cds.count;
	count->cdnskey = records.cdnskey.count;
	key_records_fini(&records);
	return result;
}

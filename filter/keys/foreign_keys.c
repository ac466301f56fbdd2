/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/foreign_keys.h"

#include "dnssec/ds.h"
#include "wire/protocol.h"

struct foreign_view {
	const struct key_records *foreign;
	struct crypto *crypto;
	const struct keypair *keys; /* ours */
	unsigned count;
	struct complaint *error;
};

/* ---- Ours among them ---- */

static bool is_our_key(const struct foreign_view *v, struct span rdata)
{
	for (unsigned i = 0; i < v->count; i++) {
		if (span_equal(keypair_rdata(&v->keys[i]), rdata))
			return true;
	}
	return false;
}

static bool is_our_ds(const struct foreign_view *v, struct span rdata)
{
	struct ds ds;

	for (unsigned i = 0; i < v->count && ds_read(rdata, &ds); i++) {
		struct dnskey key;
		if (dnskey_read(keypair_rdata(&v->keys[i]), &key) &&
		        ds_matches(v->crypto, &ds, &v->keys[i].zone, &key))
			return true;
	}
	return false;
}

/* Keeps what is not ours. Returns how many records were. */
static unsigned drop_ours_of(const struct foreign_view *v, struct presigned *set)
{
	unsigned kept = 0, before = set->count;

	for (unsigned i = 0; i < before; i++) {
		bool is_ours = set->type == TYPE_CDS ? is_our_ds(v, set->rdatas[i])
		                                     : is_our_key(v, set->rdatas[i]);
		if (!is_ours)
			set->rdatas[kept++] = set->rdatas[i];
	}
	set->count = kept;
	return before - kept;
}

unsigned foreign_keys_drop_ours(struct key_records *foreign, struct crypto *crypto,
        const struct keypair *keys, unsigned count)
{
	const struct foreign_view v = { .crypto = crypto, .keys = keys, .count = count };

	return drop_ours_of(&v, &foreign->dnskey) + drop_ours_of(&v, &foreign->cds) +
	       drop_ours_of(&v, &foreign->cdnskey);
}

/* ---- What is refused ---- */

static bool check_foreign_tag(const struct foreign_view *v, const struct dnskey *key)
{
	for (unsigned i = 0; i < v->count; i++) {
		if (v->keys[i].tag != key->tag)
			continue;
		complaint_set(v->error,
		        "key %u of the other signer has the tag of a key of ours, so validators "
		        "and sealgate could take one for the other. Replace one of the two first, "
		        "here with dnssec-keygen",
		        key->tag);
		return false;
	}
	return true;
}

static bool check_foreign_algorithm(const struct foreign_view *v, uint8_t algorithm, unsigned tag)
{
	if (v->count == 0 || algorithm == v->keys[0].algorithm)
		return true;
	complaint_set(v->error,
	        "key %u is of algorithm %u, and ours of %u. All signers of a zone must use one "
	        "algorithm (RFC 8901, 4): let one of them roll to that of the other first",
	        tag, algorithm, v->keys[0].algorithm);
	return false;
}

static bool check_foreign_key(const struct foreign_view *v, struct span rdata, const char *type)
{
	struct dnskey key;

	if (!dnskey_read(rdata, &key) || !dnskey_may_sign(&key) ||
	        rdata.len > sizeof(v->keys[0].rdata)) {
		complaint_set(
		        v->error, "a %s record here is not that of a key that signs zones", type);
		return false;
	}
	return check_foreign_algorithm(v, key.algorithm, key.tag) && check_foreign_tag(v, &key);
}

/* A CDS of 0 0 0 00, or a CDNSKEY of 0 3 0 AA==. */
static bool check_no_delete(const struct foreign_view *v, const struct presigned *set)
{
	for (unsigned i = 0; i < set->count; i++) {
		if (set->rdatas[i].base[3 - (set->type == TYPE_CDS)] != 0)
			continue;
		complaint_set(v->error,
		        "a %s record here tells the parent to take all DS records away (RFC 8078, "
		        "4): the zone would become insecure",
		        set->type == TYPE_CDS ? "CDS" : "CDNSKEY");
		return false;
	}
	return true;
}

static bool is_foreign_ds(const struct foreign_view *v, const struct ds *ds)
{
	const struct presigned *sets[] = { &v->foreign->dnskey, &v->foreign->cdnskey };

	for (unsigned s = 0; s < 2; s++) {
		for (unsigned i = 0; i < sets[s]->count; i++) {
			struct dnskey key;
			if (dnskey_read(sets[s]->rdatas[i], &key) &&
			        ds_matches(v->crypto, ds, &v->foreign->owner, &key))
				return true;
		}
	}
	return false;
}

/* The parent makes a DS of each. One for a key that is nowhere would be a DS that nobody can use, or that somebody else
 * can. */
static bool check_foreign_cds(const struct foreign_view *v, struct span rdata)
{
	struct ds ds;

	if (!ds_read(rdata, &ds) || !digest_is_supported(ds.digest_type)) {
		complaint_set(v->error,
		        "a CDS record here is malformed, or its digest is not SHA-256 or SHA-384");
		return false;
	}
	if (!check_foreign_algorithm(v, ds.algorithm, ds.tag))
		return false;
	if (is_foreign_ds(v, &ds))
		return true;
	complaint_set(v->error,
	        "a CDS record here is that of key %u, but no DNSKEY or CDNSKEY record here is that "
	        "key: take all records of the other signer",
	        ds.tag);
	return false;
}

bool foreign_keys_fit(const struct key_records *foreign, struct crypto *crypto,
        const struct keypair *keys, unsigned count, struct complaint *error)
{
	const struct foreign_view v = { foreign, crypto, keys, count, error };

	if (!check_no_delete(&v, &foreign->cds) || !check_no_delete(&v, &foreign->cdnskey))
		return false;
	for (unsigned i = 0; i < foreign->dnskey.count; i++) {
		if (!check_foreign_key(&v, foreign->dnskey.rdatas[i], "DNSKEY"))
			return false;
	}
	for (unsigned i = 0; i < foreign->cdnskey.count; i++) {
		if (!check_foreign_key(&v, foreign->cdnskey.rdatas[i], "CDNSKEY"))
			return false;
	}
	for (unsigned i = 0; i < foreign->cds.count; i++) {
		if (!check_foreign_cds(&v, foreign->cds.rdatas[i]))
			return false;
	}
	return true;
}

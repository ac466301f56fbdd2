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

static bool check_foreign_key(const struct foreign_view *v, struct span rdata)
{
	struct dnskey key;

	if (!dnskey_read(rdata, &key) || !dnskey_may_sign(&key) ||
	        rdata.len > sizeof(v->keys[0].rdata)) {
		complaint_set(
		        v->error, "a DNSKEY record here is not that of a key that signs zones");
		return false;
	}
	return check_foreign_algorithm(v, key.algorithm, key.tag) && check_foreign_tag(v, &key);
}

static bool check_no_delete(const struct foreign_view *v, const struct presigned *set)
{
	if (!presigned_asks_for_no_ds(set))
		return true;
	complaint_set(v->error,
	        "a %s record here tells the parent to take all DS records away (RFC 8078, 4): the "
	        "zone would become insecure",
	        set->type == TYPE_CDS ? "CDS" : "CDNSKEY");
	return false;
}

/* ---- What the parent would make DS records of ---- */

/* True if the CDS or CDNSKEY record is that of the key. */
static bool names_key(
        const struct foreign_view *v, uint16_t type, struct span rdata, struct span key_rdata)
{
	struct dnskey key;
	struct ds ds;

	if (type != TYPE_CDS)
		return span_equal(rdata, key_rdata);
	return ds_read(rdata, &ds) && dnskey_read(key_rdata, &key) &&
	       ds_matches(v->crypto, &ds, &v->foreign->owner, &key);
}

static bool set_names_key(
        const struct foreign_view *v, const struct presigned *set, struct span key_rdata)
{
	for (unsigned i = 0; i < set->count; i++) {
		if (names_key(v, set->type, set->rdatas[i], key_rdata))
			return true;
	}
	return false;
}

static bool check_cds_digest(const struct foreign_view *v, struct span rdata)
{
	struct ds ds;

	if (ds_read(rdata, &ds) && digest_is_supported(ds.digest_type))
		return true;
	complaint_set(v->error,
	        "a CDS record here is malformed, or its digest is not SHA-256 or SHA-384");
	return false;
}

/* Whoever has the key of a DS can forge the zone, so it must be a key that the zone shows. A ZSK
 * lies on the machine that makes answers, and is kept less safely than a KSK: it must not become
 * one. */
static bool check_names_ksk(const struct foreign_view *v, uint16_t type, struct span rdata)
{
	const struct presigned *keys = &v->foreign->dnskey;
	const char *name = type == TYPE_CDS ? "CDS" : "CDNSKEY";
	struct dnskey key;

	for (unsigned i = 0; i < keys->count; i++) {
		if (!names_key(v, type, rdata, keys->rdatas[i]) ||
		        !dnskey_read(keys->rdatas[i], &key))
			continue;
		if (key.flags & DNSKEY_SEP || keys->count == 1)
			return true;
		complaint_set(v->error,
		        "a %s record here is that of key %u, which is a ZSK: the parent would "
		        "make a DS record of it",
		        name, key.tag);
		return false;
	}
	complaint_set(v->error,
	        "no DNSKEY record here is the key of a %s record here, and the parent would make "
	        "a DS record of it: take all records of the other signer, from one of its servers",
	        name);
	return false;
}

static bool check_parent_set(const struct foreign_view *v, const struct presigned *set)
{
	for (unsigned i = 0; i < set->count; i++) {
		struct span rdata = set->rdatas[i];
		if (set->type == TYPE_CDS && !check_cds_digest(v, rdata))
			return false;
		if (!check_names_ksk(v, set->type, rdata))
			return false;
	}
	return true;
}

/* Each record names one of the keys, so this compares all of both sets. We show both types for our
 * keys. */
static bool check_sets_match(const struct foreign_view *v)
{
	const struct key_records *f = v->foreign;

	for (unsigned i = 0; i < f->dnskey.count; i++) {
		bool has_cds = set_names_key(v, &f->cds, f->dnskey.rdatas[i]);
		if (has_cds == set_names_key(v, &f->cdnskey, f->dnskey.rdatas[i]))
			continue;
		complaint_set(v->error,
		        "key %u has a %s record here and no %s record, but these two must match "
		        "(RFC 7344, 4), or the parent may do nothing, or take a DS record away: "
		        "let the other signer show both, and take both",
		        dnskey_tag(f->dnskey.rdatas[i]), has_cds ? "CDS" : "CDNSKEY",
		        has_cds ? "CDNSKEY" : "CDS");
		return false;
	}
	return true;
}

bool foreign_keys_fit(const struct key_records *foreign, struct crypto *crypto,
        const struct keypair *keys, unsigned count, struct complaint *error)
{
	const struct foreign_view v = { foreign, crypto, keys, count, error };

	if (!check_no_delete(&v, &foreign->cds) || !check_no_delete(&v, &foreign->cdnskey))
		return false;
	for (unsigned i = 0; i < foreign->dnskey.count; i++) {
		if (!check_foreign_key(&v, foreign->dnskey.rdatas[i]))
			return false;
	}
	return check_parent_set(&v, &foreign->cds) && check_parent_set(&v, &foreign->cdnskey) &&
	       check_sets_match(&v);
}

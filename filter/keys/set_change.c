/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/set_change.h"

#include "dnssec/ds.h"
#include "keys/key_text.h"
#include "keys/succession.h"

static void tell_missing(const struct presigned *in, const struct presigned *from, bool is_new,
        set_change_told *told, void *context)
{
	struct dnskey key;

	for (unsigned i = 0; i < from->count; i++) {
		if (!presigned_has(in, from->rdatas[i]) && dnskey_read(from->rdatas[i], &key))
			told(context, &key, is_new);
	}
}

void set_change_tell(const struct key_records *before, const struct key_records *after,
        set_change_told *told, void *context)
{
	tell_missing(&before->dnskey, &after->dnskey, true, told, context);
	tell_missing(&after->dnskey, &before->dnskey, false, told, context);
}

/* What would be lost, at most one of each kind. A ZSK of ours goes when its times say so. */
struct lost_keys {
	const struct keypair *ours;
	unsigned count;
	bool is_ksk_lost, is_foreign_lost, is_cds_lost;
	uint16_t ksk_tag, foreign_tag, cds_tag;
};

static bool is_among_ours(const struct lost_keys *lost, struct span rdata)
{
	for (unsigned i = 0; i < lost->count; i++) {
		if (span_equal(keypair_rdata(&lost->ours[i]), rdata))
			return true;
	}
	return false;
}

static void note_lost_key(void *context, const struct dnskey *key, bool is_new)
{
	struct lost_keys *lost = context;

	if (is_new)
		return;
	if (key->flags & DNSKEY_SEP) {
		lost->is_ksk_lost = true;
		lost->ksk_tag = key->tag;
		return;
	}
	if (is_among_ours(lost, key->rdata))
		return;
	lost->is_foreign_lost = true;
	lost->foreign_tag = key->tag;
}

static bool has_cds_of(const struct presigned *cds, uint16_t tag)
{
	for (unsigned i = 0; i < cds->count; i++) {
		struct ds ds;
		if (ds_read(cds->rdatas[i], &ds) && ds.tag == tag)
			return true;
	}
	return false;
}

/* Another signer's key that stays, and whose CDS or CDNSKEY does not. CDS are compared by their
 * tags: a CDS with another digest does as well, and of two keys with one tag the CDNSKEY differ. */
static void note_lost_cds(
        struct lost_keys *lost, const struct key_records *before, const struct key_records *after)
{
	for (unsigned i = 0; i < after->dnskey.count; i++) {
		struct span key = after->dnskey.rdatas[i];
		uint16_t tag = dnskey_tag(key);
		bool is_lost = presigned_has(&before->cdnskey, key) &&
		               !presigned_has(&after->cdnskey, key);
		is_lost |= has_cds_of(&before->cds, tag) && !has_cds_of(&after->cds, tag);
		if (!is_lost || is_among_ours(lost, key))
			continue;
		lost->is_cds_lost = true;
		lost->cds_tag = tag;
	}
}

static bool refuse_loss(const struct lost_keys *lost, struct complaint *error)
{
	if (lost->is_ksk_lost)
		complaint_set(error,
		        "KSK %u would be lost, and the parent may have a DS record for it. Wait "
		        "until that is gone for as long as its TTL; then --force takes the KSK "
		        "away",
		        lost->ksk_tag);
	else if (lost->is_cds_lost)
		complaint_set(error,
		        "the CDS and CDNSKEY records of key %u of another signer would be lost, "
		        "and a parent that follows them takes its DS record away: what that "
		        "signer answers would be Bogus. Import its records again, with these. If "
		        "it no longer answers for the zone, and the TTLs of its answers are over, "
		        "--force takes them away",
		        lost->cds_tag);
	else
		complaint_set(error,
		        "ZSK %u would be lost, and no file of it is here: another signer of the "
		        "zone may sign with it, and what it signs would be Bogus. Wait until none "
		        "of its servers has been a server of the zone for the TTL of the NS "
		        "records, and then for the longest TTL in the zone; then --force takes "
		        "the ZSK away",
		        lost->foreign_tag);
	return false;
}

static int64_t published_s(const struct key_times *t)
{
	return t->publish_s && t->publish_s < t->activate_s ? t->publish_s : t->activate_s;
}

/* Returns the index of a ZSK whose times let it take over from another within `wait_s` after it is
 * published; or -1. dnssec-keygen with -A alone publishes a key in the second in which it is to
 * sign; a stand-by key may be in the set of before, but only since a minute. What is longer ago
 * breaks nothing any more. */
static int published_too_late(
        const struct keypair *keys, unsigned count, int64_t now_s, int64_t wait_s)
{
	for (unsigned i = 0; i < count; i++) {
		const struct key_times *t = &keys[i].times;
		int64_t known_s = published_s(t) + wait_s;
		if (t->activate_s == 0 || t->activate_s >= known_s || known_s <= now_s)
			continue;
		int former = succession_at(keys, count, t->activate_s - 1, NULL);
		if (former >= 0 && former != (int)i &&
		        succession_at(keys, count, t->activate_s, NULL) == (int)i)
			return (int)i;
	}
	return -1;
}

/* Returns the index of a ZSK that would sign within the TTL of the set of before, which lacks it;
 * or -1. */
static int too_early(
        const struct key_records *before, const struct keypair *keys, unsigned count, int64_t now_s)
{
	int64_t wait_s = (int64_t)before->dnskey.ttl_s + SUCCESSION_SPREAD_S;
	const int64_t times_s[] = { now_s, now_s + wait_s };

	for (unsigned i = 0; i < 2; i++) {
		int zsk = succession_at(keys, count, times_s[i], NULL);
		if (zsk >= 0 && !presigned_has(&before->dnskey, keypair_rdata(&keys[zsk])))
			return zsk;
	}
	return published_too_late(keys, count, now_s, wait_s);
}

bool set_change_is_safe(const struct key_records *before, const struct key_records *after,
        const struct keypair *keys, unsigned count, int64_t now_s, struct complaint *error)
{
	struct lost_keys lost = { .ours = keys, .count = count };

	set_change_tell(before, after, note_lost_key, &lost);
	note_lost_cds(&lost, before, after);
	int zsk = too_early(before, keys, count, now_s);
	if (lost.is_ksk_lost || (zsk < 0 && (lost.is_foreign_lost || lost.is_cds_lost)))
		return refuse_loss(&lost, error);
	if (zsk < 0)
		return true;
	char name[KEY_NAME_SIZE];
	complaint_set(error,
	        "ZSK %u would sign before resolvers know it: those that have the DNSKEY records of "
	        "before would "
	        "take the zone for Bogus, for up to %u seconds. Publish it now and let it sign "
	        "later: `dnssec-settime -P now -A +2h %s`. "
	        "If the zone is not signed yet, --force takes it at once",
	        keys[zsk].tag, before->dnskey.ttl_s + SUCCESSION_SPREAD_S,
	        key_name(&keys[zsk], name));
	return false;
}

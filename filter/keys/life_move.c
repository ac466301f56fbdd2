/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/life_move.h"

#include "keys/life_zsk.h"

bool life_settle(struct life *life, const struct life_policy *policy, int64_t now_s)
{
	static const enum life_record records[] = { LIFE_DNSKEY, LIFE_KRRSIG, LIFE_DS };
	bool moved = false;

	for (unsigned i = 0; i < life->count; i++) {
		struct life_key *k = &life->keys[i];
		for (unsigned n = 0; k->role == LIFE_KSK && n < 3; n++) {
			enum life_record r = records[n];
			if (!life_is_uncertain(k, r) ||
			        life_due_s(life, policy, k, r, false) > now_s)
				continue;
			life_mark_set(life, k, r,
			        k->marks[r].stage == LIFE_RUMOURED ? LIFE_OMNIPRESENT : LIFE_HIDDEN,
			        now_s);
			moved = true;
		}
	}
	return moved;
}

static void publish_ksk(struct life *life, struct life_key *k, int64_t now_s)
{
	life_mark_set(life, k, LIFE_DNSKEY, LIFE_RUMOURED, now_s);
	if (!k->is_standby)
		life_mark_set(life, k, LIFE_KRRSIG, LIFE_RUMOURED, now_s);
}

static bool was_published(const struct life_key *k)
{
	return k->marks[LIFE_DNSKEY].changed_s != 0;
}

/* True if every set of the zone has a signature of the algorithm in every cache. While one ZSK
 * takes over from another, sets have that of either. */
static bool has_signatures_of(const struct life *life, uint8_t algorithm)
{
	bool comes = false, goes = false;

	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *k = &life->keys[i];
		if (k->role != LIFE_ZSK || k->algorithm != algorithm)
			continue;
		if (life_is_known(k, LIFE_ZRRSIG))
			return true;
		comes |= k->marks[LIFE_ZRRSIG].stage == LIFE_RUMOURED;
		goes |= k->marks[LIFE_ZRRSIG].stage == LIFE_UNRETENTIVE &&
		        life_is_known(k, LIFE_DNSKEY);
	}
	return comes && goes;
}

/* True if what signs the zone is in the DNSKEY RRset of every cache. */
static bool has_known_signer(const struct life *life, uint8_t algorithm)
{
	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *k = &life->keys[i];
		if (k->role == LIFE_ZSK && k->algorithm == algorithm &&
		        life_is_out(k, LIFE_ZRRSIG) && life_is_known(k, LIFE_DNSKEY))
			return true;
	}
	return false;
}

static bool zone_is_bare(const struct life *life)
{
	for (unsigned i = 0; i < life->count; i++)
		if (life_is_out(&life->keys[i], LIFE_DNSKEY) ||
		        life_is_out(&life->keys[i], LIFE_ZRRSIG))
			return false;
	return true;
}

static bool has_new_key(const struct life *life, enum life_role role, uint8_t algorithm)
{
	for (unsigned i = 0; i < life->count; i++)
		if (life->keys[i].role == role && life->keys[i].algorithm == algorithm &&
		        !life->keys[i].is_leaving && !was_published(&life->keys[i]))
			return true;
	return false;
}

/* True if a server of the parent has a DS that no KSK explains which is to come out. */
static bool has_ds_of_others(const struct life *life, const struct life_observation *look)
{
	unsigned all = 0, ours = 0;

	for (unsigned p = 0; p < look->parent_count; p++) {
		if (!look->parents[p].is_reached)
			continue;
		all += look->parents[p].ds.count + look->parents[p].has_misfit;
		for (unsigned i = 0; i < life->count; i++)
			ours += life->keys[i].role == LIFE_KSK && !life->keys[i].is_leaving &&
			        life_tags_have(&look->parents[p].ds, life->keys[i].tag);
	}
	return all > ours;
}

/* An unsigned zone without DS: the first keys come out together, and sign at once. */
static bool move_first(struct life *life, const struct life_observation *look, int64_t now_s)
{
	if (!life->is_signed || life->count == 0 || !zone_is_bare(life) ||
	        has_ds_of_others(life, look))
		return false;
	uint8_t algorithm = life->keys[life->count - 1].algorithm;
	if (!has_new_key(life, LIFE_KSK, algorithm) || !has_new_key(life, LIFE_ZSK, algorithm))
		return false;
	for (unsigned i = 0; i < life->count; i++) {
		struct life_key *k = &life->keys[i];
		if (k->is_leaving || k->algorithm != algorithm || was_published(k))
			continue;
		if (k->role == LIFE_KSK)
			publish_ksk(life, k, now_s);
		else {
			life_mark_set(life, k, LIFE_DNSKEY, LIFE_RUMOURED, now_s);
			life_mark_set(life, k, LIFE_ZRRSIG, LIFE_RUMOURED, now_s);
			k->publish_s = now_s;
		}
	}
	return true;
}

/* Another KSK of an algorithm that signs already (RFC 7583, 3.3.1): it signs from its first second
 * on. */
static bool move_publish_ksk(struct life *life, struct life_key *k, int64_t now_s)
{
	if (!life->is_signed || k->is_leaving || was_published(k) ||
	        !life_has_algorithm(life, k->algorithm) || !has_signatures_of(life, k->algorithm))
		return false;
	publish_ksk(life, k, now_s);
	return true;
}

/* A stand-by that is needed: resolvers know its DNSKEY, so its signatures may come at once. */
static bool move_promoted(struct life *life, struct life_key *k, int64_t now_s)
{
	if (!life->is_signed || k->is_leaving || k->is_standby || !life_is_out(k, LIFE_DNSKEY) ||
	        !life_is_hidden(k, LIFE_KRRSIG))
		return false;
	life_mark_set(life, k, LIFE_KRRSIG, LIFE_RUMOURED, now_s);
	return true;
}

/* A new algorithm: first its signatures, without its DNSKEY (RFC 6781, 4.1.4). If the ZSK is stolen
 * meanwhile, another signs in its place at once: no resolver looks at signatures of an algorithm
 * without a DNSKEY, so none can miss that of the new one; and the thief gains nothing, whose key is
 * never published. The wait begins anew. */
static bool move_algorithm_signs(struct life *life, struct life_key *k, int64_t now_s)
{
	int signer = life_zsk_signer(life, k->algorithm);

	if (!life->is_signed || k->is_leaving || was_published(k) ||
	        !life_is_hidden(k, LIFE_ZRRSIG) || zone_is_bare(life) ||
	        life_has_algorithm(life, k->algorithm))
		return false;
	if (signer >= 0) {
		if (k->is_compromised || !life->keys[signer].is_compromised)
			return false;
		life->keys[signer].is_leaving = true;
		life_mark_set(life, &life->keys[signer], LIFE_ZRRSIG, LIFE_UNRETENTIVE, now_s);
	}
	life_mark_set(life, k, LIFE_ZRRSIG, LIFE_RUMOURED, now_s);
	return true;
}

/* Then its DNSKEYs, when every cached set has those signatures. */
static bool move_algorithm_comes(struct life *life, struct life_key *zsk, int64_t now_s)
{
	if (!life->is_signed || zsk->is_leaving || zsk->is_compromised || was_published(zsk) ||
	        !life_is_known(zsk, LIFE_ZRRSIG) || life_has_algorithm(life, zsk->algorithm) ||
	        !has_new_key(life, LIFE_KSK, zsk->algorithm))
		return false;
	life_mark_set(life, zsk, LIFE_DNSKEY, LIFE_RUMOURED, now_s);
	zsk->publish_s = now_s;
	for (unsigned i = 0; i < life->count; i++) {
		struct life_key *k = &life->keys[i];
		if (k->role == LIFE_KSK && k->algorithm == zsk->algorithm && !k->is_leaving)
			publish_ksk(life, k, now_s);
	}
	return true;
}

static bool some_ds_is_left(const struct life *life, uint8_t algorithm)
{
	for (unsigned i = 0; i < life->count; i++)
		if (life->keys[i].role == LIFE_KSK &&
		        (!algorithm || life->keys[i].algorithm == algorithm) &&
		        !life_is_hidden(&life->keys[i], LIFE_DS))
			return true;
	return false;
}

/* True if a DS would make validators trust a stolen key that none trusts yet: it is in the DNSKEY
 * RRset, and the zone has no DS. If the first ZSK is stolen, the wait for its end also is that for
 * caches with unsigned answers. */
static bool would_trust_thief(const struct life *life)
{
	bool is_stolen = false;

	for (unsigned i = 0; i < life->count; i++)
		is_stolen |= life->keys[i].is_compromised &&
		             !life_is_hidden(&life->keys[i], LIFE_DNSKEY);
	return is_stolen && !some_ds_is_left(life, 0);
}

bool life_may_have_ds(const struct life *life, const struct life_key *k)
{
	if (k->is_leaving || k->is_compromised || !life->is_signed ||
	        !life_is_known(k, LIFE_DNSKEY) || would_trust_thief(life))
		return false;
	if (k->is_standby ? !life_carrier(life, k->algorithm, k) : !life_is_known(k, LIFE_KRRSIG))
		return false;
	return has_signatures_of(life, k->algorithm) && has_known_signer(life, k->algorithm);
}

const struct life_key *life_carrier(
        const struct life *life, uint8_t algorithm, const struct life_key *except)
{
	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *k = &life->keys[i];
		if (k != except && k->role == LIFE_KSK && !k->is_leaving && !k->is_standby &&
		        (!algorithm || k->algorithm == algorithm) && life_is_known(k, LIFE_DS) &&
		        life_is_known(k, LIFE_DNSKEY) && life_is_out(k, LIFE_KRRSIG))
			return k;
	}
	return NULL;
}

static bool move_ask_for_ds(struct life *life, struct life_key *k, int64_t now_s)
{
	if (life_is_out(k, LIFE_DS) || !life_may_have_ds(life, k))
		return false;
	life_mark_set(life, k, LIFE_DS, LIFE_RUMOURED, now_s);
	return true;
}

/* True if every validator has another way into the zone than this KSK, of the same algorithm. The
 * other may leave, too, but not before a third one has come. What the parent has is looked at now:
 * somebody may have replaced its DS. */
static bool is_held_by_another(
        const struct life *life, const struct life_observation *look, const struct life_key *k)
{
	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *other = &life->keys[i];
		if (other != k && other->role == LIFE_KSK && other->algorithm == k->algorithm &&
		        life_is_known(other, LIFE_DS) && life_is_known(other, LIFE_DNSKEY) &&
		        life_is_known(other, LIFE_KRRSIG) && life_parents_have(look, other))
			return true;
	}
	return false;
}

/* The DS of a stolen KSK that not all resolvers have is asked for no more; the DNSKEY stays until
 * none has it. But if the parent has this DS alone, another one has to come first. */
static bool may_drop_stolen_ds(
        const struct life *life, const struct life_observation *look, const struct life_key *k)
{
	if (is_held_by_another(life, look, k))
		return true;
	if (life_is_known(k, LIFE_DS))
		return false;
	for (unsigned i = 0; i < life->count; i++)
		if (&life->keys[i] != k && life->keys[i].role == LIFE_KSK &&
		        life_is_out(&life->keys[i], LIFE_DS))
			return true;
	return !life_ds_is_seen(look, k);
}

/* The DS of before may go when another is known everywhere, and no cached DNSKEY RRset lacks its
 * signature. */
static bool move_drop_ds(
        struct life *life, const struct life_observation *look, struct life_key *k, int64_t now_s)
{
	const struct life_key *carrier = life_carrier(life, 0, k);
	bool is_carried = carrier && life_is_known(carrier, LIFE_KRRSIG);

	if (!life_is_out(k, LIFE_DS))
		return false;
	if (life->is_signed &&
	        (!k->is_leaving ||
	                !(is_carried || (k->is_compromised && may_drop_stolen_ds(life, look, k)))))
		return false;
	life_mark_set(life, k, LIFE_DS, LIFE_UNRETENTIVE, now_s);
	return true;
}

static void withdraw(struct life *life, struct life_key *k, int64_t now_s)
{
	if (life_is_out(k, LIFE_DNSKEY))
		life_mark_set(life, k, LIFE_DNSKEY, LIFE_UNRETENTIVE, now_s);
	if (life_is_out(k, LIFE_KRRSIG))
		life_mark_set(life, k, LIFE_KRRSIG, LIFE_UNRETENTIVE, now_s);
}

static bool another_ksk_signs(const struct life *life, const struct life_key *k)
{
	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *other = &life->keys[i];
		if (other != k && other->role == LIFE_KSK && other->algorithm == k->algorithm &&
		        life_is_out(other, LIFE_DNSKEY) && life_is_out(other, LIFE_KRRSIG))
			return true;
	}
	return false;
}

/* A KSK beside another of its algorithm goes when no resolver has its DS. A stolen one goes at
 * once: if all know the DS of the other, nobody needs it; nor if no resolver has its own, whatever
 * carries the zone, or nothing yet. */
static bool may_withdraw_ksk(
        const struct life *life, const struct life_observation *look, const struct life_key *k)
{
	bool has_no_ds = life_is_hidden(k, LIFE_DS);

	if (life_carrier(life, k->algorithm, k) && (has_no_ds || k->is_compromised))
		return true;
	return k->is_compromised &&
	       ((has_no_ds && another_ksk_signs(life, k)) || is_held_by_another(life, look, k));
}

static bool move_withdraw_ksk(
        struct life *life, const struct life_observation *look, struct life_key *k, int64_t now_s)
{
	if (!k->is_leaving || !life_is_out(k, LIFE_DNSKEY) || !life->is_signed ||
	        !may_withdraw_ksk(life, look, k))
		return false;
	withdraw(life, k, now_s);
	return true;
}

/* An algorithm goes when no resolver has a DS that names it: all its DNSKEYs together, its
 * signatures later. */
static bool move_algorithm_goes(struct life *life, struct life_key *ksk, int64_t now_s)
{
	const struct life_key *carrier = life_carrier(life, 0, ksk);

	if (!ksk->is_leaving || !life_is_out(ksk, LIFE_DNSKEY) || !life->is_signed || !carrier ||
	        carrier->algorithm == ksk->algorithm || some_ds_is_left(life, ksk->algorithm))
		return false;
	for (unsigned i = 0; i < life->count; i++) {
		if (life->keys[i].algorithm != ksk->algorithm)
			continue;
		life->keys[i].is_leaving = true;
		withdraw(life, &life->keys[i], now_s);
	}
	return true;
}

static bool move_algorithm_signs_no_more(struct life *life, struct life_key *k, int64_t now_s)
{
	if (!k->is_leaving || !life_is_out(k, LIFE_ZRRSIG) || !life_is_hidden(k, LIFE_DNSKEY))
		return false;
	life_mark_set(life, k, LIFE_ZRRSIG, LIFE_UNRETENTIVE, now_s);
	return true;
}

/* Without a DS in any cache nothing is validated any more: all goes at once. A DS of nobody's key
 * counts, too. */
static bool move_unsign(struct life *life, const struct life_observation *look, int64_t now_s)
{
	if (life->is_signed || zone_is_bare(life) || some_ds_is_left(life, 0) ||
	        !life_parents_are_bare(look))
		return false;
	for (unsigned i = 0; i < life->count; i++) {
		struct life_key *k = &life->keys[i];
		k->is_leaving = true;
		withdraw(life, k, now_s);
		if (life_is_out(k, LIFE_ZRRSIG))
			life_mark_set(life, k, LIFE_ZRRSIG, LIFE_UNRETENTIVE, now_s);
	}
	return true;
}

static bool move_ksk(
        struct life *life, const struct life_observation *look, struct life_key *k, int64_t now_s)
{
	return move_publish_ksk(life, k, now_s) || move_promoted(life, k, now_s) ||
	       move_ask_for_ds(life, k, now_s) || move_drop_ds(life, look, k, now_s) ||
	       move_withdraw_ksk(life, look, k, now_s) || move_algorithm_goes(life, k, now_s);
}

bool life_move(struct life *life, const struct life_observation *look, int64_t now_s)
{
	bool moved = move_first(life, look, now_s) || move_unsign(life, look, now_s);

	for (unsigned i = 0; i < life->count; i++) {
		struct life_key *k = &life->keys[i];
		if (k->role == LIFE_KSK)
			moved |= move_ksk(life, look, k, now_s);
		else
			moved |= move_algorithm_signs(life, k, now_s) ||
			         move_algorithm_comes(life, k, now_s) ||
			         move_algorithm_signs_no_more(life, k, now_s);
	}
	return moved;
}

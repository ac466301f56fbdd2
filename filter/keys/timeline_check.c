/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/timeline_check.h"

#include "dnssec/dnskey.h"
#include "dnssec/rrsig.h"
#include "keys/presign_check.h"

/* True if it is the DNSKEY of the ZSK: neither a KSK nor revoked. */
static bool is_dnskey_of(const struct timeline_zsk *zsk, const struct dnskey *key)
{
	return key->flags == DNSKEY_ZONE && key->protocol == DNSKEY_PROTOCOL &&
	       key->algorithm == signkey_algorithm(zsk->key) &&
	       span_equal(key->public_key, signkey_public(zsk->key));
}

/* True if one of the ZSKs signs for the algorithm, and is in the DNSKEY RRset. */
static bool is_algorithm_signed(const struct timeline_period *p, uint8_t algorithm)
{
	const struct presigned *set = &p->records->dnskey;
	struct dnskey key;

	for (unsigned i = 0; i < set->count; i++) {
		for (unsigned s = 0; s < p->signer_count; s++) {
			if (dnskey_read(set->rdatas[i], &key) && key.algorithm == algorithm &&
			        is_dnskey_of(p->signers[s], &key))
				return true;
		}
	}
	return false;
}

static const char *check_signers(const struct timeline_period *p)
{
	const struct presigned *set = &p->records->dnskey;
	struct dnskey key;

	for (unsigned i = 0; i < set->count; i++) {
		if (dnskey_read(set->rdatas[i], &key) && !is_algorithm_signed(p, key.algorithm))
			return "an algorithm of the DNSKEY RRset has no ZSK that signs in this "
			       "period and is in that RRset (RFC 4035, 2.2)";
	}
	/* One ZSK signs for each algorithm, so those of the algorithms there are in the RRset. */
	for (unsigned i = 0; i < p->signer_count; i++) {
		uint8_t algorithm = signkey_algorithm(p->signers[i]->key);
		for (unsigned k = 0; k < i; k++) {
			if (signkey_algorithm(p->signers[k]->key) == algorithm)
				return "two ZSKs of one algorithm sign in this period";
		}
	}
	return NULL;
}

/* True if for each algorithm of the DNSKEY RRset a signature of `set` is valid at each time of the
 * period. */
static bool lasts_to_end(const struct timeline_period *p, const struct presigned *set)
{
	return presigned_all_last_s(&set, 1, &p->records->dnskey, p->from_s) >=
	       p->until_s - 1 - p->from_s;
}

static const char *check_lasting(const struct timeline_period *p)
{
	if (!lasts_to_end(p, &p->records->dnskey))
		return "at some time in this period the DNSKEY RRset has no valid signature, or "
		       "none of one of its algorithms (RFC 4035, 2.2)";
	if (!lasts_to_end(p, &p->records->cds) || !lasts_to_end(p, &p->records->cdnskey))
		return "at some time in this period the CDS or CDNSKEY RRset has no valid "
		       "signature, or none of an algorithm of the DNSKEY RRset (RFC 4035, 2.2)";
	return NULL;
}

static const char *check_period(const struct timeline_period *p)
{
	const char *fault = NULL;

	if (p->records->dnskey.count == 0)
		return "there is no DNSKEY record in this period";
	fault = check_signers(p);
	return fault ? fault : check_lasting(p);
}

const char *timeline_check(struct crypto *crypto, const struct timeline *t, unsigned *line)
{
	const char *fault = NULL;

	*line = 0;
	for (unsigned i = 0; i < t->period_count && t->is_planned && !fault; i++) {
		*line = t->periods[i].line;
		fault = check_period(&t->periods[i]);
	}
	for (unsigned i = 0; i < t->set_count && !fault; i++)
		fault = presign_check(crypto, &t->sets[i], line);
	return fault;
}

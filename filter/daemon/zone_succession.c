/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_succession.h"

#include "keys/succession.h"

#define DNSKEY_HEAD_OCTETS 4 /* before the public key in the RDATA */

static bool shows_key(const struct presigned *set, const struct signkey *key)
{
	struct span public = signkey_public(key);

	for (unsigned i = 0; i < set->count; i++) {
		struct span rdata = set->rdatas[i];
		if (rdata.len > DNSKEY_HEAD_OCTETS &&
		        span_equal(public, span_of(rdata.base + DNSKEY_HEAD_OCTETS,
		                                   rdata.len - DNSKEY_HEAD_OCTETS)))
			return true;
	}
	return false;
}

void zone_succession_hold(struct sign_zone *fresh, const struct sign_zone *former, int64_t now_s)
{
	int64_t from_s = 0;

	if (!fresh->next_key)
		return;
	if (!shows_key(&former->dnskey, fresh->next_key))
		from_s = now_s + former->dnskey.ttl_s + SUCCESSION_SPREAD_S;
	else if (former->next_key && former->next_from_s > now_s &&
	         span_equal(signkey_public(former->next_key), signkey_public(fresh->next_key)) &&
	         former->is_next_held)
		from_s = former->next_from_s;
	if (from_s > fresh->next_from_s) {
		fresh->next_from_s = from_s;
		fresh->is_next_held = true;
	}
}

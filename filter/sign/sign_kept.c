/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_kept.h"

#include <errno.h>

#include "sign/signer_private.h"

/* The id is a fingerprint of the key and of all data that is signed, with times and TTL. So a
 * signature is found for no other data. A secret of the signer goes into the fingerprint, so that
 * an attacker cannot choose names that fall into one bucket of the table. */
struct kept_signature {
	struct signature_id id;
	uint16_t len;
	uint8_t octets[];
};

int signatures_fit(struct signer *s, size_t octets)
{
	if (octets <= s->signature_octets)
		return 0;
	if (memory_fit_signatures(s, sizeof(struct kept_signature) + octets) < 0)
		return -ENOMEM;
	s->signature_octets = octets;
	return 0;
}

struct signature_id signature_identify(
        const struct signer *s, const struct signkey *key, struct span data)
{
	const struct span secret = span_of(s->key.octets, sizeof(s->key.octets));
	const struct span parts[] = { secret, signkey_public(key), data };
	struct signature_id id;

	fingerprint(parts, 3, id.octets);
	return id;
}

struct span signature_find(struct signer *s, enum memory_kind kind, const struct signature_id *id)
{
	const struct kept_signature *kept = memory_find(s, kind, id);

	if (!kept)
		return span_of(NULL, 0);
	memory_touch(s, kind, kept);
	return span_of(kept->octets, kept->len);
}

struct span signature_make(struct signer *s, const struct signkey *key, struct span data,
        enum memory_kind kind, const struct signature_id *id)
{
	uint8_t signature[SIGNATURE_MAX_OCTETS];
	size_t len = signkey_sign(s->crypto, key, data, signature);

	if (len == 0 || len > s->signature_octets)
		return span_of(NULL, 0);
	struct kept_signature *kept = memory_add(s, kind, id);
	kept->len = (uint16_t)len;
	memcpy(kept->octets, signature, len);
	return span_of(kept->octets, len);
}

/* ---- Renewals ---- */

static bool is_noted(const struct renewals *r, const struct signature_id *id)
{
	for (unsigned i = 0; i < r->count; i++) {
		const struct renewal *noted = &r->items[(r->first + i) % RENEWALS_MAX];
		if (memcmp(&noted->id, id, sizeof(*id)) == 0)
			return true;
	}
	return false;
}

void renewal_note(struct signer *s, const struct signkey *key, struct span data)
{
	struct renewals *r = &s->renewals;

	if (data.len == 0 || data.len > RENEWAL_OCTETS || r->count == RENEWALS_MAX)
		return;
	struct signature_id id = signature_identify(s, key, data);
	const void *kept = memory_peek(s, MEMORY_SIGNATURES, &id);
	if (kept)
		memory_touch(s, MEMORY_SIGNATURES, kept);
	if (kept || is_noted(r, &id))
		return;
	struct renewal *renewal = &r->items[(r->first + r->count++) % RENEWALS_MAX];
	renewal->key = key;
	renewal->id = id;
	renewal->len = (uint16_t)data.len;
	memcpy(renewal->data, data.base, data.len);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/zone_sight.h"

#include <stdlib.h>

static void take_servers(struct zone_sight *s, const struct look_servers *servers)
{
	struct self_check_server *items = calloc(servers->count + 1, sizeof(*items));

	if (!items)
		return;
	for (unsigned i = 0; i < servers->count; i++)
		items[i] = (struct self_check_server){ .address = servers->at[i].address,
			.name = servers->names[servers->at[i].name] };
	free(s->servers);
	s->servers = items;
	s->server_count = servers->count;
}

static void take_ksks(
        struct zone_sight *s, const struct key_material *material, struct crypto *crypto)
{
	s->ksk_count = 0;
	for (unsigned i = 0; i < material->count; i++) {
		const struct keypair *k = &material->keys[i];
		struct self_check_key *key = &s->ksks[s->ksk_count];
		struct dnskey dnskey;
		key->tag = k->tag;
		if (keypair_is_ksk(k) && dnskey_read(keypair_rdata(k), &dnskey) &&
		        ds_of_dnskey(crypto, &k->zone, &dnskey, &key->ds))
			s->ksk_count++;
	}
}

void zone_sight_take(struct zone_sight *s, const struct zone_look *look,
        const struct key_material *material, struct crypto *crypto)
{
	take_servers(s, &look->servers);
	take_ksks(s, material, crypto);
}

void zone_sight_fini(struct zone_sight *s)
{
	free(s->servers);
	*s = (struct zone_sight){ .servers = NULL };
}

/* ---- What every server serves ---- */

static bool is_everywhere(const struct life_key *k, enum life_record record)
{
	const struct life_mark *mark = &k->marks[record];

	return mark->stage == LIFE_OMNIPRESENT || (mark->stage == LIFE_RUMOURED && mark->seen_s);
}

static bool zone_is_signed_by(const struct life *life, uint8_t algorithm)
{
	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *k = &life->keys[i];
		if (k->role == LIFE_ZSK && k->algorithm == algorithm &&
		        is_everywhere(k, LIFE_DNSKEY) && is_everywhere(k, LIFE_ZRRSIG))
			return true;
	}
	return false;
}

static const struct self_check_key *find_ksk(const struct zone_sight *s, uint16_t tag)
{
	for (unsigned i = 0; i < s->ksk_count; i++) {
		if (s->ksks[i].tag == tag)
			return &s->ksks[i];
	}
	return NULL;
}

unsigned zone_sight_choose(const struct zone_sight *s, const struct life *life,
        struct self_check_key keys[static SELF_CHECK_KEYS])
{
	unsigned count = 0;

	for (unsigned i = 0; i < life->count && count < SELF_CHECK_KEYS; i++) {
		const struct life_key *k = &life->keys[i];
		const struct self_check_key *found = find_ksk(s, k->tag);
		if (k->role == LIFE_KSK && found && is_everywhere(k, LIFE_DNSKEY) &&
		        is_everywhere(k, LIFE_KRRSIG) && zone_is_signed_by(life, k->algorithm))
			keys[count++] = *found;
	}
	return count;
}

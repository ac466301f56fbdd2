/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/timeline_make.h"

#include <stdio.h>
#include <string.h>

#include "keys/key_text.h"
#include "keys/timeline_check.h"
#include "keys/timeline_sign.h"
#include "keys/timeline_write.h"

struct timeline_maker {
	const struct timeline_making *making;
	enum vault_fault fault;
};

/* The key of the vault that makes the signatures of a KSK. */
static void vault_key_of(struct vault_key *key, const struct key_material *m, unsigned index)
{
	const struct keypair *pair = &m->keys[index];

	strcpy(key->name, m->vault_names[index]);
	key->algorithm = pair->algorithm;
	key->public_len = pair->rdata_len - 4;
	memcpy(key->public_octets, pair->rdata + 4, key->public_len);
}

static bool sign_by_vault(void *context, unsigned index, struct span data, struct writer *out,
        struct complaint *error)
{
	struct timeline_maker *maker = context;
	struct vault_signature signature;
	struct vault_key key;

	if (!maker->making->vault) {
		maker->fault = VAULT_AWAY;
		complaint_set(error, "the vault is not open");
		return false;
	}
	vault_key_of(&key, maker->making->material, index);
	maker->fault = vault_sign(maker->making->vault, &key, data, &signature, error);
	if (maker->fault == VAULT_GOOD)
		writer_put(out, span_of(signature.octets, signature.len));
	return maker->fault == VAULT_GOOD;
}

/* A timeline with a fault would make the zone Bogus, perhaps in days. */
static bool write_checked(struct made_timeline *made, const struct timeline_making *making,
        const struct timeline *t, struct complaint *error)
{
	unsigned line;
	const char *fault = timeline_check(making->crypto, t, &line);

	if (fault) {
		complaint_set(error,
		        "the timeline that was made is not fit to be used, and is not written: %s",
		        fault);
		return false;
	}
	made->end_s = timeline_end_s(t);
	made->text = timeline_write(t, making->crypto, error);
	return made->text != NULL;
}

bool timeline_make(
        struct made_timeline *made, const struct timeline_making *making, struct complaint *error)
{
	struct life_period periods[LIFE_PERIODS_MAX];
	struct timeline_maker maker = { .making = making };
	struct timeline t;

	*made = (struct made_timeline){ .text = NULL };
	const struct timeline_order order = { .crypto = making->crypto,
		.zone = making->zone,
		.keys = making->material->keys,
		.key_count = making->material->count,
		.periods = periods,
		.period_count = life_plan(making->life, making->policy, periods),
		.former = making->former,
		.generation = making->life->generation,
		.now_s = making->now_s,
		.ttl_s = making->policy->key_ttl_s,
		.sign = sign_by_vault,
		.vault = &maker };
	int signatures = timeline_sign(&t, &order, error);
	made->fault = maker.fault;
	if (signatures < 0)
		return false;
	made->signatures = (unsigned)signatures;
	bool good = write_checked(made, making, &t, error);
	timeline_fini(&t);
	return good;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_haste.h"

#include "sign/sign_zone.h"

/* Resolvers repeat a question that was not answered after a fraction of a second, programs after five seconds. */
#define REPEATED_MS 10000

struct hasty_client {
	uint8_t rest[WIDE_HASH_REST]; /* of the hash; the table stores the first octets */
	bool was_answered;            /* the last question; otherwise it went to the server */
	uint64_t asked_ms;
};

int sign_haste_init(struct signer *s)
{
	return table_init(&s->hasty, sizeof(struct hasty_client), s->limits.networks);
}

static bool is_hasty_client(const void *entry, const void *key)
{
	return wide_hash_has_rest(key, ((const struct hasty_client *)entry)->rest);
}

/* The letters of the name do not count: a resolver may choose others when it repeats a question. */
static struct wide_hash hash_of_question(const struct signer *s, const struct sign_job *job)
{
	uint8_t octets[16 + 2 + NAME_MAX_OCTETS];
	struct writer w = writer_over(octets, sizeof(octets));

	writer_put(&w, job->peers->client);
	writer_u16(&w, job->qtype);
	writer_put(&w, name_span(&zone_of(job, &job->qname)->apex));
	return keyed_hash_wide(&s->key, writer_span(&w));
}

bool haste_is_due(struct signer *s, const struct sign_job *job)
{
	struct wide_hash hash = hash_of_question(s, job);
	struct hasty_client *client =
	        table_find(&s->hasty, wide_hash_begin(&hash), is_hasty_client, &hash);

	if (client) {
		table_touch(&s->hasty, client);
	} else {
		client = table_add_or_replace(&s->hasty, wide_hash_begin(&hash));
		memcpy(client->rest, wide_hash_rest(&hash), sizeof(client->rest));
	}
	bool is_repeated = client->was_answered && job->now_ms < client->asked_ms + REPEATED_MS;
	client->was_answered = !is_repeated;
	client->asked_ms = job->now_ms;
	return !is_repeated;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_haste.h"

#include "sign/sign_zone.h"

/* Resolvers repeat a question that was not answered after a fraction of a second, programs after
 * five seconds. */
#define REPEATED_MS 10000

/* A server that left so many queries in a row unanswered is silent, until it answers one, or until
 * none was asked for a while. An attacker may know questions that a server leaves unanswered. But
 * each response to another client ends it, and all that is gained are answers that are right. */
#define SILENT_QUERIES 3
#define SILENT_MS      30000

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

/* ---- Silent servers ---- */

static struct answering *answering_of(struct signer *s, struct span server)
{
	return &s->answering[keyed_hash(&s->key, server) % ANSWERING_SLOTS];
}

static bool leaves_unanswered(struct signer *s, struct span server, uint64_t now_ms)
{
	const struct answering *a = answering_of(s, server);

	return a->unanswered >= SILENT_QUERIES && now_ms < a->noted_ms + SILENT_MS;
}

void haste_note_response(struct signer *s, const struct sign_context *context)
{
	if (!context->is_stream)
		answering_of(s, context->peers->server)->unanswered = 0;
}

void haste_note_silence(struct signer *s, const struct sign_context *context)
{
	if (context->is_stream)
		return;
	struct answering *a = answering_of(s, context->peers->server);
	a->unanswered++;
	a->noted_ms = context->now_ms;
}

/* ---- Clients ---- */

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
	bool is_repeated = client->was_answered && job->now_ms < client->asked_ms + REPEATED_MS &&
	                   !leaves_unanswered(s, job->peers->server, job->now_ms);
	client->was_answered = !is_repeated;
	client->asked_ms = job->now_ms;
	return !is_repeated;
}

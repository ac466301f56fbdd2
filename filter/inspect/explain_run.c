/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/explain_run.h"

#include <errno.h>
#include <stdlib.h>

#include "base/sockaddr.h"
#include "fetch/lookup.h"
#include "inspect/offline_judge.h"

/* Far more names than can be learned within LIMIT_FETCHES. */
#define EXPLAIN_RUN_ZONES 256

int explain_run_init(struct explain_run *run, const struct explain_run_options *options)
{
	*run = (struct explain_run){ .options = *options, .crypto = crypto_new() };
	run->written = malloc(EXCHANGE_ANSWER_MAX);
	run->answer = malloc(EXCHANGE_ANSWER_MAX);
	run->gate = (struct gate){
		.crypto = run->crypto, .store = &run->store, .policy = options->policy
	};
	if (!run->crypto || !run->written || !run->answer ||
	        store_init(&run->store, options->anchors, EXPLAIN_RUN_ZONES) < 0 ||
	        gate_init(&run->gate, 0) < 0)
		return -ENOMEM;
	run->store.ntas = options->ntas;
	run->store.local_names = options->local_names;
	run->store.local_zones = options->local_zones;
	if (options->server)
		store_set_server(&run->store, sockaddr_octets(options->server));
	return 0;
}

static void forget_links(struct explain_run *run)
{
	while (run->link_count > 0)
		free(run->links[--run->link_count].octets);
}

void explain_run_fini(struct explain_run *run)
{
	forget_links(run);
	gate_fini(&run->gate);
	store_fini(&run->store);
	crypto_free(run->crypto);
	free(run->written);
	free(run->answer);
}

static uint8_t *copy_octets(struct span octets)
{
	uint8_t *copy = malloc(octets.len ? octets.len : 1);

	if (copy && octets.len)
		memcpy(copy, octets.base, octets.len);
	return copy;
}

/* The response to the question, for the caller. */
struct kept_response {
	uint8_t *octets;
	size_t len;
};

/* A server that failed may succeed if asked again. */
static bool keep_response(void *context, struct span answer, bool last_try)
{
	struct kept_response *a = context;
	struct cursor c = cursor_at(answer, 2);
	unsigned rcode = cursor_u16(&c) & RCODE_MASK;

	if (!last_try && (rcode == RCODE_SERVFAIL || rcode == RCODE_REFUSED))
		return false;
	a->octets = copy_octets(answer);
	a->len = answer.len;
	return true;
}

uint8_t *explain_run_ask(struct explain_run *run, const struct want *question, size_t *len)
{
	struct kept_response a = { NULL, 0 };

	if (run->options.server)
		lookup(run->options.server, question, run->answer, keep_response, &a);
	*len = a.len;
	return a.octets;
}

static unsigned link_index(const struct explain_run *run, const struct want *want)
{
	unsigned i = 0;

	while (i < run->link_count && !want_equal(&run->links[i].want, want))
		i++;
	return i;
}

const struct explain_run_link *explain_run_link_of(
        const struct explain_run *run, const struct want *want)
{
	unsigned i = link_index(run, want);
	return i < run->link_count ? &run->links[i] : NULL;
}

/* A link that is wanted again, because it has expired, keeps its place. */
static void note_wanted(void *context, const struct want *want)
{
	struct explain_run *run = context;
	unsigned i = link_index(run, want);

	if (i == run->link_count)
		run->link_count++;
	else
		free(run->links[i].octets);
	run->links[i] = (struct explain_run_link){ .want = *want };
}

/* Keeps the message from which a link was learned, or the last that was tried. */
static void keep_tried(void *context, const struct want *want, struct span message, bool is_learned)
{
	struct explain_run *run = context;
	struct explain_run_link *link = &run->links[link_index(run, want)];

	free(link->octets);
	link->octets = copy_octets(message);
	link->len = message.len;
	link->is_learned = is_learned;
}

void explain_run_judge(struct explain_run *run, struct span response, bool asked_do, int64_t now_s)
{
	struct message m;
	struct offline_judge judge = { .gate = &run->gate,
		.material = run->options.material,
		.server = run->options.server,
		.answer = run->answer,
		.written = run->written,
		.wanted = note_wanted,
		.tried = keep_tried,
		.context = run };

	forget_links(run);
	store_flush(&run->store);
	run->response = response;
	run->now_s = now_s;
	message_parse(&m, response, run->gate.rrs,
	        MESSAGE_RRS_MAX); /* if this fails, `m` has the parts before the error */
	struct client_query asked = offline_judge_guess_asked(&m, asked_do);
	offline_judge_response(&judge, &asked, asked_do, response, now_s, &run->result);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/letters.h"

#include "worker/server_fallback.h"
#include "worker/worker.h"

static struct span own_question(const struct client_query *asked)
{
	return span_of(asked->question, asked->question_len);
}

static bool has_both_cases(const struct client_query *asked)
{
	bool has_upper = false, has_lower = false;

	for (size_t i = 0; i + 4 < asked->question_len; i++) {
		uint8_t c = asked->question[i];
		has_upper = has_upper || (c >= 'A' && c <= 'Z');
		has_lower = has_lower || (c >= 'a' && c <= 'z');
	}
	return has_upper && has_lower;
}

/* A sender that returns the question in the same mixed letters has seen the query. */
static void note_kept(struct arrivals *all, const struct arrival *a)
{
	if (server_fallback_changes_letters(all->fallback, &a->server) && has_both_cases(a->asked))
		server_fallback_note_letters(all->fallback, &a->server, false);
}

static bool is_left_to_client(const struct arrivals *all, const struct arrival *a)
{
	return a->asked->passes_unjudged || all->turn->is_paused;
}

enum letters letters_look(struct arrivals *all, const struct arrival *a,
        const struct message *response, uint8_t *octets, enum letters_from from)
{
	struct span own = own_question(a->asked);

	if (response->question_count == 0)
		return LETTERS_SAME;
	if (span_equal(response->question, own)) {
		if (all->fallback->has_letter_changers)
			note_kept(all, a);
		return LETTERS_SAME;
	}
	stats_count(&all->stats->responses_letters);
	if (from == LETTERS_FROM_CONNECTION)
		server_fallback_note_letters(all->fallback, &a->server, true);
	if (is_left_to_client(all, a))
		return LETTERS_AS_CAME;
	if (!server_fallback_changes_letters(all->fallback, &a->server))
		return LETTERS_DOUBTED;
	memcpy(octets + DNS_HEADER_SIZE, own.base, own.len);
	return LETTERS_PUT_BACK;
}

void letters_answered(struct arrivals *all, const struct parked *parked)
{
	server_fallback_note_letters(all->fallback, &parked->server, parked->has_other_letters);
}

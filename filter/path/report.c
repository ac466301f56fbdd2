/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "path/inside.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>

static void count(struct stats *stats, enum status status)
{
	switch (status) {
	case STATUS_SECURE:
		stats_count(&stats->status_secure);
		break;
	case STATUS_INSECURE:
		stats_count(&stats->status_insecure);
		break;
	case STATUS_INDETERMINATE:
		stats_count(&stats->status_indeterminate);
		break;
	case STATUS_BOGUS:
		stats_count(&stats->status_bogus);
		break;
	}
}

static void server_text(const struct sockaddr_storage *server, char text[static INET6_ADDRSTRLEN])
{
	const void *octets = server->ss_family == AF_INET
	                             ? (const void *)&((const struct sockaddr_in *)server)->sin_addr
	                             : &((const struct sockaddr_in6 *)server)->sin6_addr;

	inet_ntop(server->ss_family, octets, text, INET6_ADDRSTRLEN);
}

/* bogus www.example. A from 192.0.2.53: example. DNSKEY (ds-no-match: no DNSKEY matches the DS) */
static void log_refusal(const struct arrival *a, const struct gate_result *result)
{
	char asked_text[NAME_TEXT_SIZE], asked_type[TYPE_TEXT_SIZE];
	char culprit_text[NAME_TEXT_SIZE], culprit_type[TYPE_TEXT_SIZE];
	char server[INET6_ADDRSTRLEN];
	struct cursor c = cursor_over(span_of(a->asked->question, a->asked->question_len));
	struct name name;

	name_read_plain(&c, &name);
	type_text(cursor_u16(&c), asked_type);
	server_text(&a->server, server);
	log_warning("%s %.255s %s from %s: %.255s %s (%s: %s)", status_text(result->outcome.status),
	        name_text(&name, asked_text), asked_type, server,
	        name_text(&result->culprit.name, culprit_text),
	        type_text(result->culprit.type, culprit_type), reason_word(result->outcome.reason),
	        reason_sentence(result->outcome.reason));
}

void report(struct worker *w, const struct arrival *a, const struct gate_result *result)
{
	uint64_t withheld;

	count(&w->stats, result->outcome.status);
	if (result->outcome.status != STATUS_BOGUS &&
	        result->outcome.status != STATUS_INDETERMINATE)
		return;
	struct log_limit *limit =
	        result->outcome.status == STATUS_BOGUS ? &w->log_bogus : &w->log_indeterminate;
	if (!log_limit_allows(limit, w->now_ms, &withheld))
		return;
	if (withheld > 0)
		log_warning("%" PRIu64 " lines like the next were withheld", withheld);
	log_refusal(a, result);
}

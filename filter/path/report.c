/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "path/inside.h"

#include <arpa/inet.h>
#include <inttypes.h>

#include "base/sockaddr.h"

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

void report_server(const struct sockaddr_storage *server, char text[static INET6_ADDRSTRLEN])
{
	inet_ntop(server->ss_family, sockaddr_octets(server).base, text, INET6_ADDRSTRLEN);
}

/* A question and who answered it, for people. */
struct who {
	char name[NAME_TEXT_SIZE], type[TYPE_TEXT_SIZE];
	char server[INET6_ADDRSTRLEN];
};

static void read_who(const struct arrival *a, struct who *who)
{
	struct cursor c = cursor_over(span_of(a->asked->question, a->asked->question_len));
	struct name name;

	name_read_plain(&c, &name);
	name_text(&name, who->name);
	type_text(cursor_u16(&c), who->type);
	report_server(&a->server, who->server);
}

/* bogus www.example. A from 192.0.2.53: example. DNSKEY (ds-no-match: no DNSKEY matches the DS) */
static void log_refusal(const struct arrival *a, const struct gate_result *result)
{
	char culprit_text[NAME_TEXT_SIZE], culprit_type[TYPE_TEXT_SIZE];
	struct who who;

	read_who(a, &who);
	log_warning("%s %.255s %s from %s: %.255s %s (%s: %s)", status_text(result->outcome.status),
	        who.name, who.type, who.server, name_text(&result->culprit.name, culprit_text),
	        type_text(result->culprit.type, culprit_type), reason_word(result->outcome.reason),
	        reason_sentence(result->outcome.reason));
}

/* A flood of them must not fill the log. */
static bool may_log(struct worker *w, struct log_limit *limit)
{
	uint64_t withheld;

	if (!log_limit_allows(limit, w->now_ms, &withheld))
		return false;
	if (withheld > 0)
		log_warning("%" PRIu64 " lines like the next were withheld", withheld);
	return true;
}

/* unjudged www.example. A from 192.0.2.53 (paused: judging is paused) */
void report_unjudged(struct worker *w, const struct arrival *a, enum reason reason)
{
	struct who who;

	if (!may_log(w, &w->log_unjudged))
		return;
	read_who(a, &who);
	log_info("unjudged %.255s %s from %s (%s: %s)", who.name, who.type, who.server,
	        reason_word(reason), reason_sentence(reason));
}

void report(struct worker *w, const struct arrival *a, const struct gate_result *result)
{
	count(&w->stats, result->outcome.status);
	if (result->outcome.status != STATUS_BOGUS &&
	        result->outcome.status != STATUS_INDETERMINATE)
		return;
	struct log_limit *limit =
	        result->outcome.status == STATUS_BOGUS ? &w->log_bogus : &w->log_indeterminate;
	if (may_log(w, limit))
		log_refusal(a, result);
}

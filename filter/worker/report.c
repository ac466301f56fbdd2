/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/report.h"

#include "worker/worker_private.h"

#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>

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
	address_text(sockaddr_octets(server), text);
}

/* A question and who answered it, for people. */
struct who {
	char name[NAME_TEXT_SIZE], type[TYPE_TEXT_SIZE];
	char server[INET6_ADDRSTRLEN];
};

static void read_question(const struct client_query *asked, struct who *who)
{
	struct cursor c = cursor_over(span_of(asked->question, asked->question_len));
	struct name name;

	name_read_plain(&c, &name);
	name_text(&name, who->name);
	type_text(cursor_u16(&c), who->type);
}

static void read_who(const struct arrival *a, struct who *who)
{
	read_question(a->asked, who);
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

/* unjudged www.example. A from 192.0.2.53 (pause: all of it, AD clear) */
void report_unjudged(struct worker *w, const struct arrival *a, enum exemption exemption)
{
	const struct exempt *exempt = &exempts[exemption];
	struct who who;

	if (exempt->log != EXEMPT_EACH || !may_log(w, &w->log_unjudged))
		return;
	read_who(a, &who);
	log_info("unjudged %.255s %s from %s (%s: %s)", who.name, who.type, who.server,
	        exempt->word, exempt_pass_text(exempt->may_pass));
}

/* The addresses of a flow, for people. */
struct pair {
	char client[INET6_ADDRSTRLEN], server[INET6_ADDRSTRLEN];
};

static void read_pair(const struct flow_key *key, struct pair *pair)
{
	address_text(flow_key_client(key), pair->client);
	address_text(flow_key_server(key), pair->server);
}

#define INTERFACE_TEXT_SIZE (IF_NAMESIZE + 16)

/* Names an interface, or says what 0 stands for. */
static const char *interface_text(uint32_t index, char text[static INTERFACE_TEXT_SIZE])
{
	char name[IF_NAMESIZE];

	if (index == 0)
		snprintf(text, INTERFACE_TEXT_SIZE, "this machine");
	else if (if_indextoname(index, name))
		snprintf(text, INTERFACE_TEXT_SIZE, "%s", name);
	else
		snprintf(text, INTERFACE_TEXT_SIZE, "interface %u", index);
	return text;
}

void report_rival(struct worker *w, const struct flow_key *key, const struct client_query *asked)
{
	char from[INTERFACE_TEXT_SIZE];
	struct pair pair;
	struct who who;

	stats_count(&w->stats.queries_rival);
	if (!may_log(w, &w->log_rival))
		return;
	read_pair(key, &pair);
	read_question(asked, &who);
	log_warning("two queries at once from %s port %u to %s with the id %u, the second for "
	            "%.255s %s from %s: somebody may be copying queries",
	        pair.client, key->client_port, pair.server, key->id, who.name, who.type,
	        interface_text(key->way.in, from));
}

void report_always_cd(struct span client)
{
	char text[INET6_ADDRSTRLEN];

	log_warning("%s sets CD in every query, so nothing that it is answered is checked here: if "
	            "it does not check by itself (BIND with dnssec-validation no, PowerDNS with "
	            "process-no-validate do not), forged answers are believed. See "
	            "checking_disabled and validators",
	        address_text(client, text));
}

void report_stray(struct worker *w, const struct flow_key *key, const struct message *response)
{
	char name[NAME_TEXT_SIZE], from[INTERFACE_TEXT_SIZE], to[INTERFACE_TEXT_SIZE];
	struct pair pair;

	if (!may_log(w, &w->log_rival))
		return;
	read_pair(key, &pair);
	log_warning("dropped: a response for %.255s from %s to %s came from %s and would leave to "
	            "%s, which is not the way that its query took",
	        name_text(&response->qname, name), pair.server, pair.client,
	        interface_text(key->way.in, from), interface_text(key->way.out, to));
}

void report_judged(struct worker *w, const struct arrival *a, const struct gate_result *result)
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

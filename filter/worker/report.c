/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/report.h"

#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>

#include "base/advice.h"
#include "base/sockaddr.h"
#include "flow/refusals.h"
#include "wire/edns.h"
#include "worker/report_help.h"

#define LOG_BURST      20
#define LOG_PER_SECOND 5

void report_init(struct report *r, const struct turn *turn, struct stats *stats)
{
	const struct log_limit limit = { .burst = LOG_BURST, .per_second = LOG_PER_SECOND };

	*r = (struct report){ .turn = turn,
		.stats = stats,
		.bogus = limit,
		.indeterminate = limit,
		.unjudged = limit,
		.rival = limit,
		.renewal = limit,
		.differs = limit };
}

bool report_may_log(struct log_limit *limit, uint64_t now_ms)
{
	uint64_t withheld;

	if (!log_limit_allows(limit, now_ms, &withheld))
		return false;
	if (withheld > 0)
		log_warning("%" PRIu64 " lines like the next one were not logged", withheld);
	return true;
}

static void count_status(struct stats *stats, enum status status)
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

#define FILTER_TEXT_SIZE 64

/* A question and the server that answered it, as text. */
struct response_text {
	char name[NAME_TEXT_SIZE], type[TYPE_TEXT_SIZE];
	char server[INET6_ADDRSTRLEN], client[INET6_ADDRSTRLEN];
};

static void question_text(const struct client_query *asked, struct response_text *text)
{
	struct cursor c = cursor_over(span_of(asked->question, asked->question_len));
	struct name name;

	name_read_plain(&c, &name);
	name_text(&name, text->name);
	type_text(cursor_u16(&c), text->type);
}

static void response_text(struct reported response, struct response_text *text)
{
	question_text(response.asked, text);
	report_server(response.server, text->server);
	address_text(response.client, text->client);
}

/* Writes "; the server says: Blocked (EDE 15)", or "" for 0. */
static void filter_text(uint16_t filter_ede, char text[static FILTER_TEXT_SIZE])
{
	text[0] = '\0';
	if (filter_ede)
		snprintf(text, FILTER_TEXT_SIZE, "; the server says: %s (EDE %u)",
		        edns_filter_word(filter_ede), filter_ede);
}

#define HELP_TEXT_SIZE (NAME_TEXT_SIZE + 500)

/* ; see `sealgate explain www.example. A`, negative_trust_anchors */
static void help_text(
        const struct response_text *text, enum reason reason, char written[static HELP_TEXT_SIZE])
{
	struct report_help help = report_help_for(reason);
	size_t len = 0;

	written[0] = '\0';
	if (help.explains)
		len = (size_t)snprintf(written, HELP_TEXT_SIZE,
		        "; see `sealgate explain%s %.255s %s`", advice_options(), text->name,
		        text->type);
	if (help.keys)
		snprintf(written + len, HELP_TEXT_SIZE - len, "%s%s",
		        help.explains ? ", " : "; see ", help.keys);
}

/* bogus www.example. A from 192.0.2.53 to 192.0.2.7: example. DNSKEY (ds-no-match: no DNSKEY
 * matches the DS)
 *
 * What may help stands at the end. A habit of the server follows the reason: (rrsig-missing: the
 * zone is signed but there is no RRSIG; stripped: the server leaves out ...) */
static void log_refusal(struct reported response, const struct gate_result *result, bool is_copy)
{
	char culprit_text[NAME_TEXT_SIZE], culprit_type[TYPE_TEXT_SIZE];
	struct response_text text;
	char help[HELP_TEXT_SIZE], filter[FILTER_TEXT_SIZE];

	response_text(response, &text);
	filter_text(result->filter_ede, filter);
	bool has_habit = result->habit != REASON_NONE;
	help_text(&text, has_habit ? result->habit : result->outcome.reason, help);
	log_line(is_copy ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING,
	        "%s %.255s %s from %s to %s: %.255s %s (%s: %s%s%s%s%s%s)%s%s",
	        status_text(result->outcome.status), text.name, text.type, text.server, text.client,
	        name_text(&result->culprit.name, culprit_text),
	        type_text(result->culprit.type, culprit_type), reason_word(result->outcome.reason),
	        reason_sentence(result->outcome.reason), has_habit ? "; " : "",
	        has_habit ? reason_word(result->habit) : "", has_habit ? ": " : "",
	        has_habit ? reason_sentence(result->habit) : "", filter,
	        is_copy ? "; passed, would be SERVFAIL in enforce mode" : "", help);
}

void report_renewal(struct report *r, struct reported response, const struct want *want)
{
	struct response_text text;
	char zone[NAME_TEXT_SIZE];

	if (want->stale_s == 0)
		return;
	stats_count(&r->stats->renewals);
	if (!report_may_log(&r->renewal, r->turn->now_ms))
		return;
	response_text(response, &text);
	name_text(&want->name, zone);
	if (want->is_unsigned)
		log_info("%.255s %s from %s to %s: not signed, although %.255s had a DNSKEY set %u "
		         "s "
		         "ago; its "
		         "DS and DNSKEY are fetched once more",
		        text.name, text.type, text.server, text.client, zone, want->stale_s);
	else
		log_info("%.255s %s from %s to %s: signed by a key that the DNSKEY set learned %u "
		         "s ago "
		         "does "
		         "not have; the DS and DNSKEY of %.255s are fetched once more",
		        text.name, text.type, text.server, text.client, want->stale_s, zone);
}

/* unjudged www.example. A from 192.0.2.53 to 192.0.2.7 (pause: all of it, without AD unless judged
 * Secure) */
void report_unjudged(
        struct report *r, struct reported response, enum exemption exemption, uint16_t filter_ede)
{
	const struct exempt *exempt = &exempts[exemption];
	char filter[FILTER_TEXT_SIZE];
	struct response_text text;

	if (exempt->log != EXEMPT_EACH || !report_may_log(&r->unjudged, r->turn->now_ms))
		return;
	response_text(response, &text);
	filter_text(filter_ede, filter);
	log_info("unjudged %.255s %s from %s to %s (%s: %s%s)", text.name, text.type, text.server,
	        text.client, exempt->word, exempt_pass_text(exempt->may_pass), filter);
}

/* The addresses of a flow, as text. */
struct flow_text {
	char client[INET6_ADDRSTRLEN], server[INET6_ADDRSTRLEN];
};

static void flow_text(const struct flow_key *key, struct flow_text *text)
{
	address_text(flow_key_client(key), text->client);
	address_text(flow_key_server(key), text->server);
}

#define INTERFACE_TEXT_SIZE (IF_NAMESIZE + 16)

/* Index 0 is this machine itself. */
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

void report_rival(struct report *r, const struct flow_key *key, const struct client_query *asked)
{
	char from[INTERFACE_TEXT_SIZE];
	struct flow_text addresses;
	struct response_text text;

	stats_count(&r->stats->queries_rival);
	if (!report_may_log(&r->rival, r->turn->now_ms))
		return;
	flow_text(key, &addresses);
	question_text(asked, &text);
	log_warning("two queries at once from %s port %u to %s with the id %u, the second for "
	            "%.255s %s from %s: an attacker may be copying queries (docs/security.md)",
	        addresses.client, key->client_port, addresses.server, key->id, text.name, text.type,
	        interface_text(key->way.in, from));
}

void report_always_cd(struct span client)
{
	char text[INET6_ADDRSTRLEN];

	log_warning("%s sets CD in every query, so sealgate checks none of its answers. If this "
	            "client does not check them itself (BIND with dnssec-validation no, PowerDNS "
	            "with process-no-validate do not), it believes forged answers. See "
	            "checking_disabled and validators",
	        address_text(client, text));
}

void report_stray(struct report *r, const struct flow_key *key, const struct message *response)
{
	char name[NAME_TEXT_SIZE], from[INTERFACE_TEXT_SIZE], to[INTERFACE_TEXT_SIZE];
	struct flow_text addresses;

	if (!report_may_log(&r->rival, r->turn->now_ms))
		return;
	flow_text(key, &addresses);
	log_warning("%s a response for %.255s from %s to %s: it came in from %s and would "
	            "leave to %s, which is not the way of its query. sealgate must see both ways "
	            "(README.md, \"What it cannot do yet\")",
	        r->monitors ? "enforce would drop" : "dropped", name_text(&response->qname, name),
	        addresses.server, addresses.client, interface_text(key->way.in, from),
	        interface_text(key->way.out, to));
}

static void remember_refusal(
        struct report *r, struct reported response, const struct gate_result *result)
{
	if (!r->refusals)
		return;
	refusals_note(r->refusals,
	        &(struct refused_response){ .asked = response.asked,
	                .client = response.client,
	                .server = sockaddr_octets(response.server),
	                .status = status_text(result->outcome.status),
	                .reason = reason_word(result->outcome.reason),
	                .is_passed = r->monitors },
	        r->turn->now_s);
}

void report_judged(struct report *r, struct reported response, const struct gate_result *result)
{
	enum status status = result->outcome.status;

	count_status(r->stats, status);
	if (status != STATUS_BOGUS && status != STATUS_INDETERMINATE)
		return;
	remember_refusal(r, response, result);
	if (result->outcome.reason == REASON_ANCHOR_NO_MATCH) /* told once: worker/gates.c */
		return;
	if (report_may_log(status == STATUS_BOGUS ? &r->bogus : &r->indeterminate, r->turn->now_ms))
		log_refusal(response, result, r->monitors);
}

/* True for a response that enforce counts by its exemption, and not by a status. */
static bool is_unjudged(const struct gate_result *result)
{
	enum may_pass may_pass = exempts[result->exemption].may_pass;

	return may_pass == PASS_ALL || may_pass == PASS_WHOLE || may_pass == PASS_NAMED;
}

static const char *const did_text[] = {
	[GATE_ACCEPT] = "passed unchanged",
	[GATE_REWRITE] = "passed rewritten",
	[GATE_SERVFAIL] = "SERVFAIL",
	[GATE_DROP] = "dropped",
	[GATE_WANT] = "dropped",
};

/* secure www.example. A from 192.0.2.53 to 192.0.2.7: passed rewritten */
void report_done(const struct report *r, struct reported response, const struct gate_result *result)
{
	struct response_text text;

	bool is_exempt = result->exemption != EXEMPT_NOT;

	if (!log_writes(LOG_LEVEL_DEBUG))
		return;
	response_text(response, &text);
	log_line(LOG_LEVEL_DEBUG, "%s %.255s %s from %s to %s: %s%s%s%s",
	        is_unjudged(result) ? "unjudged" : status_text(result->outcome.status), text.name,
	        text.type, text.server, text.client,
	        r->monitors ? "passed as it came, in enforce mode " : "", did_text[result->verdict],
	        is_exempt ? " by the exemption " : "",
	        is_exempt ? exempts[result->exemption].word : "");
}

static void log_differing(struct report *r, struct reported response)
{
	struct response_text text;

	if (!report_may_log(&r->differs, r->turn->now_ms))
		return;
	response_text(response, &text);
	log_info("differs %.255s %s from %s to %s: the records are not those of the signed answer "
	         "that the server gave to the same question; they rotate, or they are forged; see "
	         "`sealgate explain%s %.255s %s`",
	        text.name, text.type, text.server, text.client, advice_options(), text.name,
	        text.type);
}

void report_monitored(struct report *r, struct reported response, enum copy_fate fate,
        const struct gate_result *result)
{
	switch (fate) {
	case COPY_PASSES:
		report_done(r, response, result);
		if (!is_unjudged(result))
			count_status(r->stats, result->outcome.status);
		break;
	case COPY_REFUSED:
		report_judged(r, response, result);
		break;
	case COPY_DIFFERS:
		log_differing(r, response);
		break;
	case COPY_UNKNOWN:
		break;
	}
}

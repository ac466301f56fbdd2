/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/audit_report.h"

#include <inttypes.h>

#include "base/sockaddr.h"
#include "inspect/audit_json.h"

#define REASON_TEXT_SIZE (NAME_TEXT_SIZE + 200)

static const char *const verdict_words[] = {
	[AUDIT_ACCEPT] = "accept",
	[AUDIT_REWRITE] = "rewrite",
	[AUDIT_SERVFAIL] = "servfail",
	[AUDIT_DROP] = "drop",
	[AUDIT_UNKNOWN] = "unknown",
};

/* Writes the RRset that decided, and the reason; if Secure, that there is none. */
static const char *reason_text(const struct gate_result *r, char text[static REASON_TEXT_SIZE])
{
	char name[NAME_TEXT_SIZE], type[TYPE_TEXT_SIZE];

	snprintf(text, REASON_TEXT_SIZE, "%s %s: %s", name_text(&r->culprit.name, name),
	        type_text(r->culprit.type, type), reason_sentence(r->outcome.reason));
	return text;
}

static bool write_line(FILE *out, const struct audited_response *response)
{
	const struct captured_message *seen = response->seen;
	const struct gate_result *r = &response->result;
	char source[INET6_ADDRSTRLEN], qname[NAME_TEXT_SIZE], qtype[TYPE_TEXT_SIZE];
	char reason[REASON_TEXT_SIZE];
	bool is_plain = r->outcome.status == STATUS_SECURE;

	return fprintf(out, "%6" PRIu64 "  %-13s %-8s  %s %s %s from %s%s%s%s\n", seen->at.packet,
	               status_text(r->outcome.status), verdict_words[response->verdict],
	               name_text(&response->message.qname, qname),
	               type_text(response->message.qtype, qtype),
	               rcode_text(message_rcode(&response->message)),
	               address_text(seen->source, source), is_plain ? "" : "  (",
	               is_plain ? "" : reason_text(r, reason), is_plain ? "" : ")") > 0;
}

bool audit_report_write(
        struct audit_report *report, const char *file, const struct audited_response *response)
{
	char reason[REASON_TEXT_SIZE];

	report->responses++;
	report->by_status[response->result.outcome.status]++;
	report->by_reason[response->result.outcome.reason]++;
	report->by_verdict[response->verdict]++;
	if (!report->as_json)
		return write_line(report->out, response);
	return audit_json_write(report->out, file, response, reason_text(&response->result, reason),
	        verdict_words[response->verdict]);
}

static void write_count(FILE *out, uint64_t count, const char *what)
{
	if (count > 0)
		fprintf(out, "%10" PRIu64 "  %s\n", count, what);
}

bool audit_report_would_refuse(const struct audit_report *report)
{
	return report->by_status[STATUS_BOGUS] > 0 || report->by_verdict[AUDIT_SERVFAIL] > 0;
}

void audit_report_summary(const struct audit_report *report)
{
	if (report->as_json)
		return;
	fprintf(report->out, "\n%10" PRIu64 "  responses\n", report->responses);
	for (unsigned i = 0; i < AUDIT_REPORT_STATUSES; i++)
		write_count(report->out, report->by_status[i], status_text(i));
	fputs("\nverdicts in enforce mode:\n", report->out);
	for (unsigned i = 0; i < AUDIT_VERDICTS; i++)
		write_count(report->out, report->by_verdict[i], verdict_words[i]);
	if (report->responses > report->by_reason[REASON_NONE])
		fputs("\nwhy not secure:\n", report->out);
	for (unsigned i = REASON_NONE + 1; i < REASON_COUNT; i++)
		write_count(report->out, report->by_reason[i], reason_sentence(i));
}

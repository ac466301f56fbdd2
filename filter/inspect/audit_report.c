/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/audit_report.h"

#include <inttypes.h>
#include <jansson.h>

#include "base/sockaddr.h"

#define REASON_TEXT_SIZE (NAME_TEXT_SIZE + 200)

static const char *const verdict_words[] = {
	[GATE_ACCEPT] = "accept",
	[GATE_REWRITE] = "rewrite",
	[GATE_SERVFAIL] = "servfail",
	[GATE_DROP] = "drop",
};

/* Names the RRset that decided and what was found; of a Secure answer, that nothing was. */
static const char *reason_text(const struct gate_result *r, char text[static REASON_TEXT_SIZE])
{
	char name[NAME_TEXT_SIZE], type[TYPE_TEXT_SIZE];

	snprintf(text, REASON_TEXT_SIZE, "%s %s: %s", name_text(&r->culprit.name, name),
	        type_text(r->culprit.type, type), reason_sentence(r->outcome.reason));
	return text;
}

static json_t *json_of_response(const char *file, const struct audited_response *response)
{
	const struct captured_message *seen = response->seen;
	const struct gate_result *r = &response->result;
	char source[INET6_ADDRSTRLEN], destination[INET6_ADDRSTRLEN];
	char qname[NAME_TEXT_SIZE], qtype[TYPE_TEXT_SIZE], signer[NAME_TEXT_SIZE];
	char reason[REASON_TEXT_SIZE];
	int ede = reason_ede(r->outcome.reason);

	return json_pack(
	        "{s:s, s:I, s:s, s:i, s:s, s:i, s:s, s:i, s:s, s:s, s:s, s:s, s:o, s:s, s:s, "
	        "s:o, s:s}",
	        "file", file, "packet", (json_int_t)seen->at.packet, "src",
	        address_text(seen->source, source), "src_port", (int)seen->source_port, "dst",
	        address_text(seen->destination, destination), "dst_port",
	        (int)seen->destination_port, "transport", seen->over_tcp ? "tcp" : "udp", "id",
	        (int)response->message.id, "qname", name_text(&response->message.qname, qname),
	        "qtype", type_text(response->message.qtype, qtype), "rcode",
	        rcode_text(message_rcode(&response->message)), "status",
	        status_text(r->outcome.status), "ede",
	        ede == EDE_NONE ? json_null() : json_integer(ede), "cause",
	        reason_word(r->outcome.reason), "reason", reason_text(r, reason), "signer",
	        r->has_signer ? json_string(name_text(&r->signer, signer)) : json_null(), "verdict",
	        verdict_words[r->verdict]);
}

static bool write_json(FILE *out, const char *file, const struct audited_response *response)
{
	json_t *object = json_of_response(file, response);
	bool ok = object && json_dumpf(object, out, JSON_COMPACT) == 0 && fputc('\n', out) != EOF;

	json_decref(object);
	return ok;
}

static bool write_line(FILE *out, const struct audited_response *response)
{
	const struct captured_message *seen = response->seen;
	const struct gate_result *r = &response->result;
	char source[INET6_ADDRSTRLEN], qname[NAME_TEXT_SIZE], qtype[TYPE_TEXT_SIZE];
	char reason[REASON_TEXT_SIZE];
	bool is_plain = r->outcome.status == STATUS_SECURE;

	return fprintf(out, "%6" PRIu64 "  %-13s %-8s  %s %s %s from %s%s%s%s\n", seen->at.packet,
	               status_text(r->outcome.status), verdict_words[r->verdict],
	               name_text(&response->message.qname, qname),
	               type_text(response->message.qtype, qtype),
	               rcode_text(message_rcode(&response->message)),
	               address_text(seen->source, source), is_plain ? "" : "  (",
	               is_plain ? "" : reason_text(r, reason), is_plain ? "" : ")") > 0;
}

bool audit_report_write(
        struct audit_report *report, const char *file, const struct audited_response *response)
{
	report->responses++;
	report->by_status[response->result.outcome.status]++;
	report->by_reason[response->result.outcome.reason]++;
	report->by_verdict[response->result.verdict]++;
	return report->as_json ? write_json(report->out, file, response)
	                       : write_line(report->out, response);
}

static void write_count(FILE *out, uint64_t count, const char *what)
{
	if (count > 0)
		fprintf(out, "%10" PRIu64 "  %s\n", count, what);
}

void audit_report_summary(const struct audit_report *report)
{
	if (report->as_json)
		return;
	fprintf(report->out, "\n%10" PRIu64 "  responses\n", report->responses);
	for (unsigned i = 0; i < AUDIT_REPORT_STATUSES; i++)
		write_count(report->out, report->by_status[i], status_text(i));
	fputs("\nwhat enforcing would do:\n", report->out);
	for (unsigned i = 0; i < GATE_WANT; i++)
		write_count(report->out, report->by_verdict[i], verdict_words[i]);
	if (report->responses > report->by_reason[REASON_NONE])
		fputs("\nwhy not secure:\n", report->out);
	for (unsigned i = REASON_NONE + 1; i < REASON_COUNT; i++)
		write_count(report->out, report->by_reason[i], reason_sentence(i));
}

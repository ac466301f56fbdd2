/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/audit_json.h"

#include <jansson.h>

#include "base/sockaddr.h"

bool audit_json_is_built(void)
{
	return true;
}

static json_t *json_of_response(const char *file, const struct audited_response *response,
        const char *reason, const char *verdict)
{
	const struct captured_message *seen = response->seen;
	const struct gate_result *r = &response->result;
	char source[INET6_ADDRSTRLEN], destination[INET6_ADDRSTRLEN];
	char qname[NAME_TEXT_SIZE], qtype[TYPE_TEXT_SIZE], signer[NAME_TEXT_SIZE];
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
	        reason_word(r->outcome.reason), "reason", reason, "signer",
	        r->has_signer ? json_string(name_text(&r->signer, signer)) : json_null(), "verdict",
	        verdict);
}

bool audit_json_write(FILE *out, const char *file, const struct audited_response *response,
        const char *reason, const char *verdict)
{
	json_t *object = json_of_response(file, response, reason, verdict);
	bool ok = object && json_dumpf(object, out, JSON_COMPACT) == 0 && fputc('\n', out) != EOF;

	json_decref(object);
	return ok;
}

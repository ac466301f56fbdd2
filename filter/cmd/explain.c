/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sealgate explain: shows the chain of trust of a name, link by link, as the gate uses it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "cmd/command.h"
#include "cmd/judge_options.h"
#include "cmd/options.h"
#include "cmd/read_captures.h"
#include "config/address.h"
#include "config/nameserver.h"
#include "inspect/audit.h"
#include "inspect/captured_responses.h"
#include "inspect/explain_text.h"

#define RESOLV_CONF  "/etc/resolv.conf"
#define CAPTURES_MAX 64
#define TYPES_END    65536
#define SOURCE_SIZE  400

struct explain_command {
	struct judge_options judge;
	struct want question;
	bool as_dot, has_server;
	struct sockaddr_storage server;
	unsigned path_count;
	char *paths[CAPTURES_MAX + 1]; /* the last is NULL */

	struct chain_material *material;
	struct captured_responses captured;
	struct explain_run run;
	struct rr *rrs;
	uint8_t *response; /* from the server */
};

/* ---- The command line ---- */

static bool explain_take_option(struct explain_command *r, int letter, char *value)
{
	switch (letter) {
	case 'S':
		r->has_server = judge_options_read_server("--server", value, &r->server);
		return r->has_server;
	case 'p':
		if (r->path_count == CAPTURES_MAX)
			return options_wrong(
			        "explain", "at most %d --pcap are allowed", CAPTURES_MAX);
		r->paths[r->path_count++] = value;
		return true;
	case 'd':
		r->as_dot = true;
		return true;
	default:
		return judge_options_take(&r->judge, letter, value);
	}
}

static bool explain_read_options(struct explain_command *r, int argc, char **argv)
{
	int letter;

	judge_options_begin(&r->judge);
	while ((letter = options_next(&command_explain, argc, argv)) != -1) {
		if (!explain_take_option(r, letter, optarg))
			return false;
	}
	return true;
}

/* Reads a mnemonic or TYPE123 (RFC 3597, 5), in any letter case. */
static bool read_type(const char *text, uint16_t *type)
{
	for (unsigned i = 1; i < TYPES_END; i++) {
		char known[TYPE_TEXT_SIZE], number[TYPE_TEXT_SIZE];
		snprintf(number, sizeof(number), "TYPE%u", i);
		*type = (uint16_t)i;
		if (strcasecmp(type_text(*type, known), text) == 0 || strcasecmp(number, text) == 0)
			return true;
	}
	return false;
}

static bool explain_read_question(struct explain_command *r, int argc, char **argv)
{
	static const char *const names[] = { "NAME", "TYPE" };

	r->question.type = TYPE_A;
	if (!options_check_arguments(argc, argv, (struct arguments){ names, 1, 2 }))
		return false;
	if (!name_from_text(argv[optind], &r->question.name))
		return options_wrong(argv[0], "\"%s\" is not a domain name", argv[optind]);
	if (argc - optind == 2 && !read_type(argv[optind + 1], &r->question.type))
		return options_wrong(argv[0], "\"%s\" is not a record type", argv[optind + 1]);
	return true;
}

/* Without captures, a server is needed. */
static bool explain_find_server(struct explain_command *r)
{
	struct complaint skipped;

	if (r->has_server || r->path_count > 0)
		return true;
	r->has_server = nameserver_read(RESOLV_CONF, &r->server, &skipped);
	if (skipped.text[0])
		log_warning("%s: it is not asked", skipped.text);
	if (!r->has_server)
		log_error(RESOLV_CONF " has no nameserver; give --server ADDR or --pcap FILE");
	return r->has_server;
}

/* ---- The captures ---- */

static bool explain_take(void *context, const char *path, const struct captured_message *seen)
{
	struct explain_command *r = context;
	struct message m;

	if (!message_parse(&m, seen->message, r->rrs, MESSAGE_RRS_MAX))
		return true;
	if (captured_responses_take(&r->captured, path, seen, &m) < 0)
		return false;
	return !(m.flags & FLAG_QR) || chain_material_add(r->material, &m) == 0;
}

static int64_t judgement_time(const struct explain_command *r, int64_t otherwise_s)
{
	return r->judge.time_s == AUDIT_TIME_OF_PACKET ? otherwise_s : r->judge.time_s;
}

static void judge_captured(struct explain_command *r, unsigned index)
{
	const struct captured_response *c = captured_responses_get(&r->captured, index);

	explain_run_judge(
	        &r->run, span_of(c->octets, c->len), c->asked_do, judgement_time(r, c->time_s));
}

/* Judges the response with the weakest status, which is the one that needs an explanation; among
 * equals the last. */
static void judge_weakest(struct explain_command *r, char source[static SOURCE_SIZE])
{
	unsigned count = captured_responses_count(&r->captured), weakest = 0;
	enum status lowest = STATUS_SECURE;

	for (unsigned i = 0; i < count; i++) {
		judge_captured(r, i);
		if (r->run.result.outcome.status >= lowest) {
			lowest = r->run.result.outcome.status;
			weakest = i;
		}
	}
	if (weakest + 1 != count)
		judge_captured(r, weakest);
	const struct captured_response *c = captured_responses_get(&r->captured, weakest);
	int len = snprintf(source, SOURCE_SIZE, "packet %" PRIu64 " of %.200s", c->packet, c->path);
	if (count > 1)
		snprintf(source + len, SOURCE_SIZE - (size_t)len, " (the weakest of %u responses)",
		        count);
}

/* ---- The server ---- */

static bool judge_asked(struct explain_command *r, char source[static SOURCE_SIZE])
{
	char address[ADDRESS_TEXT_MAX];
	size_t len;

	address_write(&r->server, address);
	r->response = explain_run_ask(&r->run, &r->question, &len);
	if (!r->response) {
		log_error("%s does not answer", address);
		return false;
	}
	explain_run_judge(
	        &r->run, span_of(r->response, len), true, judgement_time(r, clock_wall_s()));
	snprintf(source, SOURCE_SIZE, "%s", address);
	return true;
}

/* ---- The command ---- */

static enum exit_code explain_show(struct explain_command *r, const char *source)
{
	struct explanation *e = explain(&r->run);

	if (!e) {
		log_error("out of memory");
		return EXIT_NO;
	}
	bool written = r->as_dot ? explain_dot(stdout, e, source) : explain_text(stdout, e, source);
	bool passes = e->result.outcome.status <= STATUS_INSECURE;
	explanation_free(e);
	if (!written)
		log_error("cannot write the output");
	return written && passes ? EXIT_FINE : EXIT_NO;
}

static enum exit_code explain_question(struct explain_command *r)
{
	char source[SOURCE_SIZE];
	struct losses losses = { 0 };
	bool whole = read_captures(r->paths, explain_take, r, &losses);
	enum exit_code code = EXIT_NO;

	losses_tell(&losses);
	if (captured_responses_count(&r->captured) > 0) {
		judge_weakest(r, source);
		code = explain_show(r, source);
	} else if (!r->has_server) {
		if (whole)
			log_error("no response to this question in the captures");
	} else if (judge_asked(r, source)) {
		code = explain_show(r, source);
	}
	return whole ? code : EXIT_USAGE;
}

static bool explain_begin(struct explain_command *r)
{
	const struct explain_run_options options = { .anchors = r->judge.anchors,
		.policy = &r->judge.policy,
		.ntas = &r->judge.ntas,
		.local_names = r->judge.local_names,
		.local_zones = r->judge.local_zones,
		.material = r->material,
		.server = r->has_server ? &r->server : NULL };

	r->captured.question = r->question;
	r->rrs = calloc(MESSAGE_RRS_MAX, sizeof(*r->rrs));
	bool has_material = r->material || r->path_count == 0;
	if (explain_run_init(&r->run, &options) == 0 && r->rrs && has_material)
		return true;
	log_error("out of memory");
	return false;
}

static void explain_end(struct explain_command *r)
{
	explain_run_fini(&r->run);
	captured_responses_fini(&r->captured);
	chain_material_free(r->material);
	judge_options_end(&r->judge);
	free(r->response);
	free(r->rrs);
	free(r);
}

static enum exit_code run_explain(int argc, char **argv)
{
	struct explain_command *r = calloc(1, sizeof(*r));
	enum exit_code code = EXIT_USAGE;

	if (!r || !explain_read_options(r, argc, argv) || !explain_read_question(r, argc, argv) ||
	        !explain_find_server(r) || !judge_options_load(&r->judge, &command_explain)) {
		free(r);
		return EXIT_USAGE;
	}
	if (r->path_count > 0)
		r->material = chain_material_new(UINT32_MAX);
	code = explain_begin(r) ? explain_question(r) : EXIT_NO;
	explain_end(r);
	return code;
}

static const struct command_option explain_options[] = {
	{ "server", 'S', false, "ADDR[:PORT]",
	        "ask this server; without it, the first nameserver of " RESOLV_CONF
	        "; an IPv6 address with a port is written in brackets" },
	{ "pcap", 'p', false, "FILE",
	        "take the response and its chain from this capture; may be repeated" },
	{ "dot", 'd', false, NULL, "print a picture for Graphviz" },
	JUDGE_OPTIONS,
	{ 0 },
};

const struct command command_explain = { .name = "explain",
	.summary = "show the chain of trust of a name, link by link",
	.arguments = "NAME [TYPE]",
	.about = "Asks for NAME and TYPE (A if not given), judges the response, and prints the "
	         "chain "
	         "of trust from the trust anchor down. Marks the broken link.",
	.options = explain_options,
	.exits =
	        "Exit codes: 0 Secure or Insecure; 1 Bogus or Indeterminate, or no response; 2 the "
	        "command line or the configuration is wrong, or a capture cannot be read to its "
	        "end.",
	.run = run_explain };

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sealgate keys: makes the keys of a zone, signs ahead with its KSK, prints its DS; and tells the
 * keeper what to do. */
#include <stdlib.h>
#include <string.h>

#include "base/encoding.h"
#include "cmd/command.h"
#include "cmd/judge_options.h"
#include "cmd/keys_bootstrap.h"
#include "cmd/keys_hand.h"
#include "cmd/keys_import.h"
#include "cmd/keys_orders.h"
#include "cmd/keys_run.h"
#include "cmd/keys_timeline.h"
#include "cmd/options.h"
#include "crypto/signkey.h"
#include "keys/presign.h"

/* ---- The command line ---- */

/* Reads the number or the mnemonic of an algorithm that zones can be signed with. */
static bool read_algorithm(const char *text, uint8_t *algorithm)
{
	for (unsigned i = 0; i <= UINT8_MAX; i++) {
		char number[8];
		snprintf(number, sizeof(number), "%u", i);
		if (!signkey_is_supported((uint8_t)i))
			continue;
		*algorithm = (uint8_t)i;
		if (strcmp(text, number) == 0 || strcasecmp(text, algorithm_text(*algorithm)) == 0)
			return true;
	}
	return options_wrong("keys",
	        "--algorithm \"%s\" is not ECDSAP256SHA256 (13), ED25519 (15) or RSASHA256 (8)",
	        text);
}

static bool read_days(const char *text, unsigned *days)
{
	unsigned long value;

	if (!decimal_read(text, PRESIGN_DAYS_MAX, &value) || value < PRESIGN_DAYS_MIN)
		return options_wrong("keys", "--days \"%s\" is not between %d and %d", text,
		        PRESIGN_DAYS_MIN, PRESIGN_DAYS_MAX);
	*days = (unsigned)value;
	return true;
}

static bool keys_read_options(struct keys_run *r, int argc, char **argv)
{
	int letter;

	r->directory = KEYS_DIRECTORY;
	r->algorithm = ALGORITHM_ECDSAP256;
	r->days = PRESIGN_DAYS;
	while ((letter = options_next(&command_keys, argc, argv)) != -1) {
		if (letter == '?' || (letter == 'a' && !read_algorithm(optarg, &r->algorithm)))
			return false;
		if (letter == 'D' && !read_days(optarg, &r->days))
			return false;
		if (letter == 'S' && !(r->has_server = judge_options_read_server(
		                               "--server", optarg, &r->server)))
			return false;
		r->is_forced |= letter == 'F';
		r->as_svg |= letter == 'G';
		r->as_json |= letter == 'j';
		r->has_directory |= letter == 'd';
		r->order.is_compromised |= letter == 'C';
		if (letter == 'd')
			r->directory = optarg;
		if (letter == 'T')
			r->to = optarg;
		if (letter == 'c')
			r->config = optarg;
		if (letter == 'I')
			r->order.options.instance = optarg;
	}
	r->order.options.config = r->config;
	r->order.options.json = r->as_json;
	if (r->order.options.instance && !options_take_instance(&r->order.options, &command_keys))
		return false;
	r->config = r->order.options.config;
	return true;
}

static bool keys_read_arguments(struct keys_run *r, int argc, char **argv)
{
	r->verb = options_verb(&command_keys, argc, argv);
	if (!r->verb || !options_check_verb(argc, argv, r->verb))
		return false;
	r->order.verb = r->verb;
	r->order.words = argv + optind;
	r->order.count = argc - optind;
	if (r->order.is_compromised && strcmp(r->verb->name, "retire") != 0)
		return options_wrong(
		        argv[0], "--compromised is an option of `sealgate keys retire`");
	r->file = r->order.count >= 2 ? argv[optind + 1] : NULL;
	if (r->order.count > 2 && strcmp(r->verb->name, "import") == 0 && !keys_is_pair(r->file))
		return options_wrong(argv[0],
		        "unexpected argument \"%s\": several files are K*.private",
		        argv[optind + 2]);
	if (r->order.count > 0 && !name_from_text(argv[optind], &r->zone))
		return options_wrong(argv[0], "\"%s\" is not a domain name", argv[optind]);
	return true;
}

/* ---- The actions ---- */

static enum exit_code keys_show_timeline(void *context)
{
	const struct keys_run *r = context;
	const struct keys_telling telling = { .zone = &r->zone,
		.config = r->config,
		.directory = r->has_directory ? r->directory : NULL,
		.as_svg = r->as_svg,
		.as_json = r->as_json };

	return keys_timeline(&telling);
}

static enum exit_code keys_show_signalling(void *context)
{
	const struct keys_run *r = context;
	const struct keys_signalling signalling = { .zone = &r->zone,
		.config = r->config,
		.name_servers = r->order.words + 1,
		.name_server_count = (unsigned)(r->order.count - 1) };

	return keys_bootstrap(&signalling);
}

static struct keys_moving keys_to_move(const struct keys_run *r)
{
	return (struct keys_moving){ .zone = &r->zone,
		.config = r->config,
		.files = r->order.words + 1,
		.file_count = (unsigned)(r->order.count - 1),
		.to = r->to };
}

/* The keeper's pairs, or what another signer needs of keys by hand. */
static enum exit_code keys_export(void *context)
{
	const struct keys_run *r = context;
	const struct keys_moving moving = keys_to_move(r);

	return r->to ? keys_export_pairs(&moving) : keys_hand_export(context);
}

static enum exit_code keys_import(void *context)
{
	const struct keys_run *r = context;
	const struct keys_moving moving = keys_to_move(r);

	if (keys_is_timeline(r->file))
		return keys_import_timeline(&moving);
	return keys_is_pair(r->file) ? keys_import_pairs(&moving) : keys_hand_import(context);
}

static enum exit_code run_keys(int argc, char **argv)
{
	struct keys_run *r = calloc(1, sizeof(*r));
	enum exit_code code = EXIT_USAGE;

	if (r && keys_read_options(r, argc, argv) && keys_read_arguments(r, argc, argv))
		code = r->verb->run(keys_order_takes(r->verb) ? (void *)&r->order : r);
	free(r);
	return code;
}

static const struct command_verb keys_verbs[] = {
	{ "generate", "ZONE", "make a KSK and a ZSK, unless the zone has keys; then sign",
	        keys_hand_generate },
	{ "sign", "ZONE", "sign DNSKEY, CDS and CDNSKEY ahead with the KSK", keys_hand_sign },
	{ "ds", "ZONE", "print the DS records for the parent zone", keys_hand_ds },
	{ "check", "ZONE",
	        "ask every server of the zone, and of its parent, what it serves of the zone's "
	        "keys",
	        keys_hand_check },
	{ "notify", "ZONE",
	        "tell the parent that the zone's CDS records have changed, if it has DSYNC records "
	        "(RFC 9859); first see with `check` that all servers have them",
	        keys_hand_notify },
	{ "timeline", "ZONE",
	        "show which keys of a zone with keeper = true do what from when to when, what "
	        "happened and what comes next",
	        keys_show_timeline },
	{ "bootstrap", "ZONE NS...",
	        "print the CDS records of the zone for below the names of its name servers (RFC "
	        "9615), as lines of the zones of those: a parent without DS trusts them there",
	        keys_show_signalling },
	{ "export", "ZONE",
	        "print what another signer of the zone needs of our keys: DNSKEY, CDS "
	        "and CDNSKEY; with --to, write the keeper's keys of the zone as K*.key and "
	        "K*.private, whose times BIND obeys",
	        keys_export },
	{ "import", "ZONE FILE...",
	        "files K*.private: bring the keys of a zone that is signed elsewhere to the "
	        "keeper, which goes on as their times say; a K*.timeline: make the keeper's state "
	        "anew, which was lost; another file: take the DNSKEY, CDS and "
	        "CDNSKEY records of another signer of the zone from a "
	        "file, in "
	        "place of those imported before; `sign` adds them to ours",
	        keys_import },
	{ "status", "[ZONE]",
	        "ask the keeper for the state of its zones, or of one with its keys: what comes "
	        "next, "
	        "and who must act",
	        keys_order_status },
	{ "list", "[ZONE]", "ask the keeper for its keys, or for those of one zone",
	        keys_order_list },
	{ "roll", "ZONE ksk|zsk", "have the keeper put a new key in the place of this one",
	        keys_order_give },
	{ "retire", "ZONE TAG",
	        "have the keeper put another key in the place of the one with this tag; with "
	        "--compromised in a hurry",
	        keys_order_give },
	{ "unsign", "ZONE",
	        "have the keeper make the zone unsigned: the DS goes first, signatures last",
	        keys_order_give },
	{ "begin", "ZONE", "have the keeper sign the zone again, after `unsign`", keys_order_give },
	{ "trust", "ZONE",
	        "tell the keeper that the state of the zone and the clock are right, though it "
	        "doubts "
	        "them: see `status` first",
	        keys_order_give },
	{ 0 },
};

static const struct command_option keys_options[] = {
	{ "algorithm", 'a', false, "A",
	        "generate keys of this algorithm: ECDSAP256SHA256 (13, the default), ED25519 (15) "
	        "or "
	        "RSASHA256 (8)" },
	{ "config", 'c', true, "FILE",
	        "read this configuration file: it says which user may read new keys, and `check` "
	        "uses its resolvers and trust anchors; the keeper is the one that it describes" },
	OPTION_INSTANCE,
	{ "json", 'j', true, NULL, "`status`, `list` and `timeline` print JSON" },
	{ "compromised", 'C', false, NULL, "`retire`: the key was stolen" },
	{ "days", 'D', false, "N", "sign for so many days; without it 21" },
	{ "force", 'F', false, NULL,
	        "sign, even if a KSK, or a key or CDS of another signer, is lost, or a ZSK signs "
	        "before resolvers can know it" },
	{ "directory", 'd', false, "DIR", "the keys' directory; without it " KEYS_DIRECTORY },
	{ "svg", 'G', false, NULL, "`timeline` draws a picture (SVG)" },
	{ "to", 'T', false, "DIR", "`export` writes pairs of keys into this directory" },
	{ "server", 'S', false, "ADDR",
	        "`check` and `notify` find servers by this resolver; without it, by those of "
	        "`resolver` in "
	        "the "
	        "configuration, or by the first in /etc/resolv.conf" },
	{ 0 },
};

const struct command command_keys = { .name = "keys",
	.summary = "make, sign or show the keys of a zone, or have the keeper do it",
	.verbs = keys_verbs,
	.options = keys_options,
	.note = "The words status to trust are for zones with keeper = true, and go to the keeper "
	        "that runs. Root and the user of the keeper may use all; members of keeper.group "
	        "may use status and list.",
	.exits = "Exit codes: 0 success; 1 failure, or the keeper refuses; 2 the command line or "
	         "the configuration is wrong; 3 no keeper is running.",
	.run = run_keys };

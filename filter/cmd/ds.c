/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sealgate ds: what a registrar's form asks for of the KSKs of a zone. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/encoding.h"
#include "base/log.h"
#include "base/time_words.h"
#include "cmd/command.h"
#include "cmd/ds_sheet.h"
#include "cmd/keeper_ask.h"
#include "cmd/options.h"
#include "config/zone_find.h"
#include "daemon/zone_key_files.h"

struct ds_run {
	const char *directory; /* NULL: the configuration says where the keys are */
	bool as_json;
	struct options options;
	struct name zone;
	struct zone_key_files files;
	struct crypto *crypto;
	int64_t now_s;
	unsigned shown; /* sheets */
};

/* Returns false after logging why. */
static bool ds_show(struct ds_run *r, const struct keypair *key,
        void (*advise)(const struct ds_run *r, struct ds_sheet *s, const void *about),
        const void *about)
{
	struct ds_sheet sheet;

	if (!ds_sheet_fill(&sheet, r->crypto, &r->zone, key)) {
		log_error("OpenSSL cannot make the digest of a DS");
		return false;
	}
	advise(r, &sheet, about);
	(r->as_json ? ds_sheet_print_json : ds_sheet_print)(&sheet, r->shown++);
	return true;
}

/* ---- Keys in files ---- */

static void advise_by_times(const struct ds_run *r, struct ds_sheet *s, const void *about)
{
	const struct keypair *key = about;

	s->is_published = s->may_give = key_is_published(&key->times, r->now_s);
	if (!s->may_give)
		complaint_set(&s->advice, "by its times the key is not published now");
}

static enum exit_code ds_of_files(struct ds_run *r)
{
	const char *directory = r->directory ? r->directory : KEYS_DIRECTORY;
	struct complaint error;
	bool good = true;

	if (zone_key_files_read(&r->files, directory, &r->zone, &error) < 0) {
		log_error("%s", error.text);
		return EXIT_NO;
	}
	for (unsigned i = 0; good && i < r->files.count; i++) {
		const struct keypair *key = &r->files.keys[i];
		good = !keypair_is_ksk(key) || ds_show(r, key, advise_by_times, key);
	}
	if (good && r->shown == 0)
		log_error("%s: no KSK of the zone is there", directory);
	return good && r->shown > 0 ? EXIT_FINE : EXIT_NO;
}

/* ---- Keys of the keeper ---- */

static void advise_by_keeper(const struct ds_run *r, struct ds_sheet *s, const void *about)
{
	const struct control_row *row = about;
	const char *waits = control_row_text(row, "waits");
	char when[TIME_WHEN_SIZE];

	s->may_give = control_row_flag(row, "give_ds");
	s->is_leaving = control_row_flag(row, "leaves");
	s->is_published = control_row_flag(row, "published");
	s->give_from_s = control_row_number(row, "give_ds_from_s");
	if (s->is_leaving)
		complaint_set(&s->advice, "the key goes; the parent is to have its DS no more");
	else if (control_row_flag(row, "keep_ds"))
		complaint_set(&s->advice, "the key goes, but the parent needs this DS until it has "
		                          "that of another KSK");
	else if (control_row_flag(row, "replace_ds"))
		complaint_set(&s->advice, "the key is stolen: have the DS removed as soon as the "
		                          "parent has that of another KSK");
	else if (s->give_from_s)
		complaint_set(&s->advice, "not before %s",
		        time_words_when(s->give_from_s, r->now_s, when));
	else if (!s->may_give)
		complaint_set(&s->advice, "not every server of the zone shows the key yet");
	else if (control_row_flag(row, "parent_has_misfit"))
		complaint_set(&s->advice,
		        "the parent has a DS that fits no key, as if it was typed wrongly: compare "
		        "each field there with those below");
	else if (control_row_flag(row, "parent_has_ds"))
		complaint_set(&s->advice, "every server of the parent has this DS");
	else
		time_words_retell(waits, r->now_s, &s->advice);
}

/* Returns false after logging why. */
static bool ds_show_row(struct ds_run *r, const struct control_row *row)
{
	uint8_t rdata[4 + PUBLIC_KEY_MAX_OCTETS];
	struct keypair key;
	size_t len;

	if (!base64_decode(control_row_text(row, "dnskey"), rdata, sizeof(rdata), &len) ||
	        !keypair_from_rdata(&key, &r->zone, span_of(rdata, len))) {
		log_error("the keeper says of a KSK what is no DNSKEY");
		return false;
	}
	bool good = ds_show(r, &key, advise_by_keeper, row);
	keypair_fini(&key);
	return good;
}

static enum exit_code ds_of_keeper(struct ds_run *r)
{
	char request[CONTROL_REQUEST_MAX], zone[NAME_TEXT_SIZE];
	enum exit_code code = EXIT_NO;
	bool good = true;

	snprintf(request, sizeof(request), "ds %s", name_text(&r->zone, zone));
	struct control_answer *answer = keeper_ask(&r->options, request, &code);
	if (!answer)
		return code;
	const struct control_row *values = control_answer_values(answer);
	for (unsigned i = 0; good && i < control_row_count(values, "ksks"); i++)
		good = ds_show_row(r, control_row_at(values, "ksks", i));
	if (good && r->shown == 0)
		log_error("%s has no KSK: the keeper has not made one yet, or the zone is unsigned",
		        zone);
	control_answer_free(answer);
	return good && r->shown > 0 ? EXIT_FINE : EXIT_NO;
}

/* ---- The command ---- */

/* Finds out whether the keeper looks after the zone. A configuration that cannot be read says
 * nothing, unless the command line names it. Returns false after logging why. */
static bool ds_find_keeper(const struct ds_run *r, bool *is_kept)
{
	struct config_zone zone;
	struct complaint why;
	struct config c;

	*is_kept = false;
	if (r->directory)
		return true;
	if (config_load(&c, r->options.config, NULL, &why) < 0) {
		if (r->options.config)
			log_error("%s", why.text);
		return !r->options.config;
	}
	*is_kept = zone_find(&c, &r->zone, &zone, &why) && zone.is_kept;
	config_fini(&c);
	return true;
}

static enum exit_code ds_find_and_show(struct ds_run *r)
{
	enum exit_code code = EXIT_NO;
	bool is_kept;

	if (!ds_find_keeper(r, &is_kept))
		return EXIT_USAGE;
	r->crypto = crypto_new();
	r->now_s = clock_wall_s();
	if (!r->crypto) {
		log_error("out of memory, or OpenSSL lacks a digest that sealgate needs");
		return EXIT_NO;
	}
	if (r->as_json)
		putchar('[');
	code = is_kept ? ds_of_keeper(r) : ds_of_files(r);
	if (r->as_json)
		puts("]");
	zone_key_files_free(&r->files);
	crypto_free(r->crypto);
	return code;
}

static bool ds_read_options(struct ds_run *r, int argc, char **argv)
{
	static const char *const names[] = { "ZONE" };
	int letter;

	while ((letter = options_next(&command_ds, argc, argv)) != -1) {
		if (letter == '?')
			return false;
		if (letter == 'd')
			r->directory = optarg;
		if (letter == 'c')
			r->options.config = optarg;
		if (letter == 'I')
			r->options.instance = optarg;
		r->as_json |= letter == 'j';
	}
	if (r->options.instance && !options_take_instance(&r->options, &command_ds))
		return false;
	if (!options_check_arguments(argc, argv, (struct arguments){ names, 1, 1 }))
		return false;
	return name_from_text(argv[optind], &r->zone) ||
	       options_wrong(argv[0], "\"%s\" is not a domain name", argv[optind]);
}

static enum exit_code run_ds(int argc, char **argv)
{
	struct ds_run *r = calloc(1, sizeof(*r));
	enum exit_code code = EXIT_USAGE;

	if (r && ds_read_options(r, argc, argv))
		code = ds_find_and_show(r);
	free(r);
	return code;
}

static const struct command_option ds_options[] = {
	OPTION_CONFIG,
	OPTION_INSTANCE,
	{ "directory", 'd', false, "DIR",
	        "the keys are files in this directory; without it, the keeper is asked about a "
	        "zone "
	        "with keeper = true, and the keys of others are in " KEYS_DIRECTORY },
	{ "json", 'j', false, NULL, "print JSON" },
	{ 0 },
};

const struct command command_ds = { .name = "ds",
	.summary = "print what a registrar asks for of a zone's KSK",
	.arguments = "ZONE",
	.about = "Prints the key tag, algorithm, digests and public key of each KSK of the zone, "
	         "and the records, for the form of a registrar. Of a zone with keeper = true it "
	         "says "
	         "whether the parent may have the DS yet. Of any other, first see with `sealgate "
	         "keys "
	         "check ZONE` that every server of the zone serves the key: a DS that comes too "
	         "early "
	         "makes the zone Bogus. `sealgate keys ds ZONE` prints the DS record alone.",
	.options = ds_options,
	.exits = "Exit codes: 0 success; 1 failure; 2 the command line or the configuration is "
	         "wrong; 3 no keeper is running.",
	.run = run_ds };

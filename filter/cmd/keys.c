/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sealgate keys: makes the keys of a zone, signs ahead with its KSK, prints its DS. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/complaint.h"
#include "base/file.h"
#include "base/log.h"
#include "cmd/command.h"
#include "cmd/options.h"
#include "daemon/zone_keys.h"
#include "keys/key_text.h"
#include "keys/presign.h"
#include "keys/record_write.h"
#include "wire/protocol.h"

#define KEYS_DIRECTORY "/etc/sealgate/keys"
#define DS_TTL_S       86400
#define DS_OCTETS      (4 + DIGEST_MAX_OCTETS)

struct keys_run {
	const char *directory;
	uint8_t algorithm;
	struct name zone;
	struct zone_key_files files;
	struct crypto *crypto;
	struct complaint error;
};

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

static bool keys_read_options(struct keys_run *r, int argc, char **argv)
{
	static const struct option known[] = {
		{ "algorithm", required_argument, NULL, 'a' },
		{ "directory", required_argument, NULL, 'd' },
		{ NULL, 0, NULL, 0 },
	};
	static const char *const names[] = { "generate, sign or ds", "ZONE" };
	int letter;

	r->directory = KEYS_DIRECTORY;
	r->algorithm = ALGORITHM_ECDSAP256;
	while ((letter = options_next(argc, argv, ":", known)) != -1) {
		if (letter == '?' || (letter == 'a' && !read_algorithm(optarg, &r->algorithm)))
			return false;
		if (letter == 'd')
			r->directory = optarg;
	}
	if (!options_check_arguments(argc, argv, (struct arguments){ names, 2, 2 }))
		return false;
	if (!name_from_text(argv[optind + 1], &r->zone))
		return options_wrong(argv[0], "\"%s\" is not a domain name", argv[optind + 1]);
	return true;
}

/* ---- The actions ---- */

static enum exit_code keys_failed(struct keys_run *r)
{
	log_error("%s", r->error.text);
	return EXIT_NO;
}

static enum exit_code keys_sign(struct keys_run *r)
{
	if (zone_keys_sign(&r->files, r->crypto, clock_wall_s(), &r->error) < 0)
		return keys_failed(r);
	printf("DNSKEY, CDS and CDNSKEY are signed for the next %d days\n",
	        ((PRESIGN_COUNT - 1) * PRESIGN_INTERVAL_S + PRESIGN_LIFE_S) / 86400);
	return EXIT_FINE;
}

static enum exit_code keys_generate(struct keys_run *r)
{
	char name[KEY_NAME_SIZE];
	unsigned made;

	if (zone_keys_generate(&r->files, r->algorithm, clock_wall_s(), &made, &r->error) < 0)
		return keys_failed(r);
	if (made == 0) {
		log_error("%s: the zone has keys there already; they are kept", r->directory);
		return EXIT_NO;
	}
	for (unsigned i = r->files.count - made; i < r->files.count; i++)
		printf("%s/%s (%s)\n", r->directory, key_name(&r->files.keys[i], name),
		        keypair_is_ksk(&r->files.keys[i]) ? "KSK" : "ZSK");
	return keys_sign(r);
}

static enum exit_code keys_show_ds(struct keys_run *r)
{
	unsigned shown = 0;

	for (unsigned i = 0; i < r->files.count; i++) {
		const struct keypair *k = &r->files.keys[i];
		uint8_t octets[DS_OCTETS];
		struct writer w = writer_over(octets, sizeof(octets));
		if (!keypair_is_ksk(k) || !presign_ds(r->crypto, k, &w))
			continue;
		key_record_write(stdout, &r->zone, DS_TTL_S, TYPE_DS, writer_span(&w));
		shown++;
	}
	if (shown > 0)
		return EXIT_FINE;
	log_error("%s: no KSK of the zone is there", r->directory);
	return EXIT_NO;
}

static const struct action {
	const char *name;
	enum exit_code (*run)(struct keys_run *r);
} actions[] = {
	{ "generate", keys_generate },
	{ "sign", keys_sign },
	{ "ds", keys_show_ds },
};

static const struct action *keys_find_action(const char *name)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	}
	options_wrong("keys", "\"%s\" is not generate, sign or ds", name);
	return NULL;
}

static enum exit_code keys_run_action(struct keys_run *r, const struct action *action)
{
	enum exit_code code = EXIT_NO;
	int error = action->run == keys_generate ? file_make_directory(r->directory, 0700) : 0;

	if (error) {
		log_error("%s: %s", r->directory, strerror(-error));
		return EXIT_NO;
	}
	r->crypto = crypto_new();
	if (!r->crypto)
		log_error("out of memory, or OpenSSL lacks a digest that sealgate needs");
	else if (zone_key_files_read(&r->files, r->directory, &r->zone, &r->error) < 0)
		code = keys_failed(r);
	else
		code = action->run(r);
	zone_key_files_free(&r->files);
	crypto_free(r->crypto);
	return code;
}

static enum exit_code run_keys(int argc, char **argv)
{
	struct keys_run *r = calloc(1, sizeof(*r));
	const struct action *action;
	enum exit_code code = EXIT_USAGE;

	if (r && keys_read_options(r, argc, argv) && (action = keys_find_action(argv[optind])))
		code = keys_run_action(r, action);
	free(r);
	return code;
}

const struct command command_keys = { "keys", "generate|sign|ds ZONE [OPTION]...",
	"make, sign or show the keys of a zone",
	"  generate                make a KSK and a ZSK, unless the zone has keys; then\n"
	"                          sign\n"
	"  sign                    sign DNSKEY, CDS and CDNSKEY ahead with the KSK\n"
	"  ds                      print the DS records for the parent zone\n"
	"\n"
	"  --algorithm A           generate keys of this algorithm: ECDSAP256SHA256 (13,\n"
	"                          the default), ED25519 (15) or RSASHA256 (8)\n"
	"  --directory DIR         the keys' directory; without it " KEYS_DIRECTORY "\n"
	"\n"
	"Exit codes: 0 success; 1 failure; 2 the command line is wrong.\n",
	run_keys };

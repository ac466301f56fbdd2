/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sealgate keys: makes the keys of a zone, signs ahead with its KSK, shows its DS. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/complaint.h"
#include "base/file.h"
#include "base/log.h"
#include "cmd/command.h"
#include "daemon/zone_keys.h"
#include "keys/key_text.h"
#include "keys/presign.h"
#include "keys/record_write.h"
#include "wire/protocol.h"

#define KEYS_DIRECTORY "/etc/sealgate/keys"
#define ERROR_SIZE     600
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

/* A number or a mnemonic. */
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
	log_error("--algorithm: %s is not one that zones are signed with: ECDSAP256SHA256 (13), "
	          "ED25519 (15), RSASHA256 (8)",
	        text);
	return false;
}

static bool keys_read_options(struct keys_run *r, int argc, char **argv)
{
	static const struct option known[] = {
		{ "algorithm", required_argument, NULL, 'a' },
		{ "directory", required_argument, NULL, 'd' },
		{ NULL, 0, NULL, 0 },
	};
	int letter;

	r->directory = KEYS_DIRECTORY;
	r->algorithm = ALGORITHM_ECDSAP256;
	while ((letter = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (letter == '?' || (letter == 'a' && !read_algorithm(optarg, &r->algorithm)))
			return false;
		if (letter == 'd')
			r->directory = optarg;
	}
	if (argc - optind != 2)
		log_error("keys: %s; see `sealgate help`",
		        argc - optind < 2 ? "something is missing" : "there is too much");
	else if (!name_from_text(argv[optind + 1], &r->zone))
		log_error("%s is not a domain name", argv[optind + 1]);
	else
		return true;
	return false;
}

/* ---- What can be done ---- */

static enum exit_code keys_failed(struct keys_run *r)
{
	log_error("%s", r->error.text);
	return EXIT_NO;
}

static enum exit_code keys_sign(struct keys_run *r)
{
	if (zone_keys_sign(
	            &r->files, r->crypto, r->directory, &r->zone, clock_wall_s(), &r->error) < 0)
		return keys_failed(r);
	printf("signed ahead for %d days\n",
	        ((PRESIGN_COUNT - 1) * PRESIGN_INTERVAL_S + PRESIGN_LIFE_S) / 86400);
	return EXIT_FINE;
}

static enum exit_code keys_generate(struct keys_run *r)
{
	char name[KEY_NAME_SIZE];
	unsigned made;

	if (zone_keys_generate(&r->files, r->directory, &r->zone, r->algorithm, clock_wall_s(),
	            &made, &r->error) < 0)
		return keys_failed(r);
	if (made == 0) {
		log_error("%s: the zone has its keys there already, and they stay", r->directory);
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
	log_error("%s: there is no KSK of the zone", r->directory);
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
	log_error("keys: there is no \"%s\"; see `sealgate help`", name);
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
		log_error("OpenSSL lacks what is needed");
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

const struct command command_keys = { "keys",
	"generate|sign|ds ZONE [--algorithm A] [--directory DIR]",
	"make the keys of a zone to be signed, sign its DNSKEYs ahead, show the DS for its parent",
	run_keys };

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <string.h>

#include "base/complaint.h"
#include "base/log.h"
#include "cmd/command.h"

bool options_read(struct options *o, const char *allowed, int argc, char **argv, int count)
{
	static const struct option known[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "backend", required_argument, NULL, 'b' },
		{ "unless-restarting", no_argument, NULL, 'u' },
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	int letter;

	*o = (struct options){ .config = NULL, .backend = "auto" };
	while ((letter = getopt_long(argc, argv, "c:b:uj", known, NULL)) != -1) {
		if (letter == '?')
			return false;
		if (!strchr(allowed, letter)) {
			log_error("%s takes no option -%c", argv[0], letter);
			return false;
		}
		if (letter == 'c')
			o->config = optarg;
		else if (letter == 'b')
			o->backend = optarg;
		else if (letter == 'u')
			o->unless_restarting = true;
		else
			o->json = true;
	}
	int given = argc - optind;
	if (count == OPTIONS_SOME ? given < 1 : given != count) {
		log_error("%s: %s; see `sealgate help`", argv[0],
		        given < 1 || given < count ? "something is missing" : "there is too much");
		return false;
	}
	return true;
}

bool options_load_config(const struct options *o, struct config *c)
{
	struct complaint why;
	bool found;

	if (config_load(c, o->config, &found, &why) != 0) {
		log_error("%s", why.text);
		return false;
	}
	log_set_level(c->log_level);
	if (!found)
		log_info("no file " CONFIG_DEFAULT_PATH ": every key has its default");
	return true;
}

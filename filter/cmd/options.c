/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/options.h"

#include <stdarg.h>
#include <string.h>

#include "base/complaint.h"
#include "base/log.h"

bool options_wrong(const char *command, const char *format, ...)
{
	char text[400];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	log_error("%s: %s; see `sealgate %s --help`", command, text, command);
	return false;
}

/* Short options may stand in one word, which getopt_long() may not have left yet. */
static void report_unknown_option(const char *command, const char *word)
{
	bool is_long = strncmp(word, "--", 2) == 0;

	if (is_long && optopt)
		options_wrong(
		        command, "option \"%.*s\" takes no value", (int)strcspn(word, "="), word);
	else if (is_long)
		options_wrong(command, "unknown or ambiguous option \"%s\"", word);
	else
		options_wrong(command, "unknown option \"-%c\"", optopt);
}

int options_next(int argc, char **argv, const char *letters, const struct option *known)
{
	int letter;

	opterr = 0;
	letter = getopt_long(argc, argv, letters, known, NULL);
	if (letter == ':')
		options_wrong(argv[0], "option \"%s\" needs a value", argv[optind - 1]);
	else if (letter == '?')
		report_unknown_option(argv[0], argv[optind - 1]);
	return letter == ':' ? '?' : letter;
}

bool options_check_arguments(int argc, char **argv, struct arguments expected)
{
	int given = argc - optind;

	if (given < expected.least)
		return options_wrong(argv[0], "argument missing: %s", expected.names[given]);
	if (given > expected.most)
		return options_wrong(
		        argv[0], "unexpected argument \"%s\"", argv[optind + expected.most]);
	return true;
}

bool options_read(
        struct options *o, const char *allowed, int argc, char **argv, struct arguments expected)
{
	static const struct option all[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "backend", required_argument, NULL, 'b' },
		{ "json", no_argument, NULL, 'j' },
		{ "offline", no_argument, NULL, 'o' },
		{ "replace", no_argument, NULL, 'r' },
	};
	enum { ALL = sizeof(all) / sizeof(all[0]) };
	struct option known[ALL + 1] = { 0 };
	char letters[1 + 2 * ALL + 1] = ":";
	unsigned count = 0;
	size_t len = 1;
	int letter;

	for (unsigned i = 0; i < ALL; i++) {
		if (!strchr(allowed, all[i].val))
			continue;
		known[count++] = all[i];
		letters[len++] = (char)all[i].val;
		if (all[i].has_arg)
			letters[len++] = ':';
	}
	*o = (struct options){ .config = NULL, .backend = "auto" };
	while ((letter = options_next(argc, argv, letters, known)) != -1) {
		if (letter == '?')
			return false;
		if (letter == 'c')
			o->config = optarg;
		else if (letter == 'b')
			o->backend = optarg;
		else if (letter == 'o')
			o->offline = true;
		else if (letter == 'r')
			o->replace = true;
		else
			o->json = true;
	}
	return options_check_arguments(argc, argv, expected);
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
		log_info("no file " CONFIG_DEFAULT_PATH ": all keys have their defaults");
	return true;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/options.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include "base/advice.h"
#include "base/complaint.h"
#include "base/log.h"
#include "base/nearest.h"
#include "config/instance.h"

#define VERB_ARGUMENTS_MAX  4 /* of one verb */
#define VERB_ARGUMENTS_SIZE 64

#define OPTIONS_MAX 16

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

/* ---- Options ---- */

static void report_unknown_name(const struct command *c, const char *word)
{
	char name[64], hint[NEAREST_HINT_SIZE];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	struct nearest meant = nearest_to(name);
	for (const struct command_option *o = c->options; o && o->name; o++)
		nearest_try(&meant, o->name);
	options_wrong(c->name, "unknown or ambiguous option \"%s\"%s", word,
	        nearest_hint(&meant, "--", hint));
}

/* Short options may stand in one word, which getopt_long() may not have left yet. */
static void report_unknown_option(const struct command *c, const char *word)
{
	bool is_long = strncmp(word, "--", 2) == 0;

	if (is_long && optopt)
		options_wrong(
		        c->name, "option \"%.*s\" takes no value", (int)strcspn(word, "="), word);
	else if (is_long)
		report_unknown_name(c, word);
	else
		options_wrong(c->name, "unknown option \"-%c\"", optopt);
}

int options_next(const struct command *c, int argc, char **argv)
{
	struct option known[OPTIONS_MAX + 1] = { 0 };
	char letters[1 + 2 * OPTIONS_MAX + 1] = ":";
	unsigned count = 0;
	size_t len = 1;

	for (const struct command_option *o = c->options; o && o->name; o++) {
		assert(count < OPTIONS_MAX);
		known[count++] = (struct option){ o->name,
			o->value ? required_argument : no_argument, NULL, o->id };
		if (!o->has_letter)
			continue;
		letters[len++] = o->id;
		if (o->value)
			letters[len++] = ':';
	}
	opterr = 0;
	int id = getopt_long(argc, argv, letters, known, NULL);
	if (id == ':')
		options_wrong(c->name, "option \"%s\" needs a value", argv[optind - 1]);
	else if (id == '?')
		report_unknown_option(c, argv[optind - 1]);
	return id == ':' ? '?' : id;
}

bool options_take_instance(struct options *o, const struct command *c)
{
	if (o->config)
		return options_wrong(c->name, "--config and --instance exclude each other");
	if (!o->instance[0])
		return true;
	if (!instance_name_is_good(o->instance))
		return options_wrong(c->name,
		        "\"%s\" is no name of an instance: it has at most %d letters, digits and "
		        "\"-\"",
		        o->instance, CONFIG_INSTANCE_MAX);
	instance_file(o->instance, o->path);
	o->config = o->path;
	return true;
}

bool options_read(struct options *o, const struct command *c, int argc, char **argv)
{
	int id;

	*o = (struct options){ .config = NULL };
	while ((id = options_next(c, argc, argv)) != -1) {
		if (id == '?')
			return false;
		if (id == 'c')
			o->config = optarg;
		o->instance = id == 'I' ? optarg : o->instance;
		o->backend = id == 'b' ? optarg : o->backend;
		o->offline = o->offline || id == 'o';
		o->quick = o->quick || id == 'q';
		o->replace = o->replace || id == 'r';
		o->dry_run = o->dry_run || id == 'n';
		o->json = o->json || id == 'j';
		o->openmetrics = o->openmetrics || id == 'm';
	}
	return !o->instance || options_take_instance(o, c);
}

/* ---- Arguments ---- */

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

bool options_check_verb(int argc, char **argv, const struct command_verb *verb)
{
	const char *names[VERB_ARGUMENTS_MAX];
	struct arguments expected = { names, 0, 0 };
	char text[VERB_ARGUMENTS_SIZE], *rest;
	bool takes_more = false; /* the last word is one of any number */

	snprintf(text, sizeof(text), "%s", verb->arguments ? verb->arguments : "");
	for (char *word = strtok_r(text, " ", &rest); word && expected.most < VERB_ARGUMENTS_MAX;
	        word = strtok_r(NULL, " ", &rest)) {
		names[expected.most++] = word;
		expected.least += *word != '[';
		takes_more = strstr(word, "...");
	}
	if (takes_more)
		expected.most = ARGUMENTS_ANY;
	return options_check_arguments(argc, argv, expected);
}

/* Writes "apply, remove or show". */
static void list_verbs(const struct command_verb *verbs, char *text, size_t size)
{
	size_t len = 0;

	text[0] = '\0';
	for (const struct command_verb *v = verbs; v->name && len < size; v++) {
		const char *before = v == verbs ? "" : v[1].name ? ", " : " or ";
		len += (size_t)snprintf(text + len, size - len, "%s%s", before, v->name);
	}
}

/* Returns how many of the arguments from argv[optind] on are this verb: one or two; 0 if it is
 * another. */
static int verb_words(const struct command_verb *v, int argc, char **argv)
{
	const char *space = strchr(v->name, ' ');
	size_t len = space ? (size_t)(space - v->name) : strlen(v->name);

	if (strncmp(argv[optind], v->name, len) != 0 || argv[optind][len] != '\0')
		return 0;
	if (!space)
		return 1;
	return optind + 1 < argc && strcmp(argv[optind + 1], space + 1) == 0 ? 2 : 0;
}

const struct command_verb *options_verb(const struct command *c, int argc, char **argv)
{
	const char *word = optind < argc ? argv[optind] : NULL;
	char list[300], hint[NEAREST_HINT_SIZE];
	struct nearest meant = nearest_to(word ? word : "");

	for (const struct command_verb *v = c->verbs; word && v->name; v++) {
		int words = verb_words(v, argc, argv);
		optind += words;
		if (words > 0)
			return v;
		nearest_try(&meant, v->name);
	}
	list_verbs(c->verbs, list, sizeof(list));
	if (word)
		options_wrong(
		        c->name, "\"%s\" is not %s%s", word, list, nearest_hint(&meant, "", hint));
	else
		options_wrong(c->name, "argument missing: %s", list);
	return NULL;
}

/* ---- The configuration ---- */

/* By default neither file nor name is to be told. The name then says nothing of the unit:
 * sealgate.service runs it. */
void options_use_advice(const struct options *o, const char *instance)
{
	if (o->instance)
		advice_use(NULL, o->instance);
	else if (o->config)
		advice_use(o->config, instance);
}

bool options_instance_fits(const struct options *o, const struct config *c)
{
	if (!o->instance || strcmp(o->instance, c->instance) == 0)
		return true;
	log_error("%s: instance is \"%s\" here, but \"%s\" was asked for: write instance = "
	          "\"%s\"; into it",
	        o->config ? o->config : CONFIG_DEFAULT_PATH, c->instance, o->instance, o->instance);
	return false;
}

bool options_load_config_or_salvage(
        const struct options *o, struct config *c, enum salvage_need need)
{
	struct complaint why;

	if (config_load(c, o->config, NULL, &why) == 0) {
		bool lost_its_name = o->instance && o->instance[0] && !c->instance[0];
		options_use_advice(o, c->instance);
		if (!lost_its_name && options_instance_fits(o, c))
			return true;
		config_fini(c);
		if (!lost_its_name)
			return false;
		complaint_set(&why, "%s: the key instance is missing", o->config);
	}
	log_warning("%s", why.text);
	if (config_salvage(c, o->config, o->instance, need, &why) == 0) {
		options_use_advice(o, c->instance);
		return true;
	}
	log_error("%s", why.text);
	return false;
}

bool options_load_config(const struct options *o, struct config *c)
{
	struct complaint why;
	bool found;

	if (config_load(c, o->config, &found, &why) != 0) {
		log_error("%s", why.text);
		return false;
	}
	if (!options_instance_fits(o, c)) {
		config_fini(c);
		return false;
	}
	options_use_advice(o, c->instance);
	log_set_level(c->log_level);
	if (!found)
		log_info("no file " CONFIG_DEFAULT_PATH ": all keys have their defaults");
	return true;
}

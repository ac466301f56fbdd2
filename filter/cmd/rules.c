/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/advice.h"
#include "base/log.h"
#include "base/nearest.h"
#include "cmd/command.h"
#include "cmd/options.h"
#include "config/config_table.h"
#include "daemon/control_client.h"
#include "daemon/privileges.h"
#include "netfilter/rules.h"

/* The option wins over the configuration. The option is known to be one of the words. */
static void take_backend(const struct options *o, struct config *c)
{
	const char *const *words = key_find("rules_backend")->words;

	for (uint32_t i = 0; o->backend && words[i]; i++) {
		if (strcmp(words[i], o->backend) == 0)
			c->rules_backend = i;
	}
}

static bool backend_is_known(const char *name)
{
	struct nearest meant = nearest_to(name);
	char hint[NEAREST_HINT_SIZE];

	for (const char *const *word = key_find("rules_backend")->words; *word; word++) {
		if (strcmp(*word, name) == 0)
			return true;
		nearest_try(&meant, *word);
	}
	return options_wrong("rules",
	        "--backend \"%s\" is not auto, nft, iptables-nft or iptables-legacy%s", name,
	        nearest_hint(&meant, "", hint));
}

/* Without the right to see them, the programs of netfilter say that there are no rules. */
static bool may_see_the_kernel(void)
{
	if (privileges_suffice())
		return true;
	log_error("rules: only root may see and change the rules in the kernel (CAP_NET_ADMIN is "
	          "missing); `sealgate rules print%s` prints those of the configuration",
	        advice_options());
	return false;
}

/* Tells the daemon, if one runs, so that its guard does not undo what we do. */
static void tell_daemon(const struct config *c, const char *request)
{
	int error;

	if (control_is_built())
		control_answer_free(control_ask(c->control_socket, request, &error));
}

static enum exit_code print_rules(void *context)
{
	const struct options *o = context;
	struct config c;

	if (!options_load_config(o, &c))
		return EXIT_USAGE;
	take_backend(o, &c);
	int error = rules_print(&c, stdout);
	config_fini(&c);
	if (error)
		log_error("out of memory");
	return error ? EXIT_NO : EXIT_FINE;
}

static enum exit_code apply_rules_to_kernel(void *context)
{
	const struct options *o = context;
	struct config c;

	if (o->dry_run)
		return print_rules(context);
	if (!options_load_config(o, &c))
		return EXIT_USAGE;
	take_backend(o, &c);
	int result = may_see_the_kernel() ? rules_apply(&c) : -1;
	if (result == 0)
		tell_daemon(&c, "rules-applied");
	config_fini(&c);
	return result == 0 ? EXIT_FINE : EXIT_NO;
}

static void say_none(const struct config *c)
{
	if (c->instance[0])
		log_error(
		        "no rules of instance %s are in the kernel; `sealgate rules apply%s` puts "
		        "them there",
		        c->instance, advice_options());
	else
		log_error("no rules of sealgate are in the kernel; `sealgate rules apply%s` puts "
		          "them "
		          "there",
		        advice_options());
}

static enum exit_code show_rules(void *context)
{
	const struct options *o = context;
	struct config c;

	if (!may_see_the_kernel())
		return EXIT_NO;
	if (!options_load_config_or_salvage(o, &c, SALVAGE_INSTANCE))
		return EXIT_USAGE;
	bool any = rules_show(&c, stdout);
	if (!any)
		say_none(&c);
	config_fini(&c);
	return any ? EXIT_FINE : EXIT_NO;
}

static enum exit_code remove_rules(void *context)
{
	const struct options *o = context;
	struct config c;

	if (!may_see_the_kernel())
		return EXIT_NO;
	if (!options_load_config_or_salvage(o, &c, SALVAGE_INSTANCE))
		return EXIT_USAGE;
	tell_daemon(&c, "rules-removed");
	int result = rules_remove(&c);
	config_fini(&c);
	return result == 0 ? EXIT_FINE : EXIT_NO;
}

static enum exit_code run_rules(int argc, char **argv)
{
	const struct command_verb *verb;
	struct options o;

	if (!options_read(&o, &command_rules, argc, argv))
		return EXIT_USAGE;
	verb = options_verb(&command_rules, argc, argv);
	if (!verb || !options_check_arguments(argc, argv, (struct arguments){ 0 }) ||
	        (o.backend && !backend_is_known(o.backend)))
		return EXIT_USAGE;
	if (o.dry_run && verb->run != apply_rules_to_kernel) {
		options_wrong(argv[0], "--dry-run is an option of `sealgate rules apply`");
		return EXIT_USAGE;
	}
	return verb->run(&o);
}

static const struct command_verb rules_verbs[] = {
	{ "print", NULL, "print the rules of the configuration, without applying them",
	        print_rules },
	{ "apply", NULL, "direct DNS to the queues; replaces the rules of an earlier apply",
	        apply_rules_to_kernel },
	{ "remove", NULL, "remove the rules", remove_rules },
	{ "show", NULL, "print the rules that are in the kernel", show_rules },
	{ 0 },
};

static const struct command_option rules_options[] = {
	OPTION_CONFIG,
	OPTION_INSTANCE,
	{ "backend", 'b', true, "BACKEND",
	        "auto, nft, iptables-nft or iptables-legacy; without it, as rules_backend says in "
	        "the "
	        "configuration" },
	{ "dry-run", 'n', true, NULL,
	        "apply: print, as `sealgate rules print` does, and apply nothing" },
	{ 0 },
};

const struct command command_rules = { .name = "rules",
	.summary = "print, apply, remove or show the packet filter rules",
	.verbs = rules_verbs,
	.options = rules_options,
	.exits = "Exit codes: 0 success; 1 failure, or no rules to show; 2 the command line or the "
	         "configuration is wrong.",
	.run = run_rules };

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/complaint.h"
#include "base/log.h"
#include "cmd/command.h"
#include "cmd/options.h"
#include "daemon/control_client.h"
#include "netfilter/rules.h"

/* A wrong configuration prevents neither showing nor removing the rules. */
static bool load_config_if_any(const struct options *o, struct config *c)
{
	struct complaint why;

	if (config_load(c, o->config, NULL, &why) == 0)
		return true;
	log_warning("%s", why.text);
	return config_defaults(c) == 0;
}

/* Tells the daemon, if one runs, so that its guard does not undo what we do. */
static void tell_daemon(const struct config *c, const char *request)
{
	int error;

	if (control_is_built())
		control_answer_free(control_ask(c->control_socket, request, &error));
}

static enum exit_code apply_rules_to_kernel(void *context)
{
	const struct options *o = context;
	struct config c;

	if (!options_load_config(o, &c))
		return EXIT_USAGE;
	int result = rules_apply(&c, o->backend);
	tell_daemon(&c, "rules-applied");
	config_fini(&c);
	return result == 0 ? EXIT_FINE : EXIT_NO;
}

static enum exit_code show_rules(void *context)
{
	const struct options *o = context;
	struct config c;

	if (!load_config_if_any(o, &c))
		return EXIT_NO;
	bool any = rules_show(&c, stdout);
	config_fini(&c);
	return any ? EXIT_FINE : EXIT_NO;
}

static enum exit_code remove_rules(void *context)
{
	const struct options *o = context;
	struct config c;

	if (!load_config_if_any(o, &c))
		return EXIT_NO;
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
	if (!verb || !options_check_arguments(argc, argv, (struct arguments){ 0 }))
		return EXIT_USAGE;
	if (!o.backend)
		o.backend = "auto";
	if (!rules_backend_known(o.backend)) {
		options_wrong(argv[0],
		        "--backend \"%s\" is not auto, nft, iptables-nft or iptables-legacy",
		        o.backend);
		return EXIT_USAGE;
	}
	return verb->run(&o);
}

static const struct command_verb rules_verbs[] = {
	{ "apply", NULL, "direct DNS to the queues; replaces the rules of an earlier apply",
	        apply_rules_to_kernel },
	{ "remove", NULL, "remove the rules", remove_rules },
	{ "show", NULL, "print the rules that are in the kernel", show_rules },
	{ 0 },
};

static const struct command_option rules_options[] = {
	OPTION_CONFIG,
	{ "backend", 'b', true, "BACKEND",
	        "auto (the default), nft, iptables-nft or iptables-legacy" },
	{ 0 },
};

const struct command command_rules = { .name = "rules",
	.summary = "apply, remove or show the packet filter rules",
	.verbs = rules_verbs,
	.options = rules_options,
	.exits = "Exit codes: 0 success; 1 failure, or no rules to show; 2 the command line or the "
	         "configuration is wrong.",
	.run = run_rules };

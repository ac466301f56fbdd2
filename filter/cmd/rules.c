/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

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

static enum exit_code run_rules_apply(const struct options *o)
{
	struct config c;

	if (!options_load_config(o, &c))
		return EXIT_USAGE;
	int result = rules_apply(&c, o->backend);
	tell_daemon(&c, "rules-applied");
	config_fini(&c);
	return result == 0 ? EXIT_FINE : EXIT_NO;
}

static enum exit_code show_rules(const struct options *o)
{
	struct config c;

	if (!load_config_if_any(o, &c))
		return EXIT_NO;
	bool any = rules_show(&c, stdout);
	config_fini(&c);
	return any ? EXIT_FINE : EXIT_NO;
}

static enum exit_code remove_rules(const struct options *o)
{
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
	static const char *const names[] = { "apply, remove or show" };
	struct options o;
	const char *verb;

	if (!options_read(&o, "cb", argc, argv, (struct arguments){ names, 1, 1 }))
		return EXIT_USAGE;
	if (!rules_backend_known(o.backend)) {
		options_wrong(argv[0],
		        "--backend \"%s\" is not auto, nft, iptables-nft or iptables-legacy",
		        o.backend);
		return EXIT_USAGE;
	}
	verb = argv[optind];

	if (strcmp(verb, "apply") == 0)
		return run_rules_apply(&o);
	if (strcmp(verb, "show") == 0)
		return show_rules(&o);
	if (strcmp(verb, "remove") == 0)
		return remove_rules(&o);
	options_wrong(argv[0], "\"%s\" is not apply, remove or show", verb);
	return EXIT_USAGE;
}

const struct command command_rules = { "rules", "apply|remove|show [OPTION]...",
	"apply, remove or show the packet filter rules",
	"  apply                   direct DNS to the queues; replaces the rules of an\n"
	"                          earlier apply\n"
	"  remove                  remove the rules\n"
	"  show                    print the rules that are in the kernel\n"
	"\n" HELP_CONFIG "  -b, --backend BACKEND   auto (the default), nft, iptables-nft or\n"
	"                          iptables-legacy\n"
	"\n"
	"Exit codes: 0 success; 1 failure, or no rules to show; 2 the command line or\n"
	"the configuration is wrong.\n",
	run_rules };

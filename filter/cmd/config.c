/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/complaint.h"
#include "base/log.h"
#include "cmd/command.h"
#include "cmd/options.h"
#include "config/config_show.h"
#include "config/trust_anchors.h"
#include "daemon/zone_policy.h"
#include "netfilter/inside_interfaces.h"
#include "netfilter/shortcut_load.h"

/* Reads the files that the configuration names too: without them the service would not start. */
static enum exit_code config_check(const struct config *c)
{
	struct complaint why;

	if (c->role == ROLE_SIGNER) {
		struct zone_policy *s = zone_policy_load(c, &why);

		if (!s) {
			log_error("sign.zones: %s", why.text);
			return EXIT_USAGE;
		}
		zone_policy_free(s);
		log_info("the configuration is fine");
		return EXIT_FINE;
	}
	struct anchors *a = trust_anchors_load(c->trust_anchor, &why);

	if (!a) {
		log_error("trust_anchor: %s", why.text);
		return EXIT_USAGE;
	}
	anchors_free(a);
	if (c->shortcut_interfaces.count > 0 && !shortcut_load_is_built())
		log_warning("shortcut.interfaces has no effect: this build lacks eBPF (clang and "
		            "libbpf)");
	if (inside_matters(c)) {
		struct inside in;
		inside_find(c, &in);
		inside_log(&in);
	}
	log_info("the configuration is fine");
	return EXIT_FINE;
}

static enum exit_code run_config(int argc, char **argv)
{
	static const char *const names[] = { "check, show or example" };
	struct options o;
	struct config c;
	const char *verb;

	if (!options_read(&o, "c", argc, argv, (struct arguments){ names, 1, 1 }))
		return EXIT_USAGE;
	verb = argv[optind];

	if (strcmp(verb, "example") == 0)
		return config_example(stdout) == 0 ? EXIT_FINE : EXIT_NO;
	if (strcmp(verb, "check") != 0 && strcmp(verb, "show") != 0) {
		options_wrong(argv[0], "\"%s\" is not check, show or example", verb);
		return EXIT_USAGE;
	}
	if (!options_load_config(&o, &c))
		return EXIT_USAGE;
	enum exit_code code = EXIT_FINE;
	if (strcmp(verb, "check") == 0)
		code = config_check(&c);
	else
		config_show(&c, stdout);
	config_fini(&c);
	return code;
}

const struct command command_config = { "config", "check|show|example [OPTION]...",
	"check or show the configuration, or print an example",
	"  check                   read the configuration and the files that it names;\n"
	"                          say what is wrong\n"
	"  show                    print the values of all keys\n"
	"  example                 print an example file, which explains each key\n"
	"\n" HELP_CONFIG "\n"
	"Exit codes: 0 success; 2 the command line or the configuration is wrong.\n",
	run_config };

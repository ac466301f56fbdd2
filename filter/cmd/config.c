/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <string.h>

#include "base/complaint.h"
#include "base/log.h"
#include "cmd/command.h"
#include "config/config_show.h"
#include "config/trust_anchors.h"
#include "daemon/zone_policy.h"
#include "netfilter/inside_interfaces.h"
#include "netfilter/shortcut_load.h"

/* The file can be fine and the service still not start, for want of the files that it names. */
static enum exit_code config_check(const struct config *c)
{
	struct complaint why;

	if (c->role == ROLE_SIGNER) {
		struct signing *s = signing_load(c, &why);

		if (!s) {
			log_error("sign.zones: %s", why.text);
			return EXIT_USAGE;
		}
		signing_free(s);
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
		log_warning("shortcut.interfaces does nothing: this sealgate was made without "
		            "eBPF, since clang and libbpf were missing");
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
	struct options o;
	struct config c;
	const char *verb;

	if (!options_read(&o, "c", argc, argv, 1))
		return EXIT_USAGE;
	verb = argv[optind];

	if (strcmp(verb, "example") == 0) {
		config_example(stdout);
		return EXIT_FINE;
	}
	if (strcmp(verb, "check") != 0 && strcmp(verb, "show") != 0) {
		log_error("config: \"%s\" is none of check, show and example", verb);
		return EXIT_USAGE;
	}
	if (!options_load_config(&o, &c))
		return EXIT_USAGE;
	if (strcmp(verb, "check") == 0)
		return config_check(&c);
	config_show(&c, stdout);
	return EXIT_FINE;
}

const struct command command_config = { "config", "check|show|example [--config FILE]",
	"check the configuration, show what is in force, or write the example file", run_config };

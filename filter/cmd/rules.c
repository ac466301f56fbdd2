/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <string.h>

#include "base/complaint.h"
#include "base/log.h"
#include "cmd/command.h"
#include "daemon/systemd.h"
#include "netfilter/rules.h"

/* The rules can be shown and removed whatever the configuration says, if it says anything. */
static void load_config_if_any(const struct options *o, struct config *c)
{
	struct complaint why;

	if (config_load(c, o->config, NULL, &why) == 0)
		return;
	log_warning("%s", why.text);
	config_defaults(c);
}

static enum exit_code run_rules(int argc, char **argv)
{
	struct options o;
	struct config c;
	const char *verb;

	if (!options_read(&o, "cbu", argc, argv, 1))
		return EXIT_USAGE;
	if (!rules_backend_known(o.backend)) {
		log_error("no back end \"%s\": auto, nft, iptables-nft or iptables-legacy",
		        o.backend);
		return EXIT_USAGE;
	}
	verb = argv[optind];

	if (strcmp(verb, "apply") == 0) {
		if (!options_load_config(&o, &c))
			return EXIT_USAGE;
		return rules_apply(&c, o.backend) == 0 ? EXIT_FINE : EXIT_NO;
	}
	load_config_if_any(&o, &c);
	if (strcmp(verb, "show") == 0)
		return rules_show(&c, stdout) ? EXIT_FINE : EXIT_NO;
	if (strcmp(verb, "remove") == 0 && o.unless_restarting && systemd_restarts_us()) {
		log_info("rules: they stay, sealgate is being restarted");
		return EXIT_FINE;
	}
	if (strcmp(verb, "remove") == 0)
		return rules_remove(&c) == 0 ? EXIT_FINE : EXIT_NO;
	log_error("rules: \"%s\" is none of apply, remove and show", verb);
	return EXIT_USAGE;
}

const struct command command_rules = {
	"rules",
	"apply|remove|show [--config FILE] [--backend auto|nft|iptables-nft|iptables-legacy] "
	"[--unless-restarting]",
	"the packet filter rules that bring DNS to the queues",
	run_rules,
};

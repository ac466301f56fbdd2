/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/clock.h"
#include "base/complaint.h"
#include "base/log.h"
#include "cmd/command.h"
#include "cmd/options.h"
#include "config/config_ntas.h"
#include "config/config_show.h"
#include "config/trust_anchors.h"
#include "config/effective_anchors.h"
#include "daemon/zone_policy.h"
#include "fetch/exchange.h"
#include "inspect/anchor_fit.h"
#include "netfilter/inside_interfaces.h"
#include "netfilter/shortcut_load.h"

#define ASK_MAX_MS 10000 /* no further server or zone is asked after this time */

/* Asks the resolvers, one after the other, until one tells. */
static enum anchor_fit ask_resolvers(
        const struct config *c, const struct anchors *a, const struct name *zone, uint64_t until_ms)
{
	enum anchor_fit fit = ANCHOR_FIT_UNKNOWN;

	for (unsigned i = 0; i < c->resolvers.count && fit == ANCHOR_FIT_UNKNOWN &&
	                     clock_monotonic_ms() < until_ms;
	        i++)
		fit = anchor_fit_ask(a, zone, &c->resolvers.items[i], clock_wall_s());
	return fit;
}

/* Asks whether the anchors fit. Returns false if one fits none of its zone's keys. That a network
 * is missing is no fault of the configuration. */
static bool anchors_fit(const struct config *c, const struct anchors *a)
{
	uint64_t until_ms = clock_monotonic_ms() + ASK_MAX_MS;
	bool all_fit = true;

	if (c->resolvers.count == 0) {
		log_info("whether the trust anchors fit was not asked: no resolver is configured");
		return true;
	}
	for (unsigned i = 0; i < anchors_count(a); i++) {
		char zone[NAME_TEXT_SIZE];
		const struct name *name = &anchors_at(a, i)->zone;
		enum anchor_fit fit = ask_resolvers(c, a, name, until_ms);
		name_text(name, zone);
		if (fit == ANCHOR_FIT_UNKNOWN)
			log_warning("no resolver told whether the trust anchor for %s fits", zone);
		else if (fit == ANCHOR_FIT_NONE)
			log_error("trust_anchor: the trust anchor for %s matches none of its keys: "
			          "is "
			          "dns-root-data old? Update %s; or a resolver answers falsely",
			        zone, c->trust_anchor);
		all_fit = all_fit && fit != ANCHOR_FIT_NONE;
	}
	return all_fit;
}

/* Asks with the anchors that the daemon would use, which may have rolled over. */
static bool effective_anchors_fit(const struct config *c)
{
	struct complaint why;
	struct anchors *a = effective_anchors(c, clock_wall_s(), &why);

	exchange_use_mark(c->mark_own);
	bool fit = !a || anchors_fit(c, a);

	anchors_free(a);
	return fit;
}

static void doubt_ntas(const struct config *c)
{
	int64_t now_s = clock_wall_s();
	struct complaint why;

	for (unsigned i = 0; c->ntas && i < c->ntas->count; i++) {
		if (config_nta_doubt(c, i, now_s, &why))
			log_warning("%s", why.text);
	}
}

/* Tells each zone that is broken. A service starts nevertheless, unless all are; and then a quick
 * check is enough for its rules, which must be there for the other zones. */
static enum exit_code zones_check(const struct config *c, bool is_quick)
{
	struct complaint why;
	struct zone_policy *z = zone_policy_make(c, NULL, clock_wall_s(),
	        is_quick ? ZONE_POLICY_CHECK_START : ZONE_POLICY_CHECK_ALL, &why);

	if (!z) {
		log_error("sign: %s", why.text);
		return EXIT_USAGE;
	}
	unsigned broken = zone_policy_counts(z).broken;
	bool good = is_quick ? !zone_policy_is_all_broken(z) : broken == 0;
	for (unsigned i = 0; i < broken; i++)
		log_error("broken zone: %s", zone_policy_nth_fault(z, i));
	zone_policy_free(z);
	if (!good)
		return EXIT_USAGE;
	if (broken == 0)
		log_info("the configuration is fine");
	return EXIT_FINE;
}

/* Reads the files that the configuration names too: without them the service would not start. */
static enum exit_code config_check(const struct config *c, const struct options *o)
{
	struct complaint why;

	if (c->role == ROLE_SIGNER)
		return zones_check(c, o->quick);
	struct anchors *a = trust_anchors_load(c->trust_anchor, &why);

	if (!a) {
		log_error("trust_anchor: %s", why.text);
		return EXIT_USAGE;
	}
	anchors_free(a);
	if (c->doubt.text[0])
		log_warning("%s", c->doubt.text);
	if (!o->offline && !effective_anchors_fit(c))
		return EXIT_USAGE;
	if (c->shortcut_interfaces.count > 0 && !shortcut_load_is_built())
		log_warning("shortcut.interfaces has no effect: this build lacks eBPF (clang and "
		            "libbpf)");
	doubt_ntas(c);
	if (inside_matters(c)) {
		struct inside in;
		inside_find(c, &in);
		inside_log(&in);
	}
	log_info("the configuration is fine");
	return EXIT_FINE;
}

static enum exit_code config_run_check(void *context)
{
	const struct options *o = context;
	struct config c;

	if (!options_load_config(o, &c))
		return EXIT_USAGE;
	enum exit_code code = config_check(&c, o);
	config_fini(&c);
	return code;
}

static enum exit_code config_run_show(void *context)
{
	struct config c;

	if (!options_load_config(context, &c))
		return EXIT_USAGE;
	config_show(&c, stdout);
	config_fini(&c);
	return EXIT_FINE;
}

static enum exit_code config_run_example(void *context)
{
	(void)context;
	return config_example(stdout) == 0 ? EXIT_FINE : EXIT_NO;
}

static enum exit_code run_config(int argc, char **argv)
{
	const struct command_verb *verb;
	struct options o;

	if (!options_read(&o, &command_config, argc, argv))
		return EXIT_USAGE;
	verb = options_verb(&command_config, argc, argv);
	if (!verb || !options_check_arguments(argc, argv, (struct arguments){ 0 }))
		return EXIT_USAGE;
	return verb->run(&o);
}

static const struct command_verb config_verbs[] = {
	{ "check", NULL,
	        "read the configuration and the files that it names; say what is wrong; ask the "
	        "resolvers, if any, whether the trust anchors fit",
	        config_run_check },
	{ "show", NULL, "print the values of all keys", config_run_show },
	{ "example", NULL, "print an example file, which explains each key", config_run_example },
	{ 0 },
};

static const struct command_option config_options[] = {
	{ "offline", 'o', false, NULL, "check without asking a resolver" },
	{ "quick", 'q', false, NULL,
	        "check what the start of a signer needs: of many zones some may be broken" },
	OPTION_CONFIG,
	OPTION_INSTANCE,
	{ 0 },
};

const struct command command_config = { .name = "config",
	.summary = "check or show the configuration, or print an example",
	.verbs = config_verbs,
	.options = config_options,
	.exits = "Exit codes: 0 success; 2 the command line or the configuration is wrong.",
	.run = run_config };

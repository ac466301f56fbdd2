/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/keys_bootstrap.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "cmd/options.h"
#include "config/zone_find.h"
#include "keeper/kept_zone.h"
#include "keys/signalling.h"

/* Prints the records for one name server. */
static bool print_signalling(const struct keys_signalling *s, const char *name_server,
        const struct key_records *records, struct complaint *error)
{
	struct name ns;

	if (name_from_text(name_server, &ns))
		return signalling_write(stdout, s->zone, &ns, records, error);
	complaint_set(error, "\"%s\" is not a domain name", name_server);
	return false;
}

static enum exit_code print_all_signalling(
        const struct keys_signalling *s, const struct timeline *t)
{
	const struct timeline_period *p = timeline_at(t, clock_wall_s());
	const struct key_records none = { .has_owner = false };
	enum exit_code code = EXIT_FINE;
	struct complaint error;

	for (unsigned i = 0; i < s->name_server_count; i++) {
		if (print_signalling(s, s->name_servers[i], p ? p->records : &none, &error))
			continue;
		log_error("%s", error.text);
		code = EXIT_NO;
	}
	return code;
}

static enum exit_code read_and_print(const struct keys_signalling *s, const struct config *c)
{
	const struct kept_zone kept = { .name = *s->zone };
	struct crypto *crypto = crypto_new();
	enum exit_code code = EXIT_NO;
	struct complaint error;
	struct config_zone zone;
	struct timeline t;
	int found = -1;

	if (!crypto) {
		complaint_no_memory(&error);
	} else if (zone_find(c, s->zone, &zone, &error)) {
		const struct keeper_store store = { .directory = zone.keys,
			.timelines = zone.keys };
		found = kept_zone_read_timeline(&kept, &store, crypto, &t, &error);
	}
	if (found == 0)
		complaint_set(&error, "the zone has no timeline yet; `sealgate keeper` writes it");
	if (found <= 0) {
		log_error("%s", error.text);
	} else {
		code = print_all_signalling(s, &t);
		timeline_fini(&t);
	}
	crypto_free(crypto);
	return code;
}

enum exit_code keys_bootstrap(const struct keys_signalling *signalling)
{
	const struct options o = { .config = signalling->config };
	struct config c;

	if (!options_load_config(&o, &c))
		return EXIT_USAGE;
	enum exit_code code = read_and_print(signalling, &c);
	config_fini(&c);
	return code;
}

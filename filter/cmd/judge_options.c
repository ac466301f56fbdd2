/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/judge_options.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/complaint.h"
#include "base/log.h"
#include "config/address.h"
#include "config/config.h"
#include "config/trust_anchors.h"
#include "crypto/crypto.h"
#include "config/effective_anchors.h"
#include "daemon/nta_file.h"
#include "fetch/exchange.h"
#include "inspect/audit.h"

void judge_options_begin(struct judge_options *o)
{
	*o = (struct judge_options){ .time_s = AUDIT_TIME_OF_PACKET };
	crypto_allow_sha1(false);
}

static bool read_seconds(const char *text, long long max, long long *value)
{
	char *end;

	*value = strtoll(text, &end, 10);
	return *text >= '0' && *text <= '9' && *end == '\0' && *value <= max;
}

/* Reads YYYYMMDDHHMMSS as in RRSIGs (RFC 4034, 3.2), seconds since 1970, or "capture". */
static bool read_judge_time(const char *text, int64_t *time_s)
{
	struct tm tm = { 0 };
	long long seconds;

	if (strcmp(text, "capture") == 0) {
		*time_s = AUDIT_TIME_OF_PACKET;
		return true;
	}
	if (strlen(text) == strlen("YYYYMMDDHHMMSS") &&
	        strspn(text, "0123456789") == strlen(text)) {
		const char *end = strptime(text, "%Y%m%d%H%M%S", &tm);
		*time_s = end && *end == '\0' ? (int64_t)timegm(&tm) : -1;
		return *time_s >= 0;
	}
	bool ok = read_seconds(text, UINT32_MAX * 4LL, &seconds);
	*time_s = seconds;
	return ok;
}

static bool take_time(struct judge_options *o, const char *text)
{
	if (read_judge_time(text, &o->time_s))
		return true;
	log_error("--time \"%s\" is not YYYYMMDDHHMMSS, seconds since 1970, or capture", text);
	return false;
}

static bool take_skew(struct judge_options *o, const char *text)
{
	long long skew;

	if (!read_seconds(text, INT32_MAX, &skew)) {
		log_error("--skew \"%s\" is not a number of seconds", text);
		return false;
	}
	o->policy.has_skew = true;
	o->policy.skew_s = (int32_t)skew;
	return true;
}

static bool take_nta(struct judge_options *o, const char *text)
{
	struct name zone;

	if (!name_from_text(text, &zone)) {
		log_error("--nta \"%s\" is not a domain name", text);
		return false;
	}
	if (!nta_add(&o->ntas, &zone, NTA_FOREVER)) {
		log_error("--nta \"%s\": at most %d are allowed", text, NTAS_MAX);
		return false;
	}
	return true;
}

bool judge_options_take(struct judge_options *o, int letter, const char *value)
{
	switch (letter) {
	case 'a':
		o->anchor_path = value;
		return true;
	case 'c':
		o->file.config = value;
		return true;
	case 'I':
		o->file.instance = value;
		return true;
	case 't':
		return take_time(o, value);
	case 's':
		return take_skew(o, value);
	case 'n':
		return take_nta(o, value);
	case '1':
		crypto_allow_sha1(true);
		return true;
	default:
		return false;
	}
}

/* Takes over the configuration's local names. */
static void take_local_names(struct judge_options *o, struct config *c)
{
	o->local_names = c->local_names;
	o->local_zones = c->local_zones;
	c->local_names = c->local_zones = NULL;
}

/* What passes unjudged, or although it was refused, as in the daemon. */
static void take_policy(struct judge_options *o, const struct config *c)
{
	o->unjudged = c->unjudged_servers;
	o->policy.unjudged = o->unjudged.items;
	o->policy.unjudged_count = o->unjudged.count;
	o->policy.passes_transfers = c->zone_transfer == ZONE_TRANSFER_PASS;
	o->policy.passes_blocked = c->blocked == BLOCKED_PASS;
}

/* Adds those that the daemon was told at run time. Of two for a zone the later end holds, as
 * there. */
static void take_added_ntas(struct judge_options *o, const struct config *c)
{
	struct added_ntas added;
	struct complaint why;

	if (nta_file_read(&added, c->nta_state, &why) == NTA_FILE_DAMAGED)
		log_warning("the negative trust anchors of `sealgate ctl nta` are left out: %s",
		        why.text);
	for (unsigned i = 0; i < added.count; i++) {
		const struct nta *nta = &added.items[i].nta;
		const struct nta *known = nta_find(&o->ntas, &nta->zone);
		if (!known || known->expires_s < nta->expires_s)
			nta_add(&o->ntas, &nta->zone, nta->expires_s);
	}
}

/* Adds the negative trust anchors of the configuration and of its daemon, local names, limit of
 * iterations and SHA-1 to those of the options. */
static bool take_config(struct judge_options *o, struct config *c)
{
	struct nta_list given = o->ntas;

	if (c->ntas)
		o->ntas = *c->ntas;
	take_added_ntas(o, c);
	for (unsigned i = 0; i < given.count; i++) {
		if (!nta_add(&o->ntas, &given.items[i].zone, NTA_FOREVER)) {
			log_error("--nta: at most %d are allowed, with those of the configuration",
			        NTAS_MAX);
			return false;
		}
	}
	take_local_names(o, c);
	take_policy(o, c);
	exchange_use_mark(c->mark_own);
	o->policy.has_nsec3_iterations = true;
	o->policy.nsec3_iterations = c->nsec3_iterations;
	if (c->sha1)
		crypto_allow_sha1(true);
	return true;
}

/* Takes the prefixes of NAT64s, which without a configuration are the default. */
static void take_dns64(struct judge_options *o, const struct config *c)
{
	o->dns64 = c->dns64;
	o->policy.dns64 = o->dns64.items;
	o->policy.dns64_count = o->dns64.count;
}

static bool load_config(struct judge_options *o, bool by_config, struct config *c)
{
	struct complaint error;

	if (!by_config && config_defaults(c) < 0) {
		complaint_set(&error, "out of memory");
	} else if (!by_config) {
		return true;
	} else if (config_load(c, o->file.config, NULL, &error) == 0) {
		options_use_advice(&o->file, c->instance);
		if (options_instance_fits(&o->file, c))
			return true;
		config_fini(c);
		return false;
	}
	log_error("%s", error.text);
	return false;
}

/* Without --anchor a command uses the configuration, as the daemon does. */
bool judge_options_load(struct judge_options *o, const struct command *by)
{
	struct config c = { 0 };
	struct complaint error;
	bool by_config = o->file.config || o->file.instance || !o->anchor_path;

	if (o->file.instance && !options_take_instance(&o->file, by))
		return false;
	if (!load_config(o, by_config, &c))
		return false;
	take_dns64(o, &c);
	if (!by_config || take_config(o, &c)) {
		o->anchors = o->anchor_path ? trust_anchors_load(o->anchor_path, &error)
		                            : effective_anchors(&c, clock_wall_s(), &error);
		if (!o->anchors)
			log_error("%s", error.text);
	}
	config_fini(&c);
	if (!o->anchors)
		judge_options_end(o);
	return o->anchors != NULL;
}

void judge_options_end(struct judge_options *o)
{
	anchors_free(o->anchors);
	free(o->local_names);
	free(o->local_zones);
}

bool judge_options_read_server(
        const char *option, const char *text, struct sockaddr_storage *server)
{
	if (address_read(text, server) && !address_lacks_interface(server))
		return true;
	log_error("%s \"%s\" is not an address like 192.0.2.1, 192.0.2.1:53, 2001:db8::1, "
	          "[2001:db8::1]:53 or fe80::1%%eth0",
	        option, text);
	return false;
}

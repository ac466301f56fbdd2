/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of check, watch and explain that tell how to judge. */
#ifndef CMD_JUDGE_OPTIONS_H
#define CMD_JUDGE_OPTIONS_H

#include <sys/socket.h>

#include "cmd/options.h"
#include "config/config.h"
#include "gate/policy.h"
#include "trust/anchor.h"
#include "trust/local.h"
#include "trust/nta.h"

struct judge_options {
	struct anchors *anchors;
	struct nta_list ntas;
	struct local_names *local_names, *local_zones; /* of the configuration; or NULL */
	struct config_networks dns64;                  /* of `policy` */
	struct policy policy;
	struct config_networks unjudged; /* of the configuration; `policy` points to it */
	int64_t time_s;                  /* or AUDIT_TIME_OF_PACKET */
	const char *anchor_path;         /* NULL: the trust anchors of the daemon */
	struct options file; /* of the configuration; none if there is only an anchor_path */
};

/* The rows that tables of options share. judge_options_take() takes their ids. */
/* clang-format off */
#define JUDGE_OPTIONS                                                                              \
	{ "anchor", 'a', false, "FILE",                                                            \
	  "trust these DS and DNSKEY records only; without it, the trust anchors of the daemon" }, \
	OPTION_CONFIG,                                                                             \
	OPTION_INSTANCE,                                                                           \
	{ "time", 't', false, "T",                                                                 \
	  "judge as of T: YYYYMMDDHHMMSS (UTC), seconds since 1970, or capture, the default: the " \
	  "time of each packet, and now for what a server answers" },                              \
	{ "skew", 's', false, "SECONDS",                                                           \
	  "accept signatures whose times are off by this much; without it, by a tenth of their "   \
	  "validity" },                                                                            \
	{ "nta", 'n', false, "NAME", "add a negative trust anchor (RFC 7646); may be repeated" },  \
	{ "sha1", '1', false, NULL, "accept RSASHA1 signatures and SHA-1 DS digests" }
/* clang-format on */

/* Sets the defaults. The default time is that of each packet. */
void judge_options_begin(struct judge_options *o);

/* Takes an option. Returns false for an unknown letter, or after logging an error. */
bool judge_options_take(struct judge_options *o, int letter, const char *value);

/* Loads the files of the options of the command `by`. Returns false after logging an error; then do
 * not call judge_options_end(). */
bool judge_options_load(struct judge_options *o, const struct command *by);
void judge_options_end(struct judge_options *o);

/* Reads a server's address, the value of `option`. Returns false after logging an error. */
bool judge_options_read_server(
        const char *option, const char *text, struct sockaddr_storage *server);

#endif

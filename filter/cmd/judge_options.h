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
	const char *config_path; /* NULL: the default path, or none if there is an anchor_path */
};

/* Rows for a table of getopt_long(). judge_options_take() takes their letters. */
/* clang-format off */
#define JUDGE_OPTIONS                                 \
	{ "anchor", required_argument, NULL, 'a' },   \
	{ "config", required_argument, NULL, 'c' },   \
	{ "time", required_argument, NULL, 't' },     \
	{ "skew", required_argument, NULL, 's' },     \
	{ "nta", required_argument, NULL, 'n' },      \
	{ "sha1", no_argument, NULL, '1' }
/* clang-format on */

/* The lines about them in a help. */
#define HELP_JUDGE                                                                                 \
	"  --anchor FILE           trust these DS and DNSKEY records only; without it,\n"          \
	"                          the trust anchors of the daemon\n"                              \
	"  --config FILE           read this configuration file\n"                                 \
	"  --time T                judge as of T: YYYYMMDDHHMMSS (UTC), seconds since\n"           \
	"                          1970, or capture, the default: the time of each\n"              \
	"                          packet, and now for what a server answers\n"                    \
	"  --skew SECONDS          accept signatures whose times are off by this much;\n"          \
	"                          without it, by a tenth of their validity\n"                     \
	"  --nta NAME              add a negative trust anchor (RFC 7646); may be\n"               \
	"                          repeated\n"                                                     \
	"  --sha1                  accept RSASHA1 signatures and SHA-1 DS digests\n"

/* Sets the defaults. The default time is that of each packet. */
void judge_options_begin(struct judge_options *o);

/* Takes an option. Returns false for an unknown letter, or after logging an error. */
bool judge_options_take(struct judge_options *o, int letter, const char *value);

/* Loads the files of the options. Returns false after logging an error; then do not call
 * judge_options_end(). */
bool judge_options_load(struct judge_options *o);
void judge_options_end(struct judge_options *o);

/* Reads a server's address, the value of `option`. Returns false after logging an error. */
bool judge_options_read_server(
        const char *option, const char *text, struct sockaddr_storage *server);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* On what terms a command judges: the options that check, watch and explain share. */
#ifndef CMD_JUDGE_OPTIONS_H
#define CMD_JUDGE_OPTIONS_H

#include <sys/socket.h>

#include "cmd/options.h"
#include "gate/policy.h"
#include "trust/anchor.h"
#include "trust/nta.h"

struct judge_options {
	struct anchors *anchors;
	struct nta_list ntas;
	struct policy policy;
	int64_t time_s;          /* or AUDIT_TIME_OF_PACKET */
	const char *anchor_path; /* NULL: what the daemon with the configuration goes by */
	const char *config_path; /* NULL: the default path, if there is no anchor_path */
};

/* Rows for a table of getopt_long(), and what judge_options_take() is given for them. */
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

/* Begins with the defaults; --time is that of the packets. */
void judge_options_begin(struct judge_options *o);

/* Takes one option. Returns false when it is none of these, or after saying what is wrong. */
bool judge_options_take(struct judge_options *o, int letter, const char *value);

/* Loads what the options name. Returns false, after saying what is wrong, with nothing to be
 * ended. */
bool judge_options_load(struct judge_options *o);
void judge_options_end(struct judge_options *o);

/* Reads the address of a server, given with `option`. Returns false after saying what is wrong. */
bool judge_options_read_server(
        const char *option, const char *text, struct sockaddr_storage *server);

#endif

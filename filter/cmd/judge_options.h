/* SPDX-License-Identifier: GPL-2.0-or-later */
/* On what terms a command judges: the options that check, watch and explain share. */
#ifndef CMD_JUDGE_OPTIONS_H
#define CMD_JUDGE_OPTIONS_H

#include <getopt.h>
#include <sys/socket.h>

#include "gate/policy.h"
#include "trust/anchor.h"
#include "trust/nta.h"

struct terms {
	struct anchors *anchors;
	struct nta_list ntas;
	struct policy policy;
	int64_t time_s;          /* or AUDIT_TIME_OF_PACKET */
	const char *anchor_path; /* NULL: what the daemon with the configuration goes by */
	const char *config_path; /* NULL: the default path, if there is no anchor_path */
};

/* Rows for a table of getopt_long(), and what terms_take() is given for them. */
/* clang-format off */
#define TERMS_OPTIONS                                 \
	{ "anchor", required_argument, NULL, 'a' },   \
	{ "config", required_argument, NULL, 'c' },   \
	{ "time", required_argument, NULL, 't' },     \
	{ "skew", required_argument, NULL, 's' },     \
	{ "nta", required_argument, NULL, 'n' },      \
	{ "sha1", no_argument, NULL, '1' }
/* clang-format on */

/* Begins with the defaults; --time is that of the packets. */
void terms_begin(struct terms *t);

/* Takes one option. Returns false when it is none of these, or after saying what is wrong. */
bool terms_take(struct terms *t, int letter, const char *value);

/* Loads what the options name. Returns false, after saying what is wrong, with nothing to be
 * ended. */
bool terms_load(struct terms *t);
void terms_end(struct terms *t);

/* Reads the address of a server, given with `option`. Returns false after saying what is wrong. */
bool terms_read_server(const char *option, const char *text, struct sockaddr_storage *server);

#endif

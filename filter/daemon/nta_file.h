/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file that keeps the negative trust anchors that were made at run time, while the daemon does not run:
 *
 *     sealgate-ntas 1
 *     # NAME  SINCE  UNTIL, in UTC
 *     broken.example. 20261129220000 20261130220000
 *
 * Each line lets forged answers below a name pass, so the file is read with distrust: a single line that is
 * wrong makes the whole file worthless. */
#ifndef DAEMON_NTA_FILE_H
#define DAEMON_NTA_FILE_H

#include "base/complaint.h"
#include "trust/nta.h"

/* RFC 7646, 4 wants an end for each, after a week at most. */
#define NTA_LONGEST_S (7 * 86400)

/* A negative trust anchor that was made while the daemon ran. */
struct added_nta {
	struct nta nta;  /* its end is earlier than `said_s` while the clock is behind */
	int64_t said_s;  /* the end that was asked for */
	int64_t since_s; /* when it was made; by a clock that is earlier it is not in force */
	uint64_t end_ms; /* of the monotonic clock, which nobody can set back; not in the file */
};

struct added_ntas {
	unsigned count;
	struct added_nta items[NTAS_ADDED_MAX];
};

enum nta_file {
	NTA_FILE_READ,
	NTA_FILE_NONE, /* there is no file yet */
	/* or unreadable: nothing is taken from it, and the complaint says where and why */
	NTA_FILE_DAMAGED,
};

/* Reads the file. */
enum nta_file nta_file_read(struct added_ntas *all, const char *path, struct complaint *why);

/* Reads the file as its owner: if it is damaged, renames it to `path`.damaged, for the operator to
 * look at. */
enum nta_file nta_file_load(struct added_ntas *all, const char *path, struct complaint *why);

/* Replaces the file atomically. It is on the disk when this returns 0; else -errno with a
 * complaint. */
int nta_file_save(const struct added_ntas *all, const char *path, struct complaint *why);

#endif

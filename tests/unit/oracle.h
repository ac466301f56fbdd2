/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks a validator without code of sealgate, dnspython, in tests/oracle/signed.py. */
#ifndef TESTS_ORACLE_H
#define TESTS_ORACLE_H

#include <stdio.h>

#include "base/span.h"

/* The lines that are written for signed.py, which says what they mean. */
struct oracle {
	char path[40];
	FILE *file;
};

struct oracle oracle_open(void);

/* Writes a line: a word, and octets in hexadecimal. */
void oracle_write(const struct oracle *o, const char *word, struct span octets);

/* Has the oracle judge what was written. Returns its exit status (0, 1, ORACLE_SKIPPED if it cannot
 * run), and sets `said` to its first line. Ends `o`. */
#define ORACLE_SKIPPED 77
#define ORACLE_SAID    300
int oracle_judge(struct oracle *o, char said[static ORACLE_SAID]);

/* The same: returns how many signatures the oracle verified, or -1 if it cannot run. Fails if
 * something is wrong. Ends `o`. */
long oracle_ask(struct oracle *o);

#endif

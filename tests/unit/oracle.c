/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oracle.h"

#include "test.h"

#include <sys/wait.h>
#include <unistd.h>

#define ORACLE   "tests/oracle/signed.py"
#define NO_SHELL 127 /* or no program */

struct oracle oracle_open(void)
{
	struct oracle o = { "/tmp/sealgate-oracle-XXXXXX", NULL };

	o.file = fdopen(mkstemp(o.path), "w");
	assert_non_null(o.file);
	return o;
}

void oracle_write(const struct oracle *o, const char *word, struct span octets)
{
	fprintf(o->file, "%s ", word);
	for (size_t i = 0; i < octets.len; i++)
		fprintf(o->file, "%02x", octets.base[i]);
	fputc('\n', o->file);
}

int oracle_judge(struct oracle *o, char said[static ORACLE_SAID])
{
	char command[200];

	assert_int_equal(fclose(o->file), 0);
	snprintf(command, sizeof(command), "/usr/bin/python3 -B " ORACLE " %s", o->path);
	FILE *answer = popen(command, "r");
	assert_non_null(answer);
	if (!fgets(said, ORACLE_SAID, answer))
		said[0] = '\0';
	int status = WEXITSTATUS(pclose(answer));
	unlink(o->path);
	return status == NO_SHELL ? ORACLE_SKIPPED : status;
}

long oracle_ask(struct oracle *o)
{
	char said[ORACLE_SAID];
	int status = oracle_judge(o, said);

	if (status == ORACLE_SKIPPED)
		return -1;
	if (status != 0)
		fail_msg("%s", said);
	return strtol(said, NULL, 10);
}

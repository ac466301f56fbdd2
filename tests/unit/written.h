/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A configuration as an operator writes it: text in a file of its own. */
#ifndef TESTS_WRITTEN_H
#define TESTS_WRITTEN_H

#include "test.h"

#include <unistd.h>

#include "config/config.h"

static char path[] = "/tmp/sealgate-test-config-XXXXXX";

/* For the set-up and the end of a group of tests. */
static inline int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static inline int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static inline void write_file(const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static inline int load(const char *text, struct config *c, struct complaint *error)
{
	write_file(text);
	return config_load(c, path, NULL, error);
}

#endif

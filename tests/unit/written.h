/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A configuration as an operator writes it: text in a file of its own. */
#ifndef TESTS_WRITTEN_H
#define TESTS_WRITTEN_H

#include "test.h"

#include <unistd.h>

#include "config/config.h"
#include "config/config_show.h"

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

/* Returns the text of a configuration, for the caller to free. */
static inline char *shown(const struct config *c)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	config_show(c, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

static inline void assert_config_equal(const struct config *a, const struct config *b)
{
	char *text_a = shown(a), *text_b = shown(b);

	assert_string_equal(text_a, text_b);
	free(text_a);
	free(text_b);
}

#endif

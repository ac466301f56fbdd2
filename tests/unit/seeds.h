/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The seeds of tests/fuzz, which unit tests replay. With WRITE_SEEDS set in the environment they
 * are written anew. */
#ifndef TESTS_SEEDS_H
#define TESTS_SEEDS_H

#include "test.h"

#define SEEDS "tests/fuzz/seeds"

/* They are numbered; `kind` stands before the number. */
static inline FILE *seed_open(const char *kind, unsigned number, const char *mode)
{
	char path[64];

	snprintf(path, sizeof(path), SEEDS "/%s%u", kind, number);
	FILE *file = fopen(path, mode);
	assert_row(path, file);
	return file;
}

/* Returns how many octets of it were read. */
static inline size_t seed_read(const char *kind, unsigned number, uint8_t *octets, size_t size)
{
	FILE *file = seed_open(kind, number, "rb");
	size_t len = fread(octets, 1, size, file);

	fclose(file);
	return len;
}

/* Fails when the file holds something else. */
static inline void seed_check(const char *kind, unsigned number, const uint8_t *octets, size_t len)
{
	FILE *file = seed_open(kind, number, getenv("WRITE_SEEDS") ? "w+b" : "rb");
	uint8_t *kept = malloc(len + 1);

	assert_non_null(kept);
	if (getenv("WRITE_SEEDS"))
		assert_int_equal(fwrite(octets, 1, len, file), len);
	rewind(file);
	assert_int_equal(fread(kept, 1, len + 1, file), len);
	assert_memory_equal(kept, octets, len);
	free(kept);
	fclose(file);
}

#endif

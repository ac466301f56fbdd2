/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every unit test includes this first. cmocka 1.1.5 wants its four headers before it. */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Fails the test with the row's own words when `claim` is false. */
#define assert_row(why, claim)                                                                     \
	do {                                                                                       \
		if (!(claim))                                                                      \
			fail_msg("%s: not true: %s", why, #claim);                                 \
	} while (0)

/* Octets written as hexadecimal digits, with spaces where they help; free() gives them back. They
 * end where their memory ends, so that a sanitizer sees the first octet read past them. */
static inline uint8_t *unhex(const char *hex, size_t *len)
{
	uint8_t *octets = malloc(strlen(hex) / 2 + 1), *exact;
	unsigned octet;

	*len = 0;
	while (*(hex += strspn(hex, " \n")) != '\0') {
		assert_int_equal(sscanf(hex, "%2x", &octet), 1);
		octets[(*len)++] = (uint8_t)octet;
		hex += 2;
	}
	exact = malloc(*len);
	if (*len)
		memcpy(exact, octets, *len);
	free(octets);
	return exact;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of DNS messages that were prepared before the measurement: each is preceded by its length
 * in two octets, as over TCP. bed/zones.py writes it. */
#ifndef BENCH_PREPARED_H
#define BENCH_PREPARED_H

#include <stdio.h>
#include <stdlib.h>

#include "base/cursor.h"
#include "wire/protocol.h"

struct prepared {
	struct span *messages;
	unsigned count;
};

/* Reads the whole file. The memory is needed until the program ends, and is never freed. Returns
 * false after printing why, if the file cannot be read or is not such a file. */
static inline bool prepared_load(struct prepared *p, const char *path)
{
	FILE *f = fopen(path, "re");
	long size = f && fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
	uint8_t *octets = size > 0 ? malloc((size_t)size) : NULL;
	bool is_read = octets && fseek(f, 0, SEEK_SET) == 0 &&
	               fread(octets, 1, (size_t)size, f) == (size_t)size;

	if (f)
		fclose(f);
	*p = (struct prepared){ NULL, 0 };
	if (is_read)
		p->messages = calloc((size_t)size / DNS_HEADER_SIZE, sizeof(*p->messages));
	if (!p->messages) {
		fprintf(stderr, "%s: cannot be read\n", path);
		return false;
	}
	struct cursor c = cursor_over(span_of(octets, (size_t)size));
	while (cursor_left(&c) > 0) {
		struct span message = cursor_take(&c, cursor_u16(&c));
		if (message.len < DNS_HEADER_SIZE) {
			fprintf(stderr, "%s: not a file of messages\n", path);
			return false;
		}
		p->messages[p->count++] = message;
	}
	return true;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/root_hints.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "wire/protocol.h"

#define LINE_MAX_OCTETS 512
#define BLANKS          " \t\r\n"

/* Returns the address family whose type the word is, or 0. */
static int family_of(const char *word)
{
	if (strcasecmp(word, "A") == 0)
		return AF_INET;
	return strcasecmp(word, "AAAA") == 0 ? AF_INET6 : 0;
}

static bool read_address(int family, const char *text, struct sockaddr_storage *address)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(DNS_PORT) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(DNS_PORT) };

	memset(address, 0, sizeof(*address));
	if (family == AF_INET && inet_pton(AF_INET, text, &in.sin_addr) == 1) {
		memcpy(address, &in, sizeof(in));
		return true;
	}
	if (family == AF_INET6 && inet_pton(AF_INET6, text, &in6.sin6_addr) == 1) {
		memcpy(address, &in6, sizeof(in6));
		return true;
	}
	return false;
}

/* The type is the last field but one: what stands before it may be left out. */
static bool take_line(struct root_hints *hints, char *line)
{
	char *place, *type = NULL, *last = NULL;

	line[strcspn(line, ";")] = '\0';
	for (char *word = strtok_r(line, BLANKS, &place); word;
	        word = strtok_r(NULL, BLANKS, &place)) {
		type = last;
		last = word;
	}
	int family = type ? family_of(type) : 0;
	if (family == 0)
		return true;
	return hints->count < ROOT_HINTS_MAX &&
	       read_address(family, last, &hints->at[hints->count++]);
}

int root_hints_load(struct root_hints *hints, const char *path, char *error, size_t error_size)
{
	char line[LINE_MAX_OCTETS];
	unsigned number = 0;
	bool is_good = true;
	FILE *file = fopen(path, "re");

	hints->count = 0;
	if (!file) {
		int result = errno == ENOENT ? -ENOENT : -EINVAL;
		snprintf(error, error_size, "%s: %s", path, strerror(errno));
		return result;
	}
	while (is_good && fgets(line, sizeof(line), file)) {
		number++;
		is_good = take_line(hints, line);
	}
	if (!is_good)
		snprintf(error, error_size, "%s:%u: no address, or more than %d", path, number,
		        ROOT_HINTS_MAX);
	else if (hints->count == 0)
		snprintf(error, error_size, "%s: no address of a server", path);
	fclose(file);
	if (is_good && hints->count > 0)
		return 0;
	hints->count = 0;
	return -EINVAL;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/root_hints.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/complaint.h"
#include "base/sockaddr.h"
#include "wire/protocol.h"

#define LINE_MAX_OCTETS 512
#define BLANKS          " \t\r\n"

/* Returns the address family of the record type "A" or "AAAA"; 0 for any other word. */
static int hint_family(const char *word)
{
	if (strcasecmp(word, "A") == 0)
		return AF_INET;
	return strcasecmp(word, "AAAA") == 0 ? AF_INET6 : 0;
}

static bool hint_read_address(int family, const char *text, struct sockaddr_storage *address)
{
	uint8_t octets[sizeof(struct in6_addr)];
	size_t len = family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);

	if (inet_pton(family, text, octets) != 1)
		return false;
	*address = sockaddr_of(span_of(octets, len), DNS_PORT, 0);
	return true;
}

/* The type is the last field but one. The fields before it may be missing. */
static bool hint_read_line(struct root_hints *hints, char *line)
{
	char *place, *type = NULL, *last = NULL;

	line[strcspn(line, ";")] = '\0';
	for (char *word = strtok_r(line, BLANKS, &place); word;
	        word = strtok_r(NULL, BLANKS, &place)) {
		type = last;
		last = word;
	}
	int family = type ? hint_family(type) : 0;
	if (family == 0)
		return true;
	return hints->count < ROOT_HINTS_MAX &&
	       hint_read_address(family, last, &hints->at[hints->count++]);
}

int root_hints_load(struct root_hints *hints, const char *path, struct complaint *error)
{
	char line[LINE_MAX_OCTETS];
	unsigned number = 0;
	bool is_good = true;
	FILE *file = fopen(path, "re");

	hints->count = 0;
	if (!file) {
		int result = errno == ENOENT ? -ENOENT : -EINVAL;
		complaint_set(error, "%s: %s", path, strerror(errno));
		return result;
	}
	while (is_good && fgets(line, sizeof(line), file)) {
		number++;
		is_good = hint_read_line(hints, line);
	}
	if (!is_good)
		complaint_set(error, "%s:%u: not an address, or more than %d addresses", path,
		        number, ROOT_HINTS_MAX);
	else if (hints->count == 0)
		complaint_set(error, "%s: the file has no address of a root server", path);
	fclose(file);
	if (is_good && hints->count > 0)
		return 0;
	hints->count = 0;
	return -EINVAL;
}

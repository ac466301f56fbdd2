/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/nameserver.h"

#include <stdio.h>

#include "config/address.h"

bool nameserver_read(const char *path, struct sockaddr_storage *server)
{
	FILE *file = fopen(path, "re");
	char line[256], address[ADDRESS_TEXT_MAX];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = sscanf(line, "nameserver %63s", address) == 1 &&
		        address_read(address, server);
	if (file)
		fclose(file);
	return found;
}

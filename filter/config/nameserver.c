/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/nameserver.h"

#include <stdio.h>

#include "config/address.h"

bool nameserver_read(const char *path, struct sockaddr_storage *server, struct complaint *skipped)
{
	FILE *file = fopen(path, "re");
	char line[256], address[ADDRESS_TEXT_MAX];
	bool found = false;

	skipped->text[0] = '\0';
	for (unsigned number = 1; file && !found && fgets(line, sizeof(line), file); number++) {
		if (sscanf(line, "nameserver %79s", address) != 1)
			continue;
		found = address_read(address, server) && !address_lacks_interface(server);
		if (!found)
			complaint_set(skipped,
			        "%s:%u: %s is not an address, or a link-local one without its "
			        "interface",
			        path, number, address);
	}
	if (file)
		fclose(file);
	return found;
}

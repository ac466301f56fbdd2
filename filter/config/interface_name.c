/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/interface_name.h"

#include <net/if.h>
#include <string.h>

bool interface_name_is_safe(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                              "0123456789._-";
	size_t len = text ? strlen(text) : 0;

	return len > 0 && len < IF_NAMESIZE && strspn(text, allowed) == len && text[0] != '.' &&
	       text[0] != '-';
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/vault_uri.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define SCHEME "pkcs11:"

bool vault_uri_is(const char *text)
{
	return strncasecmp(text, SCHEME, strlen(SCHEME)) == 0;
}

/* Finds the value of an attribute of the path (behind ":" or ";") or of the query (behind "?" or
 * "&"). */
static const char *attribute_of(const char *text, const char *attribute)
{
	size_t len = strlen(attribute);

	for (const char *at = strcasestr(text, attribute); at; at = strcasestr(at + 1, attribute)) {
		if (at > text && strchr(":;?&", at[-1]) && at[len] == '=')
			return at + len + 1;
	}
	return NULL;
}

static int hex_value(char digit)
{
	const char *digits = "0123456789abcdef";
	const char *at = digit ? strchr(digits, digit | 0x20) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Decodes %XX up to the end of the value. Returns false if an escape is malformed or means a zero
 * octet. */
static bool decode_value(const char *value, char out[static VAULT_NAME_SIZE])
{
	size_t len = 0;

	for (const char *at = value; *at && !strchr("&;", *at); at++) {
		char octet = *at;
		if (octet == '%') {
			int high = hex_value(at[1]), low = high < 0 ? -1 : hex_value(at[2]);
			if (low < 0 || (high == 0 && low == 0))
				return false;
			octet = (char)(high << 4 | low);
			at += 2;
		}
		out[len++] = octet;
	}
	out[len] = '\0';
	return true;
}

static bool has_odd_octets(const char *text)
{
	for (; *text; text++) {
		if (*text <= ' ' || *text > '~')
			return true;
	}
	return false;
}

bool vault_uri_read(struct vault_uri *uri, const char *text, struct complaint *why)
{
	const char *fault = NULL, *source = attribute_of(text, "pin-source");

	*uri = (struct vault_uri){ .text = "" };
	if (strcasestr(text, "pin-value"))
		fault = "it has a PIN in it (pin-value): put the PIN into a file of mode 0600 and "
		        "write pin-source=file:/path instead";
	else if (strlen(text) >= sizeof(uri->text))
		fault = "it is too long";
	else if (!vault_uri_is(text) || has_odd_octets(text))
		fault = "it must begin with \"pkcs11:\" and have no blanks (RFC 7512)";
	else if (attribute_of(text, "object") || attribute_of(text, "id"))
		fault = "it names a key (object or id): a vault is a token; leave the key out";
	else if (!attribute_of(text, "module-path") && !attribute_of(text, "module-name"))
		fault = "it names no PKCS#11 module: add module-path=/path/to/module.so, or "
		        "module-name= with a name that `p11-kit list-modules` shows";
	else if (source && !decode_value(source, uri->pin_source))
		fault = "its pin-source has a malformed %XX";
	if (fault) {
		complaint_set(why, "the URI of the vault: %s", fault);
		return false;
	}
	snprintf(uri->text, sizeof(uri->text), "%s", text);
	snprintf(uri->shown, sizeof(uri->shown), "%.*s", (int)strcspn(text, "?"), text);
	return true;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trust/anchor_form.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#define GIVE "give a file of DS or DNSKEY records, such as /usr/share/dns/root.key of dns-root-data"

static const struct {
	const char *mark, *form;
} forms[] = {
	{ "<TrustAnchor", "this is IANA's root-anchors.xml; " GIVE },
	{ "KEYDATA", "this is BIND's own state of managed keys; " GIVE },
	{ "initial-key", "this is BIND's configuration; " GIVE },
	{ "initial-ds", "this is BIND's configuration; " GIVE },
	{ "static-key", "this is BIND's configuration; " GIVE },
	{ "static-ds", "this is BIND's configuration; " GIVE },
	{ "trusted-keys", "this is BIND's configuration; " GIVE },
	{ "trust-anchor-file:",
	        "this is unbound's configuration; give the file that this line names" },
	{ "trust-anchor:", "this is unbound's configuration; " GIVE },
};

/* Returns the first place of `mark` that is not in a comment of a zone file; NULL if there is
 * none. */
static const char *find_mark(const char *text, const char *mark)
{
	const char *at = text;

	while ((at = strstr(at, mark))) {
		const char *begin = at;
		while (begin > text && begin[-1] != '\n' && begin[-1] != ';')
			begin--;
		if (begin == text || begin[-1] == '\n')
			return at;
		at += strlen(mark);
	}
	return NULL;
}

const char *anchor_form_foreign(const char *text, unsigned *line)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		const char *at = find_mark(text, forms[i].mark);
		if (!at)
			continue;
		*line = 1;
		for (const char *c = text; c < at; c++)
			*line += *c == '\n';
		return forms[i].form;
	}
	return NULL;
}

enum anchor_mark anchor_form_mark(const char *comment, const char *end)
{
	static const char state[] = ";;state=", lost[] = ";;REVOKED";
	size_t len = (size_t)(end - comment);
	const char *at = memmem(comment, len, state, sizeof(state) - 1);

	if (!at)
		return len >= sizeof(lost) - 1 && memcmp(comment, lost, sizeof(lost) - 1) == 0
		               ? ANCHOR_MARK_LOST
		               : ANCHOR_MARK_NONE;
	at += sizeof(state) - 1;
	bool is_one_digit = at < end && (at + 1 == end || strchr(" \t\r", at[1]));
	if (!is_one_digit || *at < '0' || *at > '5')
		return ANCHOR_MARK_UNKNOWN;
	return *at == '2' || *at == '3' ? ANCHOR_MARK_TRUSTED : ANCHOR_MARK_NOT;
}

void anchor_form_from_dnsmasq(char *record)
{
	static const char key[] = "trust-anchor=", type[] = " DS ";
	char *from = record + strspn(record, " \t");
	size_t commas = 0;

	if (strncasecmp(from, key, sizeof(key) - 1) != 0)
		return;
	from += sizeof(key) - 1;
	if (strncasecmp(from, "IN,", 3) == 0)
		from += 3;
	/* the zone and its comma, then the type, which takes less room than the key did */
	size_t zone = strcspn(from, ",");
	memmove(record, from, zone);
	char *to = record + zone;
	from += zone + (from[zone] == ',');
	memmove(to + sizeof(type) - 1, from, strlen(from) + 1);
	memcpy(to, type, sizeof(type) - 1);
	for (to += sizeof(type) - 1; *to && commas < 3; to++) {
		if (*to == ',') {
			*to = ' ';
			commas++;
		}
	}
}

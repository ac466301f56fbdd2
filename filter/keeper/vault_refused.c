/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/vault_refused.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/encoding.h"
#include "base/file.h"
#include "base/keyedhash.h"

#define REFUSED_FILE_OCTETS 1024

static void mark_pin(const struct vault_refused *refused, const char *uri,
        const struct vault_pin *pin, uint8_t mark[static FINGERPRINT_OCTETS])
{
	/* the zero behind the URI keeps URI and PIN apart */
	const struct span parts[] = { span_of(refused->salt, sizeof(refused->salt)),
		span_of(uri, strlen(uri) + 1), vault_pin_span(pin) };

	fingerprint(parts, sizeof(parts) / sizeof(parts[0]), mark);
}

void vault_refused_init(struct vault_refused *refused, const char *path)
{
	char salt[2 * sizeof(refused->salt) + 1], mark[2 * sizeof(refused->mark) + 1];
	size_t salt_len = 0, mark_len = 0;

	*refused = (struct vault_refused){ .path = path };
	char *text = path ? file_read(path, REFUSED_FILE_OCTETS) : NULL;
	if (!text)
		return;
	refused->is_set = sscanf(text, "%32s %64s", salt, mark) == 2 &&
	                  hex_decode(salt, refused->salt, sizeof(refused->salt), &salt_len) &&
	                  hex_decode(mark, refused->mark, sizeof(refused->mark), &mark_len) &&
	                  salt_len == sizeof(refused->salt) && mark_len == sizeof(refused->mark);
	free(text);
}

bool vault_refused_is(struct vault_refused *refused, const char *uri, const struct vault_pin *pin)
{
	uint8_t mark[FINGERPRINT_OCTETS];

	if (refused->is_set && refused->path && access(refused->path, F_OK) != 0 && errno == ENOENT)
		refused->is_set = false;
	if (!refused->is_set)
		return false;
	mark_pin(refused, uri, pin, mark);
	return memcmp(mark, refused->mark, sizeof(mark)) == 0;
}

int vault_refused_set(struct vault_refused *refused, const char *uri, const struct vault_pin *pin)
{
	char salt[2 * sizeof(refused->salt) + 1], mark[2 * sizeof(refused->mark) + 1];
	char text[sizeof(salt) + sizeof(mark) + 1];
	struct hash_key drawn = { { 0 } };

	_Static_assert(sizeof(drawn.octets) == sizeof(refused->salt), "one draw is the salt");
	hash_key_draw(&drawn);
	memcpy(refused->salt, drawn.octets, sizeof(refused->salt));
	mark_pin(refused, uri, pin, refused->mark);
	refused->is_set = true;
	if (!refused->path)
		return 0;
	hex_encode(span_of(refused->salt, sizeof(refused->salt)), salt);
	hex_encode(span_of(refused->mark, sizeof(refused->mark)), mark);
	snprintf(text, sizeof(text), "%s %s\n", salt, mark);
	int error = file_replace(refused->path, text, 0600);
	if (error) /* a file that is not there must not end the memory */
		refused->path = NULL;
	return error;
}

void vault_refused_clear(struct vault_refused *refused)
{
	if (refused->is_set && refused->path)
		unlink(refused->path);
	refused->is_set = false;
}

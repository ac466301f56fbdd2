/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/vault_intent.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/encoding.h"
#include "base/file.h"
#include "base/keyedhash.h"

#define NOTE_SIZE (2 * VAULT_ID_OCTETS + 2) /* digits, the end of the line, and a zero */

static bool intent_path(
        char path[static PATH_MAX], const char *directory, uint8_t algorithm, const char *label)
{
	return !strchr(label, '/') && (size_t)snprintf(path, PATH_MAX, "%s/K%s+%03u.making",
	                                      directory, label, algorithm) < PATH_MAX;
}

/* A note that makes no sense is none: the key of it, if there is one, is lost. */
static bool read_note(const char *path, uint8_t id[static VAULT_ID_OCTETS])
{
	char *text = file_read(path, NOTE_SIZE);
	size_t len = 0;
	bool good = text && strlen(text) == NOTE_SIZE - 1;

	if (good) {
		text[NOTE_SIZE - 2] = '\0';
		good = hex_decode(text, id, VAULT_ID_OCTETS, &len) && len == VAULT_ID_OCTETS;
	}
	free(text);
	return good;
}

static int write_note(const char *path, const uint8_t id[static VAULT_ID_OCTETS])
{
	char text[NOTE_SIZE];

	hex_encode(span_of(id, VAULT_ID_OCTETS), text);
	strcat(text, "\n");
	return file_replace(path, text, 0600);
}

static int draw_id(uint8_t id[static VAULT_ID_OCTETS])
{
	struct hash_key drawn;
	int error = hash_key_draw(&drawn);

	_Static_assert(sizeof(drawn.octets) == VAULT_ID_OCTETS, "one draw is an id");
	memcpy(id, drawn.octets, VAULT_ID_OCTETS);
	return error;
}

/* Finds or draws the id of an order whose note is at `path`. Returns 0 or -errno. */
static int find_noted_id(const char *path, uint8_t id[static VAULT_ID_OCTETS])
{
	if (read_note(path, id))
		return 0;
	int error = draw_id(id);
	return error ? error : write_note(path, id);
}

static int find_remembered_id(const struct vault_intents *intents, struct vault_intent *next)
{
	const struct vault_intent *last = &intents->last;

	if (!intents->is_pending || last->algorithm != next->algorithm ||
	        strcmp(last->label, next->label) != 0)
		return draw_id(next->id);
	memcpy(next->id, last->id, VAULT_ID_OCTETS);
	return 0;
}

const uint8_t *vault_intent_begin(
        struct vault_intents *intents, uint8_t algorithm, const char *label, struct complaint *why)
{
	struct vault_intent next = { .algorithm = algorithm };
	char path[PATH_MAX] = "";
	int error;

	snprintf(next.label, sizeof(next.label), "%s", label);
	if (!intents->directory)
		error = find_remembered_id(intents, &next);
	else if (intent_path(path, intents->directory, algorithm, label))
		error = find_noted_id(path, next.id);
	else
		error = -ENAMETOOLONG;
	if (error) {
		complaint_set(why,
		        "no key is made, since it could not be noted that one is to be made: %s: "
		        "%s",
		        path[0] ? path : label, strerror(-error));
		return NULL;
	}
	intents->last = next;
	intents->is_pending = true;
	return intents->last.id;
}

void vault_intent_end(struct vault_intents *intents)
{
	char path[PATH_MAX];

	if (intents->directory && intents->is_pending &&
	        intent_path(path, intents->directory, intents->last.algorithm, intents->last.label))
		unlink(path);
	intents->is_pending = false;
}

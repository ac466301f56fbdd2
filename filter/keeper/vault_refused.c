/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/vault_refused.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/encoding.h"
#include "base/file.h"

#define REFUSED_FILE_OCTETS 4096

/* ---- Marks ---- */

static void hash_token(
        const struct vault_mark *mark, const char *token, uint8_t out[static FINGERPRINT_OCTETS])
{
	const struct span parts[] = { span_of(mark->salt, sizeof(mark->salt)),
		span_of(token, strlen(token)) };

	fingerprint(parts, sizeof(parts) / sizeof(parts[0]), out);
}

static void hash_pin(const struct vault_mark *mark, const char *token, const struct vault_pin *pin,
        uint8_t out[static FINGERPRINT_OCTETS])
{
	/* the zero behind the token keeps token and PIN apart */
	const struct span parts[] = { span_of(mark->salt, sizeof(mark->salt)),
		span_of(token, strlen(token) + 1), vault_pin_span(pin) };

	fingerprint(parts, sizeof(parts) / sizeof(parts[0]), out);
}

bool vault_mark_make(struct vault_mark *mark, const char *token, const struct vault_pin *pin)
{
	struct hash_key drawn;

	_Static_assert(sizeof(drawn.octets) == sizeof(mark->salt), "one draw is the salt");
	if (hash_key_draw(&drawn) != 0)
		return false;
	memcpy(mark->salt, drawn.octets, sizeof(mark->salt));
	hash_token(mark, token, mark->token);
	hash_pin(mark, token, pin, mark->pin);
	mark->fault = VAULT_PIN_DOUBT;
	return true;
}

bool vault_mark_is_of(const struct vault_mark *mark, const char *token, const struct vault_pin *pin)
{
	uint8_t hash[FINGERPRINT_OCTETS];

	hash_pin(mark, token, pin, hash);
	return memcmp(hash, mark->pin, sizeof(hash)) == 0;
}

/* ---- The file: a line for each mark ---- */

static bool read_mark_part(const char *hex, uint8_t *octets, size_t count)
{
	size_t len = 0;

	return hex_decode(hex, octets, count, &len) && len == count;
}

static bool read_mark(const char *line, struct vault_mark *mark)
{
	static const enum vault_fault faults[] = { VAULT_PIN_WRONG, VAULT_PIN_LOCKED,
		VAULT_PIN_DOUBT };
	char salt[33], token[65], pin[65], word[16];

	if (sscanf(line, "%32s %64s %64s %15s", salt, token, pin, word) != 4 ||
	        !read_mark_part(salt, mark->salt, sizeof(mark->salt)) ||
	        !read_mark_part(token, mark->token, sizeof(mark->token)) ||
	        !read_mark_part(pin, mark->pin, sizeof(mark->pin)))
		return false;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		mark->fault = faults[i];
		if (strcmp(word, vault_fault_word(faults[i])) == 0)
			return true;
	}
	return false;
}

/* Returns false if the text is damaged: an empty one is, for a file without marks is removed. */
static bool read_marks(struct vault_refused *refused, const char *text)
{
	refused->count = 0;
	while (*text && refused->count < VAULT_MARKS_MAX) {
		const char *end = strchr(text, '\n');
		if (!end || !read_mark(text, &refused->marks[refused->count]))
			return false;
		refused->count++;
		text = end + 1;
	}
	return *text == '\0' && refused->count > 0;
}

/* Makes the file what the memory is. Returns 0 or -errno. */
static int save_marks(struct vault_refused *refused)
{
	char salt[33], token[65], pin[65], text[REFUSED_FILE_OCTETS] = "";
	size_t len = 0;
	int error = 0;

	for (unsigned i = 0; i < refused->count; i++) {
		const struct vault_mark *mark = &refused->marks[i];
		hex_encode(span_of(mark->salt, sizeof(mark->salt)), salt);
		hex_encode(span_of(mark->token, sizeof(mark->token)), token);
		hex_encode(span_of(mark->pin, sizeof(mark->pin)), pin);
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s %s %s %s\n", salt,
		        token, pin, vault_fault_word(mark->fault));
	}
	if (!refused->path[0])
		return 0;
	if (refused->count > 0)
		error = file_replace(refused->path, text, 0600);
	else if (unlink(refused->path) != 0 && errno != ENOENT)
		error = -errno;
	refused->is_unsaved = error != 0;
	return error;
}

/* Reads the file anew each time: another keeper may have written to it, or an operator removed it.
 * Returns why that is impossible, or NULL. */
static const char *load_marks(struct vault_refused *refused)
{
	if (!refused->path[0] || (refused->is_unsaved && save_marks(refused) != 0))
		return NULL;
	char *text = file_read(refused->path, REFUSED_FILE_OCTETS);
	int error = errno;
	if (!text) {
		refused->count = 0;
		return error == ENOENT ? NULL : file_why(refused->path, error);
	}
	bool good = read_marks(refused, text);
	free(text);
	return good ? NULL : "the file is damaged";
}

/* ---- The memory ---- */

void vault_refused_init(struct vault_refused *refused, const char *path)
{
	*refused = (struct vault_refused){ .count = 0 };
	if (path)
		snprintf(refused->path, sizeof(refused->path), "%s", path);
}

enum vault_fault vault_refused_look(struct vault_refused *refused, const char *token,
        const struct vault_pin *pin, struct complaint *why)
{
	const char *fault = load_marks(refused);

	if (fault) {
		complaint_set(why,
		        "%s: %s; it says which PINs a token has refused, so none is tried: repair "
		        "it, or remove it if the PIN is right",
		        refused->path, fault);
		return VAULT_SETTING;
	}
	for (unsigned i = 0; i < refused->count; i++) {
		if (vault_mark_is_of(&refused->marks[i], token, pin))
			return refused->marks[i].fault;
	}
	return VAULT_GOOD;
}

static bool is_same_mark(const struct vault_mark *a, const struct vault_mark *b)
{
	return memcmp(a->salt, b->salt, sizeof(a->salt)) == 0 &&
	       memcmp(a->pin, b->pin, sizeof(a->pin)) == 0;
}

static void remove_mark(struct vault_refused *refused, unsigned at)
{
	refused->count--;
	memmove(refused->marks + at, refused->marks + at + 1,
	        (refused->count - at) * sizeof(refused->marks[0]));
}

static void remove_same(struct vault_refused *refused, const struct vault_mark *mark)
{
	for (unsigned i = refused->count; i-- > 0;) {
		if (is_same_mark(&refused->marks[i], mark))
			remove_mark(refused, i);
	}
}

static void put_first(
        struct vault_refused *refused, const struct vault_mark *mark, enum vault_fault fault)
{
	remove_same(refused, mark);
	if (refused->count == VAULT_MARKS_MAX)
		refused->count--;
	memmove(refused->marks + 1, refused->marks, refused->count * sizeof(refused->marks[0]));
	refused->marks[0] = *mark;
	refused->marks[0].fault = fault;
	refused->count++;
}

int vault_refused_begin(struct vault_refused *refused, const struct vault_mark *mark)
{
	if (load_marks(refused))
		return -EIO;
	struct vault_refused before = *refused;
	put_first(refused, mark, VAULT_PIN_DOUBT);
	int error = save_marks(refused);
	if (error)
		*refused = before;
	return error;
}

void vault_refused_set(
        struct vault_refused *refused, const struct vault_mark *mark, enum vault_fault fault)
{
	load_marks(refused);
	put_first(refused, mark, fault);
	save_marks(refused);
}

void vault_refused_drop(struct vault_refused *refused, const struct vault_mark *mark)
{
	load_marks(refused);
	remove_same(refused, mark);
	save_marks(refused);
}

void vault_refused_forget(struct vault_refused *refused, const char *token)
{
	uint8_t hash[FINGERPRINT_OCTETS];
	unsigned before;

	if (load_marks(refused))
		return;
	before = refused->count;
	for (unsigned i = refused->count; i-- > 0;) {
		hash_token(&refused->marks[i], token, hash);
		if (memcmp(hash, refused->marks[i].token, sizeof(hash)) == 0)
			remove_mark(refused, i);
	}
	if (refused->count != before)
		save_marks(refused);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/timeline_memory.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encoding.h"
#include "base/file.h"
#include "sign/sign_policy.h"

#define HEADER   "sealgate-timelines 1"
#define SIGNED   "signed"
#define UNSIGNED "unsigned"
#define FILE_MAX (1u << 24) /* octets; of a hundred thousand zones with names of usual length */

/* ---- Places ---- */

/* Returns the place of a zone, or where it would come. */
static unsigned place_of(const struct timeline_memory *m, const struct name *zone)
{
	unsigned low = 0, high = m->count;

	while (low < high) {
		unsigned middle = low + (high - low) / 2;
		if (sign_policy_order(&m->items[middle].zone, zone) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct timeline_memory *m, unsigned place, const struct name *zone)
{
	return place < m->count && name_equal(&m->items[place].zone, zone);
}

static bool make_place(struct timeline_memory *m)
{
	if (m->count < m->room)
		return true;
	unsigned room = m->room ? 2 * m->room : 16;
	struct remembered_timeline *items = realloc(m->items, room * sizeof(*items));
	if (!items)
		return false;
	m->items = items;
	m->room = room;
	return true;
}

static bool insert_at(
        struct timeline_memory *m, unsigned place, const struct remembered_timeline *now)
{
	if (!make_place(m))
		return false;
	struct remembered_timeline *at = &m->items[place];
	memmove(at + 1, at, (m->count - place) * sizeof(*at));
	*at = *now;
	m->count++;
	return true;
}

const struct remembered_timeline *timeline_memory_find(
        const struct timeline_memory *m, const struct name *zone)
{
	unsigned place = place_of(m, zone);

	return is_at(m, place, zone) ? &m->items[place] : NULL;
}

bool timeline_memory_note(struct timeline_memory *m, const struct remembered_timeline *now)
{
	unsigned place = place_of(m, &now->zone);

	if (!is_at(m, place, &now->zone)) {
		m->is_changed = true;
		return insert_at(m, place, now);
	}
	struct remembered_timeline *known = &m->items[place];
	if (known->generation != now->generation || known->is_unsigned != now->is_unsigned)
		m->is_changed = true;
	known->generation = now->generation;
	known->is_unsigned = now->is_unsigned;
	return true;
}

void timeline_memory_forget(struct timeline_memory *m, const struct name *zone)
{
	unsigned place = place_of(m, zone);

	if (!is_at(m, place, zone))
		return;
	struct remembered_timeline *at = &m->items[place];
	m->count--;
	memmove(at, at + 1, (m->count - place) * sizeof(*at));
	m->is_changed = true;
}

void timeline_memory_fini(struct timeline_memory *m)
{
	free(m->items);
	*m = (struct timeline_memory){ .path = NULL };
}

/* ---- Reading ---- */

struct memory_line {
	const char *path;
	unsigned number;
	struct complaint *why;
};

static int memory_line_is_wrong(const struct memory_line *line, const char *what)
{
	complaint_set(line->why, "%s:%u: %s", line->path, line->number, what);
	return -1;
}

/* Reads "ZONE GENERATION STATE". */
static int read_memory_line(struct timeline_memory *m, const struct memory_line *line, char *text)
{
	char *rest = NULL, *name = strtok_r(text, " ", &rest);
	char *generation = strtok_r(NULL, " ", &rest), *state = strtok_r(NULL, " ", &rest);
	struct remembered_timeline now = { 0 };
	unsigned long number;

	if (!name || !generation || !state || strtok_r(NULL, " ", &rest))
		return memory_line_is_wrong(line, "a line has a zone, a generation and a state");
	if (!name_from_text(name, &now.zone))
		return memory_line_is_wrong(line, "the first word is not a domain name");
	if (!decimal_read(generation, ULONG_MAX, &number))
		return memory_line_is_wrong(line, "the generation is not a number");
	if (strcmp(state, SIGNED) != 0 && strcmp(state, UNSIGNED) != 0)
		return memory_line_is_wrong(
		        line, "the state is neither \"" SIGNED "\" nor \"" UNSIGNED "\"");
	now.generation = number;
	now.is_unsigned = strcmp(state, UNSIGNED) == 0;
	if (timeline_memory_find(m, &now.zone))
		return memory_line_is_wrong(line, "the zone is there twice");
	return timeline_memory_note(m, &now) ? 0 : complaint_no_memory(line->why);
}

static int read_memory_lines(struct timeline_memory *m, char *text, struct memory_line *line)
{
	int result = 0;

	while (text && result == 0) {
		char *end = strchr(text, '\n');
		if (end)
			*end++ = '\0';
		line->number++;
		if (line->number == 1 && strcmp(text, HEADER) != 0)
			return memory_line_is_wrong(line, "the first line is not \"" HEADER "\"");
		if (line->number > 1 && text[0] != '\0' && text[0] != '#')
			result = read_memory_line(m, line, text);
		text = end;
	}
	return result;
}

int timeline_memory_load(struct timeline_memory *m, const char *path, struct complaint *why)
{
	struct memory_line line = { .path = path, .why = why };
	char *text = file_read(path, FILE_MAX);
	int result = -1;

	*m = (struct timeline_memory){ .path = path };
	if (!text && errno == ENOENT)
		return 0;
	if (text)
		result = read_memory_lines(m, text, &line);
	else
		complaint_set(why, "%s: %s", path,
		        errno == EFBIG || errno == EINVAL ? "it is binary or too large"
		                                          : strerror(errno));
	free(text);
	m->is_changed = false;
	if (result == 0)
		return 0;
	m->count = 0;
	file_set_aside(path);
	return -1;
}

/* ---- Writing ---- */

static void write_memory(const struct timeline_memory *m, FILE *out)
{
	char name[NAME_TEXT_SIZE];

	fputs(HEADER "\n# Made by sealgate: ZONE GENERATION STATE of the timeline that was "
	             "in force last.\n",
	        out);
	for (unsigned i = 0; i < m->count; i++) {
		const struct remembered_timeline *known = &m->items[i];
		fprintf(out, "%s %" PRIu64 " %s\n", name_text(&known->zone, name),
		        known->generation, known->is_unsigned ? UNSIGNED : SIGNED);
	}
}

int timeline_memory_save(struct timeline_memory *m, struct complaint *why)
{
	char *text = NULL;
	size_t size;
	int result = -ENOMEM;

	if (!m->is_changed)
		return 0;
	FILE *out = open_memstream(&text, &size);
	if (out) {
		write_memory(m, out);
		result = fclose(out) == 0 ? file_replace(m->path, text, 0644) : -ENOMEM;
	}
	free(text);
	if (result < 0)
		complaint_set(why, "%s: %s", m->path, strerror(-result));
	else
		m->is_changed = false;
	return result;
}

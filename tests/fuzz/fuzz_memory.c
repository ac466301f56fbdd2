/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon remembers of timelines counts as a whole or not at all, and comes back after it was written. */
#include "../unit/test.h"

#include <unistd.h>

#include "daemon/timeline_memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char memory_directory[] = "/tmp/sealgate-fuzz-XXXXXX";
static char memory_path[sizeof(memory_directory) + 10];

static void memory_remove(void)
{
	char line[100];

	snprintf(line, sizeof(line), "rm -r %s", memory_directory);
	if (system(line) != 0)
		fputs("a directory is left in /tmp\n", stderr);
}

static void memory_put(const uint8_t *data, size_t size)
{
	if (!memory_path[0]) {
		assert_non_null(mkdtemp(memory_directory));
		snprintf(memory_path, sizeof(memory_path), "%s/state", memory_directory);
		atexit(memory_remove);
	}
	FILE *file = fopen(memory_path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	fclose(file);
}

/* Another zone is noted, so that the file is written. */
static void memory_comes_back(struct timeline_memory *m)
{
	struct remembered_timeline more = { .generation = UINT64_MAX, .is_unsigned = true };
	struct timeline_memory again;
	struct complaint why;

	assert_true(name_from_text("added.test.", &more.zone));
	assert_true(timeline_memory_note(m, &more));
	assert_int_equal(timeline_memory_save(m, &why), 0);
	assert_int_equal(timeline_memory_load(&again, memory_path, &why), 0);
	assert_int_equal(again.count, m->count);
	for (unsigned i = 0; i < m->count; i++) {
		const struct remembered_timeline *known = &m->items[i];
		const struct remembered_timeline *found =
		        timeline_memory_find(&again, &known->zone);
		assert_true(found && found->generation == known->generation &&
		            found->is_unsigned == known->is_unsigned);
	}
	timeline_memory_fini(&again);
}

/* Returns true if the input is such a file. */
static bool memory_holds(const uint8_t *data, size_t size)
{
	struct timeline_memory m;
	struct complaint why;

	memory_put(data, size);
	bool is_one = timeline_memory_load(&m, memory_path, &why) == 0;
	assert_true(is_one == (access(memory_path, F_OK) == 0));
	assert_true(is_one || m.count == 0);
	if (is_one)
		memory_comes_back(&m);
	timeline_memory_fini(&m);
	return is_one;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	memory_holds(data, size);
	return 0;
}

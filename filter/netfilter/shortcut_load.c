/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The only file that knows libbpf. */
#include "netfilter/shortcut_load.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/complaint.h"
#include "queue/shortcut.h"

__asm__(".pushsection .rodata\n"
        ".balign 8\n"
        "shortcut_object: .incbin \"" SHORTCUT_OBJECT "\"\n"
        "shortcut_object_end:\n"
        ".popsection\n");
extern const uint8_t shortcut_object[] __attribute__((visibility("hidden")));
extern const uint8_t shortcut_object_end[] __attribute__((visibility("hidden")));

/* Silences libbpf, which would print the long log of the kernel's verifier. */
static int say_nothing(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

bool shortcut_load_is_built(void)
{
	return true;
}

static int set_mark_bit(struct bpf_object *object, uint32_t mark_bit)
{
	struct bpf_map *constants = bpf_object__find_map_by_name(object, ".rodata.mark");

	/* the section has only this variable, otherwise libbpf refuses the size */
	return constants ? bpf_map__set_initial_value(constants, &mark_bit, sizeof(mark_bit))
	                 : -ENOENT;
}

static int set_pins(struct bpf_object *object, const char *directory)
{
	static const char *const names[] = { SHORTCUT_STATE, SHORTCUT_RING, SHORTCUT_SERVERS };
	char path[SHORTCUT_PATH_MAX];
	int error = 0;

	for (size_t i = 0; !error && i < sizeof(names) / sizeof(names[0]); i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(object, names[i]);
		error = map ? bpf_map__set_pin_path(map, shortcut_pin(directory, names[i], path))
		            : -ENOENT;
	}
	return error;
}

/* Replaces the pin of an older program, which lives as long as it is attached. */
static int pin_program(struct bpf_object *object, const char *directory)
{
	struct bpf_program *program = bpf_object__next_program(object, NULL);
	char path[SHORTCUT_PATH_MAX];

	shortcut_pin(directory, SHORTCUT_PROGRAM, path);
	if (unlink(path) < 0 && errno != ENOENT)
		return -errno;
	return program ? bpf_program__pin(program, path) : -ENOENT;
}

int shortcut_load(const char *directory, uint32_t mark_bit, struct complaint *why)
{
	libbpf_set_print(say_nothing);
	struct bpf_object *object = bpf_object__open_mem(
	        shortcut_object, (size_t)(shortcut_object_end - shortcut_object), NULL);
	int error = object ? set_mark_bit(object, mark_bit) : -errno;

	if (!error)
		error = set_pins(object, directory);
	if (!error)
		error = bpf_object__load(object);
	if (!error)
		error = pin_program(object, directory);
	bpf_object__close(object);
	if (error)
		complaint_set(why, "the kernel rejects the BPF program: %s", strerror(-error));
	return error;
}

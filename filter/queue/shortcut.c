/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "queue/shortcut.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/sockaddr.h"

#define RING_MASK (SHORTCUT_RING_OCTETS - 1)

/* How often to read the head of a record that the kernel is still writing. Writing takes less than
 * a microsecond, unless the (virtual) machine itself is interrupted. */
#define RECORD_LOOKS 10000

#define ALIVE_STEP_MS 250

static long bpf_call(enum bpf_cmd cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

static uint64_t bpf_pointer(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

const char *shortcut_pin(
        const char *directory, const char *name, char path[static SHORTCUT_PATH_MAX])
{
	snprintf(path, SHORTCUT_PATH_MAX, "%s/%s_%d", directory, name, SHORTCUT_LAYOUT);
	return path;
}

/* Returns a descriptor or -errno. */
static int get_pinned(const char *directory, const char *name)
{
	char path[SHORTCUT_PATH_MAX];
	union bpf_attr attr = { .pathname = bpf_pointer(shortcut_pin(directory, name, path)) };
	long fd = bpf_call(BPF_OBJ_GET, &attr);

	return fd < 0 ? -errno : (int)fd;
}

/* Returns a mapping, which outlives the descriptor, or NULL. */
static void *map_memory(int fd, size_t size, int protection, size_t offset)
{
	void *at = mmap(NULL, size, protection, MAP_SHARED, fd, (off_t)offset);
	return at == MAP_FAILED ? NULL : at;
}

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/* A page has the worker's position, the next page that of the kernel; then the records follow. */
static int map_ring(struct shortcut *s, int fd)
{
	size_t page = page_size();

	s->consumed = map_memory(fd, page, PROT_READ | PROT_WRITE, 0);
	s->produced = map_memory(fd, page, PROT_READ, page);
	s->records = map_memory(fd, 2 * SHORTCUT_RING_OCTETS, PROT_READ, 2 * page);
	return s->consumed && s->produced && s->records ? 0 : -errno;
}

static int map_pinned(struct shortcut *s, const char *directory)
{
	int state = get_pinned(directory, SHORTCUT_STATE), result = state;
	int ring = get_pinned(directory, SHORTCUT_RING);

	if (state >= 0 && ring < 0)
		result = ring;
	if (result >= 0) {
		s->state = map_memory(state, page_size(), PROT_READ | PROT_WRITE, 0);
		result = s->state ? map_ring(s, ring) : -errno;
	}
	if (state >= 0)
		close(state);
	if (ring >= 0)
		close(ring);
	return result;
}

void shortcut_dismiss_all(struct shortcut *s)
{
	struct shortcut_server server;
	union bpf_attr next = { .map_fd = (uint32_t)s->servers_fd,
		.next_key = bpf_pointer(&server) };
	union bpf_attr gone = { .map_fd = (uint32_t)s->servers_fd, .key = bpf_pointer(&server) };

	for (unsigned i = 0; s->is_open && i < 2 * SHORTCUT_SERVERS_MAX; i++) {
		if (bpf_call(BPF_MAP_GET_NEXT_KEY, &next) < 0)
			return;
		bpf_call(BPF_MAP_DELETE_ELEM, &gone);
	}
}

int shortcut_open(struct shortcut *s, const char *directory, bool takes_over)
{
	*s = (struct shortcut){ .servers_fd = -1 };
	int result = map_pinned(s, directory);
	if (result < 0)
		return result;
	s->servers_fd = get_pinned(directory, SHORTCUT_SERVERS);
	if (s->servers_fd < 0)
		return s->servers_fd;
	s->is_open = true;
	__atomic_store_n(&s->state->until_ns, 0, __ATOMIC_RELEASE);
	shortcut_dismiss_all(s);
	if (!takes_over)
		__atomic_store_n(s->consumed, __atomic_load_n(s->produced, __ATOMIC_ACQUIRE),
		        __ATOMIC_RELEASE);
	s->full_before = s->state->full;
	s->left_before = s->state->left;
	return 0;
}

static void unmap_memory(const void *at, size_t size)
{
	if (at)
		munmap((void *)(uintptr_t)at, size);
}

void shortcut_close(struct shortcut *s)
{
	if (s->is_open) {
		__atomic_store_n(&s->state->until_ns, 0, __ATOMIC_RELEASE);
		close(s->servers_fd);
	}
	unmap_memory(s->state, page_size());
	unmap_memory(s->consumed, page_size());
	unmap_memory(s->produced, page_size());
	unmap_memory(s->records, 2 * SHORTCUT_RING_OCTETS);
	*s = (struct shortcut){ .servers_fd = -1 };
}

/* Writes `until_ns` only if it changes by ALIVE_STEP_MS, because the program reads it for each
 * query, maybe on another processor. */
void shortcut_alive(struct shortcut *s, uint64_t now_ms, bool wants)
{
	wants = wants && now_ms >= s->rests_until_ms;
	uint64_t until_ms = wants ? now_ms + SHORTCUT_ALIVE_MS : 0;

	if (!s->is_open || (wants && until_ms < s->said_until_ms + ALIVE_STEP_MS) ||
	        until_ms == s->said_until_ms)
		return;
	s->said_until_ms = until_ms;
	__atomic_store_n(&s->state->until_ns, until_ms * 1000000, __ATOMIC_RELEASE);
}

void shortcut_rest(struct shortcut *s, uint64_t now_ms)
{
	s->rests_until_ms = now_ms + SHORTCUT_REST_MS;
	shortcut_alive(s, now_ms, false);
}

/* Returns false for a link-local address, to which nothing is forwarded. */
static bool read_server_key(const struct sockaddr_storage *server, struct shortcut_server *key)
{
	struct span octets = sockaddr_octets(server);

	*key = (struct shortcut_server){ .version = server->ss_family == AF_INET ? 4 : 6 };
	memcpy(key->octets, octets.base, octets.len);
	return key->version == 4 ||
	       !IN6_IS_ADDR_LINKLOCAL(&((const struct sockaddr_in6 *)server)->sin6_addr);
}

bool shortcut_admit(struct shortcut *s, const struct sockaddr_storage *server)
{
	struct shortcut_server key;
	uint32_t nothing = 0;
	union bpf_attr attr = { .map_fd = (uint32_t)s->servers_fd,
		.key = bpf_pointer(&key),
		.value = bpf_pointer(&nothing) };

	return s->is_open && read_server_key(server, &key) &&
	       bpf_call(BPF_MAP_UPDATE_ELEM, &attr) == 0;
}

void shortcut_dismiss(struct shortcut *s, const struct sockaddr_storage *server)
{
	struct shortcut_server key;
	union bpf_attr attr = { .map_fd = (uint32_t)s->servers_fd, .key = bpf_pointer(&key) };

	if (s->is_open && read_server_key(server, &key))
		bpf_call(BPF_MAP_DELETE_ELEM, &attr);
}

/* Returns the head of the record; with BPF_RINGBUF_BUSY_BIT if the kernel is still writing it. */
static uint32_t record_head(const uint8_t *record)
{
	const uint32_t *head = (const uint32_t *)(const void *)record;
	uint32_t value = __atomic_load_n(head, __ATOMIC_ACQUIRE);

	for (unsigned i = 0; value & BPF_RINGBUF_BUSY_BIT && i < RECORD_LOOKS; i++)
		value = __atomic_load_n(head, __ATOMIC_ACQUIRE);
	return value;
}

static void shortcut_hand_over(
        const uint8_t *octets, uint32_t len, shortcut_handler *handle, void *context)
{
	const size_t before = offsetof(struct shortcut_record, octets);
	struct shortcut_record head;

	if (len <= before || len > sizeof(struct shortcut_record))
		return;
	memcpy(&head, octets, before);
	handle(context, span_of(octets + before, len - before), head.at_ns / 1000000,
	        head.in_interface);
}

unsigned shortcut_drain(struct shortcut *s, shortcut_handler *handle, void *context)
{
	unsigned count = 0;

	if (!s->is_open)
		return 0;
	unsigned long at = *s->consumed, end = __atomic_load_n(s->produced, __ATOMIC_ACQUIRE);

	if (at == end)
		return 0;
	for (; at != end; count++) {
		const uint8_t *record = s->records + (at & RING_MASK);
		uint32_t head = record_head(record), len = head & ~BPF_RINGBUF_DISCARD_BIT;

		if (head & BPF_RINGBUF_BUSY_BIT)
			break;
		if (!(head & BPF_RINGBUF_DISCARD_BIT))
			shortcut_hand_over(record + BPF_RINGBUF_HDR_SZ, len, handle, context);
		at += (len + BPF_RINGBUF_HDR_SZ + 7UL) & ~7UL;
	}
	__atomic_store_n(s->consumed, at, __ATOMIC_RELEASE);
	return count;
}

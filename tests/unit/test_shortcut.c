/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares the program in the kernel with the functions of the worker: it must change a query that
 * it takes in the same way, and must not change other packets. The kernel runs it on packets
 * (BPF_PROG_TEST_RUN), so it is not attached to an interface. That takes root, and eBPF. */
#include "test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/complaint.h"
#include "gate/query.h"
#include "netfilter/shortcut_load.h"
#include "queue/shortcut.h"
#include "wire/packet.h"

#define MARK_BIT 0x08000000u
#define OTHERS   0x00010002u /* bits of the mark that are not ours */

enum { DNS_FROM_IP4 = 28, DNS_FROM_IP6 = 48 };

static char directory[] = "/tmp/sealgate-test-XXXXXX";
static struct shortcut shortcut;
static int program = -1;
static uint8_t drained[2048];
static unsigned drained_len, drained_count;

static const struct sockaddr_storage *server(int version, const char *text)
{
	static struct sockaddr_storage address;

	memset(&address, 0, sizeof(address));
	address.ss_family = version == 4 ? AF_INET : AF_INET6;
	inet_pton(address.ss_family, text,
	        version == 4 ? (void *)&((struct sockaddr_in *)&address)->sin_addr
	                     : (void *)&((struct sockaddr_in6 *)&address)->sin6_addr);
	return &address;
}

static const char *const servers[] = { [4] = "192.0.2.53", [6] = "2001:db8::53" };
static const char *const clients[] = { [4] = "198.51.100.7", [6] = "2001:db8:1::7" };

static int open_program(void)
{
	char path[SHORTCUT_PATH_MAX];
	union bpf_attr attr = { .pathname = (uint64_t)(uintptr_t)shortcut_pin(
		                        directory, SHORTCUT_PROGRAM, path) };

	return (int)syscall(SYS_bpf, BPF_OBJ_GET, &attr, sizeof(attr));
}

/* Without it each test is skipped. */
static int load(void **state)
{
	struct complaint why = { "not root" };

	(void)state;
	if (geteuid() != 0 || unshare(CLONE_NEWNS) < 0 || !mkdtemp(directory) ||
	        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	        mount("none", directory, "bpf", 0, NULL) < 0 ||
	        shortcut_load(directory, MARK_BIT, &why) != 0) {
		print_message("no shortcut here: %s\n", why.text);
		return 0;
	}
	program = open_program();
	assert_true(program >= 0);
	assert_int_equal(shortcut_open(&shortcut, directory, false), 0);
	for (int version = 4; version <= 6; version += 2)
		assert_true(shortcut_admit(&shortcut, server(version, servers[version])));
	shortcut_alive(&shortcut, clock_monotonic_ms(), true);
	return 0;
}

static int unload(void **state)
{
	(void)state;
	shortcut_close(&shortcut);
	if (program >= 0)
		close(program);
	umount(directory);
	rmdir(directory);
	return 0;
}

#define need_shortcut()                                                                            \
	do {                                                                                       \
		if (program < 0)                                                                   \
			skip();                                                                    \
	} while (0)

/* ---- Packets ---- */

struct frame {
	uint8_t octets[2048]; /* from the Ethernet header on */
	size_t len;
};

static struct span ip_of(const struct frame *f)
{
	return span_of(f->octets + ETH_HLEN, f->len - ETH_HLEN);
}

static uint8_t *dns_of(struct frame *f)
{
	return f->octets + ETH_HLEN + (f->octets[ETH_HLEN] >> 4 == 4 ? DNS_FROM_IP4 : DNS_FROM_IP6);
}

/* Sets all lengths and checksums of the frame. */
static void seal(struct frame *f)
{
	static uint8_t octets[2048];
	struct writer out = writer_over(octets, sizeof(octets));
	uint8_t *ip = f->octets + ETH_HLEN;
	size_t len = f->len - ETH_HLEN;
	struct packet p;

	if (ip[0] >> 4 == 4)
		put_u16(ip + 2, (uint16_t)len);
	else
		put_u16(ip + 4, (uint16_t)(len - 40));
	put_u16(dns_of(f) - 4, (uint16_t)(f->octets + f->len - dns_of(f) + UDP_HEADER_SIZE));
	assert_int_equal(packet_parse(&p, ip_of(f)), PACKET_UDP);
	packet_write(&out, &p, p.payload);
	assert_false(out.full);
	memcpy(ip, octets, len);
}

/* A frame with the headers of a query, and `message`. */
static struct frame frame_of(int version, struct span message)
{
	struct frame f = { .len = ETH_HLEN };
	struct writer w = writer_over(f.octets, sizeof(f.octets));
	int family = version == 4 ? AF_INET : AF_INET6;
	uint8_t *at;

	writer_room(&w, ETH_HLEN - 2);
	writer_u16(&w, version == 4 ? ETH_P_IP : ETH_P_IPV6);
	if (version == 4) {
		at = writer_room(&w, 20);
		memcpy(at, "\x45\0\0\0\x12\x34\x40\0\x40\x11", 10);
	} else {
		at = writer_room(&w, 40);
		memcpy(at, "\x60\x01\x02\x03\0\0\x11\x40", 8);
	}
	inet_pton(family, clients[version], at + (version == 4 ? 12 : 8));
	inet_pton(family, servers[version], at + (version == 4 ? 16 : 24));
	writer_u16(&w, 40000);
	writer_u16(&w, 53);
	writer_u32(&w, 0);
	writer_put(&w, message);
	assert_false(w.full);
	f.len = w.len;
	seal(&f);
	return f;
}

#define NO_OPT (-1)

struct shape {
	uint16_t id, flags, type;
	unsigned labels, label_len; /* of the name */
	int options;                /* octets in the OPT, or NO_OPT */
	uint16_t udp_size;
	uint32_t ttl; /* of the OPT */
};

static struct span message_of(const struct shape *s)
{
	static uint8_t octets[1024];
	struct writer w = writer_over(octets, sizeof(octets));

	writer_u16(&w, s->id);
	writer_u16(&w, s->flags);
	writer_u16(&w, 1);
	writer_u32(&w, 0);
	writer_u16(&w, s->options != NO_OPT);
	for (unsigned i = 0; i < s->labels; i++) {
		writer_u8(&w, (uint8_t)s->label_len);
		for (unsigned j = 0; j < s->label_len; j++)
			writer_u8(&w, (uint8_t)("aBcDeFgHiJ"[(i + j) % 10]));
	}
	writer_u8(&w, 0);
	writer_u16(&w, s->type);
	writer_u16(&w, 1);
	if (s->options != NO_OPT) {
		writer_u8(&w, 0);
		writer_u16(&w, TYPE_OPT);
		writer_u16(&w, s->udp_size);
		writer_u32(&w, s->ttl);
		writer_u16(&w, (uint16_t)s->options);
		for (int i = 0; i < s->options; i++)
			writer_u8(&w, (uint8_t)(i * 37 + 11));
	}
	assert_false(w.full);
	return writer_span(&w);
}

/* ---- Running it ---- */

static void keep_drained(void *context, struct span packet, uint64_t at_ms, uint32_t in_interface)
{
	(void)context;
	assert_int_equal(in_interface, 1); /* where the kernel runs such tests: lo */
	assert_true(at_ms <= clock_monotonic_ms() && at_ms + 5000 > clock_monotonic_ms());
	memcpy(drained, packet.base, packet.len);
	drained_len = (unsigned)packet.len;
	drained_count++;
}

/* Runs the program on a frame, which is changed as it likes; returns the mark. What it says of it
 * is in `drained`, if drained_count says so. */
static uint32_t run_on(struct frame *f)
{
	static uint8_t changed[2048];
	struct __sk_buff skb = { .mark = OTHERS | MARK_BIT };
	union bpf_attr attr = { .test = {
		                        .prog_fd = (uint32_t)program,
		                        .data_in = (uint64_t)(uintptr_t)f->octets,
		                        .data_size_in = (uint32_t)f->len,
		                        .data_out = (uint64_t)(uintptr_t)changed,
		                        .data_size_out = sizeof(changed),
		                        .ctx_in = (uint64_t)(uintptr_t)&skb,
		                        .ctx_size_in = sizeof(skb),
		                        .ctx_out = (uint64_t)(uintptr_t)&skb,
		                        .ctx_size_out = sizeof(skb),
		                        .repeat = 1,
		                } };

	drained_count = 0;
	shortcut_alive(&shortcut, clock_monotonic_ms(), true);
	assert_int_equal(syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attr, sizeof(attr)), 0);
	assert_int_equal(attr.test.retval, UINT32_MAX); /* TC_ACT_UNSPEC */
	memcpy(f->octets, changed, attr.test.data_size_out);
	f->len = attr.test.data_size_out;
	shortcut_drain(&shortcut, keep_drained, NULL);
	return skb.mark;
}

/* Does what the worker does with the frame. Returns the length. */
static size_t by_worker(const struct frame *f, uint8_t *octets, size_t size)
{
	static uint8_t message[1024];
	struct writer decorated = writer_over(message, sizeof(message));
	struct writer out = writer_over(octets, size);
	struct policy policy = { 0 };
	struct packet p;
	struct message m;
	struct client_query asked;
	struct rr rrs[4];

	assert_int_equal(packet_parse(&p, ip_of(f)), PACKET_UDP);
	assert_true(packet_checksum_ok(&p));
	assert_true(message_parse(&m, p.payload, rrs, COUNT(rrs)));
	assert_int_equal(
	        query_read(&m, &policy,
	                &(struct query_ends){ span_of("\300\0\2\7", 4), span_of("\300\0\2\1", 4) },
	                &asked),
	        QUERY_JUDGED);
	assert_true(query_decorate(&m, &decorated));
	packet_write(&out, &p, writer_span(&decorated));
	assert_false(out.full);
	return out.len;
}

static void expect_same(const struct shape *s, int version)
{
	static uint8_t wanted[2048];
	struct frame f = frame_of(version, message_of(s)), before = f;
	size_t len = by_worker(&f, wanted, sizeof(wanted));

	assert_int_equal(run_on(&f), OTHERS | MARK_BIT);
	assert_int_equal(f.len - ETH_HLEN, len);
	assert_memory_equal(f.octets + ETH_HLEN, wanted, len);
	assert_memory_equal(f.octets, before.octets, ETH_HLEN);
	assert_int_equal(drained_count, 1);
	assert_int_equal(drained_len, before.len - ETH_HLEN);
	assert_memory_equal(drained, before.octets + ETH_HLEN, drained_len);
}

/* ---- The tests ---- */

static const struct shape plain = { .id = 0xbeef,
	.flags = FLAG_RD,
	.type = TYPE_A,
	.labels = 3,
	.label_len = 4,
	.options = NO_OPT };

static void it_writes_what_the_worker_would(void **state)
{
	static const uint16_t flags[] = { 0, FLAG_RD, FLAG_RD | FLAG_AD };
	static const uint16_t types[] = { TYPE_A, TYPE_AAAA, TYPE_DNSKEY, TYPE_ANY, TYPE_SIG,
		65280 };
	static const int options[] = { NO_OPT, NO_OPT, 0, 1, 12, 101 };
	static const uint16_t sizes[] = { 0, 512, 1232, 4096, 65535 };
	static const uint32_t ttls[] = { 0, 0x8000, 0x4000, 0x010000, 0xffffffff };
	unsigned n = 0;

	(void)state;
	need_shortcut();
	for (unsigned labels = 0; labels <= 127;
	        labels = labels < 5 ? labels + 1 : labels * 2 + 1) {
		for (unsigned len = 1; len <= 63 && labels * (len + 1) < NAME_MAX_OCTETS; len++) {
			for (unsigned i = 0; i < COUNT(options) * 2; i++, n++) {
				struct shape s = { .id = (uint16_t)(n * 40503),
					.flags = flags[n % COUNT(flags)],
					.type = types[n % COUNT(types)],
					.labels = labels,
					.label_len = len,
					.options = options[i / 2],
					.udp_size = sizes[n % COUNT(sizes)],
					.ttl = ttls[n % COUNT(ttls)] };
				expect_same(&s, i % 2 ? 6 : 4);
			}
		}
	}
	assert_true(n > 1000);
}

/* All ids give all checksums, also the one that must not become zero. */
static void every_checksum_is_updated(void **state)
{
	struct shape with_opt = plain;

	(void)state;
	need_shortcut();
	with_opt.options = 3;
	for (unsigned id = 0; id < 0x10000; id++) {
		struct shape without = plain;

		without.id = with_opt.id = (uint16_t)id;
		expect_same(&without, 4);
		expect_same(&with_opt, 4);
	}
}

static void a_wrong_checksum_stays_wrong(void **state)
{
	struct frame f = frame_of(4, message_of(&plain));
	struct packet p;

	(void)state;
	need_shortcut();
	f.octets[ETH_HLEN + 27] ^= 0x10;
	assert_int_equal(run_on(&f), OTHERS | MARK_BIT);
	assert_int_equal(packet_parse(&p, ip_of(&f)), PACKET_UDP);
	assert_false(packet_checksum_ok(&p));
}

/* Changes after which a plain query belongs to the queue. */
static void put(struct frame *f, size_t at, uint8_t octet)
{
	dns_of(f)[at] = octet;
}

static void expect_left(const char *why, struct frame f)
{
	struct frame before = f;

	assert_row(why, run_on(&f) == OTHERS);
	assert_row(why, f.len == before.len && memcmp(f.octets, before.octets, f.len) == 0);
	assert_row(why, drained_count == 0);
}

/* The name of a plain query begins at 12 and is 16 octets long; then type, class, and an OPT. */
static void a_query_that_is_not_plain_is_left_to_the_queue(void **state)
{
	static const struct {
		const char *why;
		bool has_opt;
		size_t at; /* of the message */
		uint8_t octet;
	} rows[] = {
		{ "a response", false, 2, 0x81 },
		{ "another opcode", false, 2, 0x21 },
		{ "CD", false, 3, 0x10 },
		{ "no question", false, 5, 0 },
		{ "two questions", false, 5, 2 },
		{ "256 questions more", false, 4, 1 },
		{ "an answer", false, 7, 1 },
		{ "an authority", false, 9, 1 },
		{ "an OPT that is not there", false, 11, 1 },
		{ "an OPT that is not counted", true, 11, 0 },
		{ "two additional records", true, 11, 2 },
		{ "AXFR", false, 29, 252 },
		{ "IXFR", false, 29, 251 },
		{ "a compressed name", false, 12, 0xc0 },
		{ "a label of 64 octets", false, 12, 64 },
		{ "a label that leads past the end", false, 22, 63 },
		{ "a name that ends early", false, 17, 0 },
		{ "an OPT with an owner", true, 32, 1 },
		{ "another type than OPT", true, 34, 250 },
		{ "an OPT that is too long", true, 42, 9 },
		{ "an OPT that is too short", true, 42, 7 },
	};

	(void)state;
	need_shortcut();
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (int version = 4; version <= 6; version += 2) {
			struct shape s = plain;
			s.options = rows[i].has_opt ? 8 : NO_OPT;
			struct frame f = frame_of(version, message_of(&s));
			put(&f, rows[i].at, rows[i].octet);
			seal(&f);
			expect_left(rows[i].why, f);
		}
	}
}

static void a_query_cut_anywhere_is_left_to_the_queue(void **state)
{
	struct shape s = plain;

	(void)state;
	need_shortcut();
	s.options = 8;
	for (int version = 4; version <= 6; version += 2) {
		struct span message = message_of(&s);
		for (size_t len = 0; len < message.len; len++)
			expect_left("cut", frame_of(version, span_of(message.base, len)));
	}
}

static void odd_packets_are_left_to_the_queue(void **state)
{
	static const struct {
		const char *why;
		int version;
		size_t at; /* of the IP header */
		uint8_t octet;
	} rows[] = {
		{ "IPv4 with an option", 4, 0, 0x46 },
		{ "more fragments", 4, 6, 0x20 },
		{ "a later fragment", 4, 7, 1 },
		{ "a packet at its end of life", 4, 8, 1 },
		{ "TCP", 4, 9, 6 },
		{ "another server", 4, 19, 54 },
		{ "from port 53", 4, 20, 0 }, /* with the next */
		{ "to another port", 4, 23, 54 },
		{ "a longer IP packet", 4, 3, 0xff },
		{ "a UDP datagram that does not fill it", 4, 25, 20 },
		{ "a fragment header", 6, 6, 44 },
		{ "hop-by-hop options", 6, 6, 0 },
		{ "an IPv6 packet at its end of life", 6, 7, 1 },
		{ "another IPv6 server", 6, 39, 0x54 },
		{ "a shorter IPv6 packet", 6, 5, 8 },
		{ "to another port over IPv6", 6, 43, 54 },
	};

	(void)state;
	need_shortcut();
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct frame f = frame_of(rows[i].version, message_of(&plain));
		f.octets[ETH_HLEN + rows[i].at] = rows[i].octet;
		if (rows[i].at == 20)
			f.octets[ETH_HLEN + 21] = 53;
		expect_left(rows[i].why, f);
	}
	struct frame f = frame_of(4, message_of(&plain));
	put_u16(f.octets + ETH_HLEN + 26, 0);
	expect_left("without a checksum", f);
	f = frame_of(4, message_of(&plain));
	f.octets[0] = 2;
	expect_left("for another machine", f);
	f = frame_of(4, message_of(&plain));
	f.octets[f.len++] = 0;
	expect_left("padded", f);
}

static void a_long_query_is_left_to_the_queue(void **state)
{
	struct shape s = plain;

	(void)state;
	need_shortcut();
	s.options = SHORTCUT_MESSAGE_MAX - 32 - EDNS_EMPTY_OCTETS;
	expect_same(&s, 4);
	expect_same(&s, 6);
	s.options++;
	expect_left("513 octets", frame_of(4, message_of(&s)));
	expect_left("513 octets over IPv6", frame_of(6, message_of(&s)));
	s = (struct shape){ .type = TYPE_A, .labels = 51, .label_len = 4, .options = NO_OPT };
	expect_left("a name of 256 octets", frame_of(4, message_of(&s)));
}

static void queries_are_taken_only_while_a_worker_is_alive(void **state)
{
	struct frame f = frame_of(4, message_of(&plain));
	uint64_t now_ms = clock_monotonic_ms();

	(void)state;
	need_shortcut();
	shortcut_alive(&shortcut, now_ms, false);
	assert_int_equal(shortcut.state->until_ns, 0);
	shortcut.said_until_ms = UINT64_MAX / 2; /* so that run_on() does not say otherwise */
	expect_left("paused", f);
	shortcut.state->until_ns = (now_ms - 1) * 1000000;
	expect_left("silent for too long", f);
	shortcut.said_until_ms = 0;
	expect_same(&plain, 4);
}

static void no_query_to_a_dismissed_server_is_taken(void **state)
{
	(void)state;
	need_shortcut();
	shortcut_dismiss(&shortcut, server(4, servers[4]));
	expect_left("dismissed", frame_of(4, message_of(&plain)));
	expect_same(&plain, 6);
	assert_true(shortcut_admit(&shortcut, server(4, servers[4])));
	expect_same(&plain, 4);
	assert_false(shortcut_admit(&shortcut, server(6, "fe80::1")));
}

/* If the worker does not drain the ring, queries go to the queue until it does. */
static void a_full_ring_leaves_queries_to_the_queue(void **state)
{
	struct shortcut closed = { 0 }, kept = shortcut;
	uint64_t full = program < 0 ? 0 : shortcut.state->full;
	unsigned taken = 0;

	(void)state;
	need_shortcut();
	shortcut = closed;
	for (unsigned i = 0; i < SHORTCUT_RING_OCTETS / 64; i++) {
		struct frame f = frame_of(4, message_of(&plain)), before = f;
		kept.state->until_ns = UINT64_MAX;
		if (run_on(&f) == (OTHERS | MARK_BIT))
			taken++;
		else
			assert_true(
			        f.len == before.len && memcmp(f.octets, before.octets, f.len) == 0);
	}
	shortcut = kept;
	assert_true(taken > 1000 && shortcut.state->full > full);
	drained_count = 0;
	assert_int_equal(shortcut_drain(&shortcut, keep_drained, NULL), taken);
	assert_int_equal(drained_count, taken);
	assert_int_equal(shortcut_drain(&shortcut, keep_drained, NULL), 0);
	expect_same(&plain, 4);
}

/* Otherwise an overloaded worker would send on queries whose responses it cannot handle. */
static void after_an_overload_no_query_is_taken_for_a_while(void **state)
{
	uint64_t now_ms = clock_monotonic_ms();

	(void)state;
	need_shortcut();
	shortcut_alive(&shortcut, now_ms, true);
	assert_true(shortcut.state->until_ns > now_ms * 1000000);
	shortcut_rest(&shortcut, now_ms);
	assert_int_equal(shortcut.state->until_ns, 0);
	shortcut_alive(&shortcut, now_ms + SHORTCUT_REST_MS - 1, true);
	assert_int_equal(shortcut.state->until_ns, 0);
	shortcut_alive(&shortcut, now_ms + SHORTCUT_REST_MS, true);
	assert_true(shortcut.state->until_ns > now_ms * 1000000);
	shortcut.rests_until_ms = 0; /* the others do not wait */
	expect_same(&plain, 4);
}

/* A new worker finds neither the queries nor the servers of an earlier worker. */
static void a_new_worker_begins_with_nothing(void **state)
{
	struct frame f = frame_of(4, message_of(&plain));
	struct shortcut closed = { 0 }, kept = shortcut;

	(void)state;
	need_shortcut();
	shortcut = closed;
	assert_int_equal(run_on(&f), OTHERS | MARK_BIT);
	shortcut = kept;
	shortcut_close(&shortcut);
	assert_int_equal(shortcut_open(&shortcut, directory, false), 0);
	shortcut_drain(&shortcut, keep_drained, NULL);
	assert_int_equal(drained_count, 0);
	expect_left("not admitted", frame_of(4, message_of(&plain)));
	for (int version = 4; version <= 6; version += 2)
		assert_true(shortcut_admit(&shortcut, server(version, servers[version])));
	expect_same(&plain, 4);
}

/* `rules apply` while a worker runs. */
static void the_program_can_be_loaded_again_under_a_worker(void **state)
{
	struct complaint why;

	(void)state;
	need_shortcut();
	assert_int_equal(shortcut_load(directory, MARK_BIT, &why), 0);
	close(program);
	program = open_program();
	expect_same(&plain, 4);
}

static void without_pins_it_does_not_open(void **state)
{
	struct shortcut none;

	(void)state;
	assert_int_equal(shortcut_open(&none, "/none", false), -ENOENT);
	assert_false(none.is_open || shortcut_admit(&none, server(4, servers[4])));
	shortcut_alive(&none, 1, true);
	shortcut_drain(&none, keep_drained, NULL);
	shortcut_dismiss(&none, server(4, servers[4]));
	shortcut_close(&none);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_pins_it_does_not_open),
		cmocka_unit_test(it_writes_what_the_worker_would),
		cmocka_unit_test(every_checksum_is_updated),
		cmocka_unit_test(a_wrong_checksum_stays_wrong),
		cmocka_unit_test(a_query_that_is_not_plain_is_left_to_the_queue),
		cmocka_unit_test(a_query_cut_anywhere_is_left_to_the_queue),
		cmocka_unit_test(odd_packets_are_left_to_the_queue),
		cmocka_unit_test(a_long_query_is_left_to_the_queue),
		cmocka_unit_test(queries_are_taken_only_while_a_worker_is_alive),
		cmocka_unit_test(no_query_to_a_dismissed_server_is_taken),
		cmocka_unit_test(a_full_ring_leaves_queries_to_the_queue),
		cmocka_unit_test(after_an_overload_no_query_is_taken_for_a_while),
		cmocka_unit_test(a_new_worker_begins_with_nothing),
		cmocka_unit_test(the_program_can_be_loaded_again_under_a_worker),
	};

	return cmocka_run_group_tests_name("shortcut", tests, load, unload);
}

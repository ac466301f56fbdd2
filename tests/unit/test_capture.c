/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/complaint.h"
#include "capture/capture.h"

#define PATIENCE_S 60 /* the loopback interface delivers much sooner */

#define MACS "020000000001 020000000002 "
#define IP4  "45000014 00000000 40110000 c0000201 c6336435"
#define ARP  MACS "0806 0001 0800 0604 0001"

/* pcapng: a section, an interface (Ethernet; times in nanoseconds), and packets. Little-endian. */
#define SECTION      "0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000 "
#define INTERFACE    "01000000 20000000 0100 0000 ffff0000 0900 0100 09000000 0000 0000 20000000 "
#define ETHERNET_IP4 MACS "0800" IP4
#define PACKET                                                                                     \
	"06000000 44000000 00000000 70fcc516 581b1fa6 22000000 22000000 " ETHERNET_IP4             \
	" 0000 44000000 "
#define STATISTICS "05000000 18000000 00000000 00000000 00000000 18000000 "

/* pcap: the global header and one packet of raw IPv4, in both byte orders and time units. */
#define PCAP_LITTLE  "d4c3b2a1 0200 0400 00000000 00000000 ffff0000 65000000 "
#define PCAP_BIG     "a1b2c3d4 0002 0004 00000000 00000000 0000ffff 00000065 "
#define PCAP_NANO    "4d3cb2a1 0200 0400 00000000 00000000 ffff0000 65000000 "
#define RECORD       "e8030000 07000000 14000000 14000000 " IP4
#define RECORD_BIG   "000003e8 00000007 00000014 00000014 " IP4
#define RECORD_NANO  "e8030000 581b0000 14000000 14000000 " IP4
#define RECORD_SHORT "e8030000 07000000 0c000000 14000000 45000014 00000000 40110000 "

static char path[] = "/tmp/sealgate-test-capture-XXXXXX";

static int make_file(void **state)
{
	(void)state;
	int fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void fill_file(struct span octets)
{
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(octets.base, 1, octets.len, f), octets.len);
	assert_int_equal(fclose(f), 0);
}

static void fill_file_with_hex(const char *hex)
{
	size_t len;
	uint8_t *octets = unhex(hex, &len);
	fill_file(span_of(octets, len));
	free(octets);
}

static struct capture *open_file(void)
{
	struct complaint error;
	struct capture *c = capture_open_file(path, &error);
	if (!c)
		fail_msg("%s", error.text);
	return c;
}

/* Reads to the end. Returns the number of packets. */
static unsigned count_packets(struct capture *c, int *last)
{
	struct frame frame;
	unsigned count = 0;

	while ((*last = capture_next(c, &frame)) == 1)
		count++;
	return count;
}

static void every_kind_of_file_gives_its_packets(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		const char *hex;
		int64_t time_s;
		unsigned packets;
	} rows[] = {
		{ "pcap", PCAP_LITTLE RECORD, 1000, 1 },
		{ "pcap of the other byte order", PCAP_BIG RECORD_BIG, 1000, 1 },
		{ "pcap with nanoseconds", PCAP_NANO RECORD_NANO, 1000, 1 },
		{ "pcap without packets", PCAP_LITTLE, 0, 0 },
		{ "pcapng", SECTION INTERFACE PACKET, 1640995200, 1 },
		{ "pcapng with other blocks between",
		        SECTION INTERFACE STATISTICS PACKET STATISTICS PACKET, 1640995200, 2 },
		{ "pcapng with two sections", SECTION INTERFACE PACKET SECTION INTERFACE PACKET,
		        1640995200, 2 },
		{ "pcapng without packets", SECTION INTERFACE, 0, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *why = rows[i].why;
		size_t len;
		uint8_t *ip4 = unhex(IP4, &len);
		struct frame frame;

		fill_file_with_hex(rows[i].hex);
		struct capture *c = open_file();
		for (unsigned k = 1; k <= rows[i].packets; k++) {
			assert_row(why, capture_next(c, &frame) == 1);
			assert_row(why, frame.at.packet == k);
			assert_row(why, frame.at.time_s == rows[i].time_s);
			assert_row(why, frame.at.time_us == 7);
			assert_row(why, span_equal(frame.ip, span_of(ip4, len)));
		}
		assert_row(why, capture_next(c, &frame) == 0);
		assert_row(why, capture_next(c, &frame) == 0);
		assert_row(why, capture_fd(c) == -1 && capture_lost(c) == 0);
		capture_close(c);
		free(ip4);
	}
}

/* Writes frames as libpcap does. */
static void dump_file(int link_type, const char *const *frames, size_t count)
{
	pcap_t *p = pcap_open_dead(link_type, 65535);
	pcap_dumper_t *dumper = pcap_dump_open(p, path);

	assert_non_null(dumper);
	for (size_t i = 0; i < count; i++) {
		size_t len;
		uint8_t *octets = unhex(frames[i], &len);
		struct pcap_pkthdr header = { .ts = { .tv_sec = 1000 + (time_t)i },
			.caplen = (bpf_u_int32)len,
			.len = (bpf_u_int32)len };
		pcap_dump((u_char *)dumper, &header, octets);
		free(octets);
	}
	pcap_dump_close(dumper);
	pcap_close(p);
}

static void every_link_type_gives_its_ip_packet(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		int link_type;
		const char *frame;
	} rows[] = {
		{ "Ethernet", DLT_EN10MB, ETHERNET_IP4 },
		{ "Ethernet, two tags", DLT_EN10MB, MACS "88a8 0007 8100 0008 0800" IP4 },
		{ "Linux cooked", DLT_LINUX_SLL, "0000 0001 0006 020000000001 0000 0800" IP4 },
		{ "Linux cooked v2", DLT_LINUX_SLL2,
		        "0800 0000 00000002 0001 00 06 020000000001 0000 " IP4 },
		{ "raw", DLT_RAW, IP4 },
		{ "raw IPv4", DLT_IPV4, IP4 },
		{ "loopback", DLT_NULL, "02000000" IP4 },
		{ "loopback of OpenBSD", DLT_LOOP, "00000002" IP4 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len;
		uint8_t *ip4 = unhex(IP4, &len);
		struct frame frame;

		dump_file(rows[i].link_type, &rows[i].frame, 1);
		struct capture *c = open_file();
		assert_row(rows[i].why, capture_next(c, &frame) == 1);
		assert_row(rows[i].why, span_equal(frame.ip, span_of(ip4, len)));
		capture_close(c);
		free(ip4);
	}
}

static void frames_without_ip_are_skipped_but_numbered(void **state)
{
	(void)state;
	static const char *const frames[] = { ARP, ETHERNET_IP4, ARP, "0200", ETHERNET_IP4, ARP };
	struct frame frame;

	dump_file(DLT_EN10MB, frames, COUNT(frames));
	struct capture *c = open_file();
	assert_int_equal(capture_next(c, &frame), 1);
	assert_int_equal(frame.at.packet, 2);
	assert_int_equal(frame.at.time_s, 1001);
	assert_int_equal(capture_next(c, &frame), 1);
	assert_int_equal(frame.at.packet, 5);
	assert_int_equal(capture_next(c, &frame), 0);
	capture_close(c);
}

static void a_packet_cut_by_the_snap_length_is_given_as_captured(void **state)
{
	(void)state;
	struct frame frame;

	fill_file_with_hex(PCAP_LITTLE RECORD_SHORT);
	struct capture *c = open_file();
	assert_int_equal(capture_next(c, &frame), 1);
	assert_int_equal(frame.ip.len, 12);
	capture_close(c);
}

static void a_truncated_file_gives_its_complete_packets_then_an_error(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		const char *hex;
		size_t head, each;
	} rows[] = {
		{ "pcap", PCAP_LITTLE RECORD RECORD RECORD, 24, 36 },
		{ "pcapng", SECTION INTERFACE PACKET PACKET PACKET, 28 + 32, 68 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len;
		uint8_t *octets = unhex(rows[i].hex, &len);

		assert_row(rows[i].why, len == rows[i].head + 3 * rows[i].each);
		for (size_t cut = rows[i].head; cut <= len; cut++) {
			size_t complete = (cut - rows[i].head) / rows[i].each;
			bool is_exact = (cut - rows[i].head) % rows[i].each == 0;
			int last;

			fill_file(span_of(octets, cut));
			struct capture *c = open_file();
			assert_row(rows[i].why, count_packets(c, &last) == complete);
			assert_row(rows[i].why, last == (is_exact ? 0 : -1));
			if (!is_exact) {
				const char *error = capture_error(c);
				char after[48];
				snprintf(after, sizeof(after), "after packet %zu: ", complete);
				assert_row(error, strncmp(error, path, strlen(path)) == 0);
				assert_row(error, strstr(error, after));
				assert_row(error, strstr(error, "truncated"));
			}
			capture_close(c);
		}
		free(octets);
	}
}

static void a_file_that_is_not_a_capture_is_refused_by_name(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		const char *hex;
		const char *says;
	} rows[] = {
		{ "text", "23212f62696e2f73680a23212f62696e2f73680a23212f62",
		        "unknown file format" },
		{ "empty", "", "truncated" },
		{ "half a header", "d4c3b2a1 0200 0400", "truncated" },
		{ "pcap of a later version",
		        "d4c3b2a1 0900 0400 00000000 00000000 ffff0000 65000000", "version" },
		{ "802.11", "d4c3b2a1 0200 0400 00000000 00000000 ffff0000 69000000",
		        "link type 105 (IEEE802_11) is not supported" },
		{ "an unknown link type", "d4c3b2a1 0200 0400 00000000 00000000 ffff0000 00020000",
		        "link type 512 (unknown) is not supported" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct complaint error = { "" };

		fill_file_with_hex(rows[i].hex);
		assert_row(rows[i].why, !capture_open_file(path, &error));
		assert_row(error.text, strncmp(error.text, path, strlen(path)) == 0);
		assert_row(error.text, strstr(error.text, rows[i].says));
	}
}

static void the_error_names_what_cannot_be_opened(void **state)
{
	(void)state;
	struct complaint error = { "" };

	assert_null(capture_open_file("/nonexistent/x.pcap", &error));
	assert_string_equal(error.text, "/nonexistent/x.pcap: No such file or directory");
	assert_null(capture_open_file("/tmp", &error));
	assert_int_equal(strncmp(error.text, "/tmp: ", 6), 0);
	assert_null(capture_open_live("no-such-if0", &error));
	assert_int_equal(strncmp(error.text, "no-such-if0: ", 13), 0);
	capture_close(NULL);
}

/* Enters a network namespace that has only a loopback interface. */
static bool enter_empty_network(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	if (unshare(CLONE_NEWNET) < 0)
		return false;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	bool is_up = ioctl(fd, SIOCSIFFLAGS, &request) == 0;
	close(fd);
	return is_up;
}

static void send_to_port(uint16_t port, const char *payload)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	sendto(fd, payload, strlen(payload), 0, (const struct sockaddr *)&to, sizeof(to));
	close(fd);
}

static void a_live_interface_gives_what_goes_to_port_53(void **state)
{
	(void)state;
	struct complaint error;
	struct frame frame;

	if (!enter_empty_network())
		skip();
	struct capture *c = capture_open_live("lo", &error);
	if (!c)
		fail_msg("%s", error.text);
	assert_int_equal(capture_next(c, &frame), 0);
	send_to_port(54, "another");
	send_to_port(53, "message");
	struct pollfd wait = { capture_fd(c), POLLIN, 0 };
	assert_int_equal(poll(&wait, 1, PATIENCE_S * 1000), 1);
	assert_int_equal(capture_next(c, &frame), 1);
	assert_int_equal(frame.at.packet, 1);
	assert_int_equal(frame.ip.len, 20 + 8 + 7);
	assert_memory_equal(frame.ip.base + 28, "message", 7);
	assert_int_equal(capture_next(c, &frame), 0);
	assert_int_equal(capture_lost(c), 0);
	capture_close(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_file_gives_its_packets),
		cmocka_unit_test(every_link_type_gives_its_ip_packet),
		cmocka_unit_test(frames_without_ip_are_skipped_but_numbered),
		cmocka_unit_test(a_packet_cut_by_the_snap_length_is_given_as_captured),
		cmocka_unit_test(a_truncated_file_gives_its_complete_packets_then_an_error),
		cmocka_unit_test(a_file_that_is_not_a_capture_is_refused_by_name),
		cmocka_unit_test(the_error_names_what_cannot_be_opened),
		cmocka_unit_test(a_live_interface_gives_what_goes_to_port_53),
	};
	return cmocka_run_group_tests(tests, make_file, remove_file);
}

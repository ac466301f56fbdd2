/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/capture.h"

#include <linux/filter.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/complaint.h"
#include "capture/link.h"

/* Packets that may hold a DNS message: port 53, fragments, and IPv6 extension headers, after which
 * libpcap does not look for ports. */
#define WANTED                                                                                     \
	"(port 53 or (ip and ip[6:2] & 0x3fff != 0) or "                                           \
	"(ip6 and (ip6[6] = 0 or ip6[6] = 43 or ip6[6] = 44 or ip6[6] = 60)))"

/* Each `vlan` moves the rest of the expression behind one more tag. */
#define WANTED_ETHERNET WANTED " or (vlan and " WANTED ") or (vlan and " WANTED ")"

/* libpcap does not look behind tags here; the kernel has removed the first one. */
#define WANTED_COOKED WANTED " or ether proto 0x8100 or ether proto 0x88a8"

struct capture {
	pcap_t *pcap;
	const struct link_type *link;
	char *name;
	bool is_live;
	uint64_t packets;
	struct complaint error;
};

static struct capture *capture_new(const char *name)
{
	struct capture *c = calloc(1, sizeof(*c));
	char *copy = strdup(name);

	if (!c || !copy) {
		free(c);
		free(copy);
		return NULL;
	}
	c->name = copy;
	return c;
}

/* Not all messages of libpcap name the file. */
static void capture_error_text(struct complaint *error, const char *name, const char *sentence)
{
	if (strncmp(sentence, name, strlen(name)) == 0)
		complaint_set(error, "%s", sentence);
	else
		complaint_set(error, "%.200s: %s", name, sentence);
}

static bool capture_find_link(struct capture *c, struct complaint *error)
{
	int number = pcap_datalink(c->pcap);
	const char *name = pcap_datalink_val_to_name(number);

	c->link = link_type_find(number);
	if (!c->link)
		complaint_set(error, "%.200s: link type %d (%s) is not supported", c->name, number,
		        name ? name : "unknown");
	return c->link;
}

bool capture_is_built(void)
{
	return true;
}

struct capture *capture_open_file(const char *path, struct complaint *error)
{
	char reason[PCAP_ERRBUF_SIZE] = "";
	struct capture *c = capture_new(path);

	if (!c) {
		capture_error_text(error, path, "out of memory");
		return NULL;
	}
	c->pcap = pcap_open_offline(path, reason);
	if (!c->pcap)
		capture_error_text(error, path, reason);
	if (!c->pcap || !capture_find_link(c, error)) {
		capture_close(c);
		return NULL;
	}
	return c;
}

static bool capture_activate(pcap_t *p, bool at_once)
{
	pcap_set_immediate_mode(p, at_once);
	pcap_set_snaplen(p, CAPTURE_SNAP_LENGTH);
	pcap_set_promisc(p, 0);
	pcap_set_timeout(p, CAPTURE_WAIT_MS);
	pcap_set_buffer_size(p, CAPTURE_BUFFER_SIZE);
	return pcap_activate(p) >= 0; /* more than 0 is a warning */
}

static const char *capture_expression(int link_type)
{
	switch (link_type) {
	case DLT_EN10MB:
		return WANTED_ETHERNET;
	case DLT_LINUX_SLL:
	case DLT_LINUX_SLL2:
		return WANTED_COOKED;
	default:
		return WANTED;
	}
}

static bool capture_filter(pcap_t *p)
{
	struct bpf_program program;

	if (pcap_compile(
	            p, &program, capture_expression(pcap_datalink(p)), 1, PCAP_NETMASK_UNKNOWN) < 0)
		return false;
	int result = pcap_setfilter(p, &program);
	pcap_freecode(&program);
	return result == 0;
}

static void ignore_packet(u_char *context, const struct pcap_pkthdr *header, const u_char *octets)
{
	(void)context;
	(void)header;
	(void)octets;
}

/* Only the kernel knows the mark of a packet. pcap's expressions have no word for it, and pcap
 * would run the filter once more by itself, so the kernel is told directly. What came before is
 * read. */
static bool capture_filter_marked(pcap_t *p, uint32_t mark)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_MARK)),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mark),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, mark, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, CAPTURE_SNAP_LENGTH),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };
	char reason[PCAP_ERRBUF_SIZE];

	return setsockopt(pcap_fileno(p), SOL_SOCKET, SO_ATTACH_FILTER, &program,
	               sizeof(program)) == 0 &&
	       pcap_setnonblock(p, 1, reason) == 0 &&
	       pcap_dispatch(p, -1, ignore_packet, NULL) >= 0;
}

/* `mark` 0: all packets that may hold a DNS message. */
static bool capture_start_live(struct capture *c, uint32_t mark, struct complaint *error)
{
	char reason[PCAP_ERRBUF_SIZE] = "";

	c->is_live = true;
	c->pcap = pcap_create(c->name, reason);
	if (!c->pcap) {
		capture_error_text(error, c->name, reason);
		return false;
	}
	if (!capture_activate(c->pcap, mark != 0)) {
		capture_error_text(error, c->name, pcap_geterr(c->pcap));
		return false;
	}
	if (!capture_find_link(c, error))
		return false;
	bool is_filtered = mark ? capture_filter_marked(c->pcap, mark) : capture_filter(c->pcap);
	if (!is_filtered || pcap_setnonblock(c->pcap, 1, reason) < 0) {
		capture_error_text(error, c->name, reason[0] ? reason : pcap_geterr(c->pcap));
		return false;
	}
	return true;
}

static struct capture *open_interface(const char *interface, uint32_t mark, struct complaint *error)
{
	struct capture *c = capture_new(interface);

	if (!c) {
		capture_error_text(error, interface, "out of memory");
		return NULL;
	}
	if (!capture_start_live(c, mark, error)) {
		capture_close(c);
		return NULL;
	}
	return c;
}

struct capture *capture_open_live(const char *interface, struct complaint *error)
{
	return open_interface(interface, 0, error);
}

struct capture *capture_open_marked(const char *interface, uint32_t mark, struct complaint *error)
{
	return open_interface(interface, mark, error);
}

void capture_close(struct capture *c)
{
	if (!c)
		return;
	if (c->pcap)
		pcap_close(c->pcap);
	free(c->name);
	free(c);
}

static int capture_failed(struct capture *c)
{
	complaint_set(&c->error, "%.200s: after packet %llu: %s", c->name,
	        (unsigned long long)c->packets, pcap_geterr(c->pcap));
	return -1;
}

int capture_next(struct capture *c, struct frame *frame)
{
	struct pcap_pkthdr *header;
	const u_char *octets;
	int result;

	while ((result = pcap_next_ex(c->pcap, &header, &octets)) == 1) {
		c->packets++;
		frame->at = (struct moment){ c->packets, header->ts.tv_sec,
			(uint32_t)header->ts.tv_usec };
		if (link_ip(c->link, span_of(octets, header->caplen), &frame->ip))
			return 1;
	}
	return result == PCAP_ERROR ? capture_failed(c) : 0;
}

const char *capture_error(const struct capture *c)
{
	return c->error.text;
}

int capture_fd(const struct capture *c)
{
	return c->is_live ? pcap_get_selectable_fd(c->pcap) : -1;
}

uint64_t capture_lost(const struct capture *c)
{
	struct pcap_stat stat;

	return c->is_live && pcap_stats(c->pcap, &stat) == 0 ? stat.ps_drop : 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shortcut: on the interfaces towards the clients, this program in the kernel puts DO and the UDP
 * size into plain queries, hands the worker a copy of the query as it came, and lets the query bypass
 * the queue.
 *
 * It takes a query only if the worker would treat it in exactly this way: the worker is alive and not
 * paused, the server takes EDNS, and the message has only a question, with or without an OPT after
 * it. All other packets go to the queue. A packet that it takes gets a bit of the mark, for the rules
 * (gateway-shortcut.*). A packet that it does not take loses this bit.
 *
 * A wrong checksum stays wrong, because checksums are updated by differences and never computed
 * anew. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/in.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "queue/shortcut_layout.h"

char program_license[] SEC("license") = "GPL";

/* Set before the program is loaded. */
const volatile __u32 mark_bit SEC(".rodata.mark");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct shortcut_state);
} shortcut_state SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, SHORTCUT_RING_OCTETS);
} shortcut_ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, SHORTCUT_SERVERS_MAX);
	__type(key, struct shortcut_server);
	__type(value, __u32);
} shortcut_servs SEC(".maps");

/* The packet is copied here to be read. A mask on each index proves to the verifier that no access is
 * out of bounds. The code sees to it that the index is right. */
#define COPY_OCTETS 1024
#define COPY_MASK   (COPY_OCTETS - 1)

struct copy {
	__u64 at_ns; /* of struct shortcut_record */
	__u32 in_interface;
	__u8 octets[COPY_OCTETS];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct copy);
} copies SEC(".maps");

enum {
	IPV4_SIZE = 20,
	IPV4_LENGTH_AT = 2,
	IPV4_FRAGMENT_AT = 6,
	IPV4_TTL_AT = 8,
	IPV4_PROTOCOL_AT = 9,
	IPV4_CHECKSUM_AT = 10,
	IPV4_DESTINATION_AT = 16,
	IPV6_SIZE = 40,
	IPV6_LENGTH_AT = 4,
	IPV6_PROTOCOL_AT = 6,
	IPV6_HOPS_AT = 7,
	IPV6_DESTINATION_AT = 24,
	UDP_SIZE = 8,
	UDP_DESTINATION_AT = 2,
	UDP_LENGTH_AT = 4,
	UDP_CHECKSUM_AT = 6,
	DNS_SIZE = 12,
	DNS_ADDITIONAL_AT = 10,
	OPT_SIZE = 11, /* without options */
	OPT_TYPE_AT = 1,
	OPT_CLASS_AT = 3,
	OPT_FLAGS_AT = 7,
	OPT_LENGTH_AT = 9,
};

enum {
	DNS_PORT = 53,
	FRAGMENT_BITS = 0x3fff, /* MF and the offset */
	NOT_PLAIN = 0xf810,     /* of the flags: QR, the opcode, CD */
	TYPE_OPT = 41,
	TYPE_IXFR = 251,
	TYPE_AXFR = 252,
	EDNS_DO = 0x8000,
	LABELS_MAX = 128, /* the root included */
	LABEL_MAX = 63,
	NAME_MAX = 255,
};

/* Offsets from the IP header on. */
struct query {
	__u32 version, udp_at, dns_at, end;
	__u32 opt_at; /* 0: no OPT */
};

static __always_inline __u8 u8_at(const struct copy *c, __u32 at)
{
	return c->octets[at & COPY_MASK];
}

static __always_inline __u16 u16_at(const struct copy *c, __u32 at)
{
	return (__u16)(u8_at(c, at) << 8 | u8_at(c, at + 1));
}

/* Returns the number so that the compiler keeps no other copy of it: after a comparison the verifier
 * then knows the bounds of every later use. */
static __always_inline __u64 only(__u64 number)
{
	__asm__ volatile("" : "+r"(number));
	return number;
}

/* ---- Headers: a few octets tell whether it is a DNS query ---- */

static __always_inline int read_ipv4(struct __sk_buff *skb, struct copy *c, struct query *q)
{
	if (bpf_skb_load_bytes(skb, ETH_HLEN, c->octets, IPV4_SIZE + UDP_SIZE) < 0)
		return 0;
	q->version = 4;
	q->udp_at = IPV4_SIZE;
	return c->octets[0] == 0x45 && c->octets[IPV4_PROTOCOL_AT] == IPPROTO_UDP &&
	       u16_at(c, IPV4_SIZE + UDP_DESTINATION_AT) == DNS_PORT;
}

static __always_inline int read_ipv6(struct __sk_buff *skb, struct copy *c, struct query *q)
{
	if (bpf_skb_load_bytes(skb, ETH_HLEN, c->octets, IPV6_SIZE + UDP_SIZE) < 0)
		return 0;
	q->version = 6;
	q->udp_at = IPV6_SIZE;
	return c->octets[0] >> 4 == 6 && c->octets[IPV6_PROTOCOL_AT] == IPPROTO_UDP &&
	       u16_at(c, IPV6_SIZE + UDP_DESTINATION_AT) == DNS_PORT;
}

static __always_inline int is_to_port_53(struct __sk_buff *skb, struct copy *c, struct query *q)
{
	if (skb->protocol == bpf_htons(ETH_P_IP))
		return read_ipv4(skb, c, q);
	if (skb->protocol == bpf_htons(ETH_P_IPV6))
		return read_ipv6(skb, c, q);
	return 0;
}

/* True for a packet that is whole, to be forwarded, and has nothing after its end. A datagram without
 * a checksum goes to the queue, because the worker gives it one. */
static __always_inline int is_plain_packet(struct __sk_buff *skb, struct copy *c, struct query *q)
{
	__u32 length = skb->len - ETH_HLEN;

	q->dns_at = q->udp_at + UDP_SIZE;
	q->end = length;
	if (skb->pkt_type != PACKET_HOST || skb->vlan_present || skb->gso_size ||
	        length > q->dns_at + SHORTCUT_MESSAGE_MAX)
		return 0;
	if (q->version == 4 && (u16_at(c, IPV4_LENGTH_AT) != length || c->octets[IPV4_TTL_AT] < 2 ||
	                               u16_at(c, IPV4_FRAGMENT_AT) & FRAGMENT_BITS))
		return 0;
	if (q->version == 6 &&
	        (u16_at(c, IPV6_LENGTH_AT) + IPV6_SIZE != length || c->octets[IPV6_HOPS_AT] < 2))
		return 0;
	return u16_at(c, q->udp_at + UDP_LENGTH_AT) == length - q->udp_at &&
	       u16_at(c, q->udp_at + UDP_CHECKSUM_AT) != 0 && u16_at(c, q->udp_at) != DNS_PORT;
}

static __always_inline int is_to_known_server(const struct copy *c, const struct query *q)
{
	struct shortcut_server server = { .version = q->version };

	if (q->version == 4)
		__builtin_memcpy(server.octets, c->octets + IPV4_DESTINATION_AT, 4);
	else
		__builtin_memcpy(server.octets, c->octets + IPV6_DESTINATION_AT, 16);
	return bpf_map_lookup_elem(&shortcut_servs, &server) != NULL;
}

/* ---- The message ---- */

/* Returns where the name at `at` ends; 0 if it is too long, compressed, or cut off. */
static __always_inline __u32 skip_name(const struct copy *c, __u32 at, __u32 end)
{
	__u32 begin = at;

	for (int i = 0; i < LABELS_MAX && at < end; i++) {
		__u8 label = u8_at(c, at);

		if (label > LABEL_MAX)
			return 0;
		at += label + 1;
		if (label == 0)
			return at - begin <= NAME_MAX ? at : 0;
	}
	return 0;
}

/* True for a query with one question, and nothing after it but an OPT. */
static __always_inline int is_plain_query(const struct copy *c, struct query *q)
{
	__u32 at = q->dns_at, additional = u16_at(c, at + DNS_ADDITIONAL_AT);

	if (q->end < at + DNS_SIZE || u16_at(c, at + 2) & NOT_PLAIN || u16_at(c, at + 4) != 1 ||
	        u16_at(c, at + 6) || u16_at(c, at + 8) || additional > 1)
		return 0;
	at = skip_name(c, at + DNS_SIZE, q->end);
	if (at == 0 || at + 4 > q->end)
		return 0;
	__u16 type = u16_at(c, at);
	if (type == TYPE_IXFR || type == TYPE_AXFR)
		return 0;
	at += 4;
	q->opt_at = additional ? at : 0;
	if (!additional)
		return at == q->end;
	return at + OPT_SIZE <= q->end && u8_at(c, at) == 0 &&
	       u16_at(c, at + OPT_TYPE_AT) == TYPE_OPT &&
	       at + OPT_SIZE + u16_at(c, at + OPT_LENGTH_AT) == q->end;
}

/* ---- The change ---- */

static __always_inline int store(struct __sk_buff *skb, __u32 at, const void *octets, __u32 size)
{
	return bpf_skb_store_bytes(skb, ETH_HLEN + at, octets, size, BPF_F_RECOMPUTE_CSUM);
}

/* Adds `grown` to the lengths in the headers. The UDP length counts twice in the UDP checksum. */
static __always_inline int lengthen(struct __sk_buff *skb, const struct query *q, __u32 grown)
{
	__u16 was = (__u16)(q->end - q->udp_at), udp = bpf_htons(was + grown);
	__u32 checksum_at = ETH_HLEN + q->udp_at + UDP_CHECKSUM_AT;

	if (q->version == 4) {
		__u16 old = bpf_htons(q->end), total = bpf_htons(q->end + grown);
		if (bpf_l3_csum_replace(
		            skb, ETH_HLEN + IPV4_CHECKSUM_AT, old, total, sizeof(total)) < 0 ||
		        store(skb, IPV4_LENGTH_AT, &total, sizeof(total)) < 0)
			return -1;
	} else {
		__u16 payload = bpf_htons(q->end - IPV6_SIZE + grown);
		if (store(skb, IPV6_LENGTH_AT, &payload, sizeof(payload)) < 0)
			return -1;
	}
	was = bpf_htons(was);
	if (bpf_l4_csum_replace(skb, checksum_at, was, udp,
	            sizeof(udp) | BPF_F_PSEUDO_HDR | BPF_F_MARK_MANGLED_0) < 0 ||
	        bpf_l4_csum_replace(
	                skb, checksum_at, was, udp, sizeof(udp) | BPF_F_MARK_MANGLED_0) < 0)
		return -1;
	return store(skb, q->udp_at + UDP_LENGTH_AT, &udp, sizeof(udp));
}

/* Writes an OPT after the question, where the packet was made longer. For the checksum its octets are
 * shifted by one if it begins at an odd offset. */
static __always_inline int add_opt(struct __sk_buff *skb, const struct query *q)
{
	__u8 opt[OPT_SIZE + 1] = { 0, 0, TYPE_OPT, SHORTCUT_UDP_SIZE >> 8, SHORTCUT_UDP_SIZE & 0xff,
		0, 0, EDNS_DO >> 8 };
	__u8 shifted[OPT_SIZE + 1] = { 0, 0, 0, TYPE_OPT, SHORTCUT_UDP_SIZE >> 8,
		SHORTCUT_UDP_SIZE & 0xff, 0, 0, EDNS_DO >> 8 };
	__u16 one = bpf_htons(1);
	__u8 *summed = (q->end - q->dns_at) & 1 ? shifted : opt;
	__s64 sum = bpf_csum_diff(NULL, 0, (__be32 *)summed, sizeof(opt), one);

	if (sum < 0 ||
	        bpf_l4_csum_replace(skb, ETH_HLEN + q->udp_at + UDP_CHECKSUM_AT, 0, sum,
	                BPF_F_MARK_MANGLED_0) < 0 ||
	        store(skb, q->dns_at + DNS_ADDITIONAL_AT, &one, sizeof(one)) < 0 ||
	        store(skb, q->end, opt, OPT_SIZE) < 0)
		return -1;
	return lengthen(skb, q, OPT_SIZE);
}

/* Sets one field of the OPT that the query has. */
static __always_inline int set_field(
        struct __sk_buff *skb, const struct copy *c, const struct query *q, __u32 at, __u16 value)
{
	__u16 old = bpf_htons(u16_at(c, at)), new = bpf_htons(value), wire = new;

	if ((at - q->dns_at) & 1) {
		old = __builtin_bswap16(old);
		new = __builtin_bswap16(new);
	}
	if (bpf_l4_csum_replace(skb, ETH_HLEN + q->udp_at + UDP_CHECKSUM_AT, old, new,
	            sizeof(new) | BPF_F_MARK_MANGLED_0) < 0)
		return -1;
	return store(skb, at, &wire, sizeof(wire));
}

static __always_inline int change_opt(
        struct __sk_buff *skb, const struct copy *c, const struct query *q)
{
	__u16 flags = u16_at(c, q->opt_at + OPT_FLAGS_AT);

	if (set_field(skb, c, q, q->opt_at + OPT_FLAGS_AT, flags | EDNS_DO) < 0)
		return -1;
	return set_field(skb, c, q, q->opt_at + OPT_CLASS_AT, SHORTCUT_UDP_SIZE);
}

/* ---- */

static __always_inline int is_takable(struct __sk_buff *skb, struct copy *c, struct query *q)
{
	if (!is_plain_packet(skb, c, q) || !is_to_known_server(c, q))
		return 0;
	__u64 length = only(q->end);
	if (length < IPV4_SIZE + UDP_SIZE + DNS_SIZE || length > SHORTCUT_PACKET_MAX)
		return 0;
	return bpf_skb_load_bytes(skb, ETH_HLEN, c->octets, length) == 0 && is_plain_query(c, q);
}

/* Takes a query. First it makes the packet longer, which needs memory; then it tells the worker; then
 * it makes the changes, which need no more memory. If a change fails all the same, the packet is
 * dropped. */
static __always_inline int take(
        struct __sk_buff *skb, struct shortcut_state *state, struct copy *c, struct query *q)
{
	__u64 size = only(offsetof(struct copy, octets) + q->end);

	if (!q->opt_at && bpf_skb_change_tail(skb, skb->len + OPT_SIZE, 0) < 0) {
		__sync_fetch_and_add(&state->left, 1);
		return TC_ACT_UNSPEC;
	}
	if (size > sizeof(struct shortcut_record)) /* for the verifier */
		return TC_ACT_SHOT;
	c->at_ns = bpf_ktime_get_ns();
	c->in_interface = skb->ifindex;
	if (bpf_ringbuf_output(&shortcut_ring, c, size, BPF_RB_NO_WAKEUP) < 0) {
		__sync_fetch_and_add(&state->full, 1);
		if (!q->opt_at && bpf_skb_change_tail(skb, skb->len - OPT_SIZE, 0) < 0)
			return TC_ACT_SHOT;
		return TC_ACT_UNSPEC;
	}
	if ((q->opt_at ? change_opt(skb, c, q) : add_opt(skb, q)) < 0)
		return TC_ACT_SHOT;
	skb->mark |= mark_bit;
	return TC_ACT_UNSPEC;
}

SEC("tc")
int sealgate(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct query q = { 0 };
	struct shortcut_state *state = bpf_map_lookup_elem(&shortcut_state, &zero);
	struct copy *c = bpf_map_lookup_elem(&copies, &zero);

	if (skb->mark & mark_bit)
		skb->mark &= ~mark_bit;
	if (!state || !c || !is_to_port_53(skb, c, &q))
		return TC_ACT_UNSPEC;
	if (bpf_ktime_get_ns() < *(volatile __u64 *)&state->until_ns && is_takable(skb, c, &q))
		return take(skb, state, c, &q);
	__sync_fetch_and_add(&state->left, 1);
	return TC_ACT_UNSPEC;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/own_answers.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/sockaddr.h"
#include "fetch/exchange.h"
#include "wire/message.h"

#define ROOM        65536 /* octets of packets in one turn; queries beyond that go to the server */
#define PACKET_MOST (OWN_ANSWER_MAX + PACKET_ANSWER_HEADERS)
#define REST_MS     1000 /* without answers after one for which the kernel had no room */

/* Octets of packets that wait in the kernel. Those to addresses of a link at which nobody is wait
 * there for three seconds, and anybody can ask in the name of such. The usual size would hold a few
 * hundred. */
#define SEND_BUFFER (8 << 20)

#ifndef IPV6_HDRINCL
#define IPV6_HDRINCL 36
#endif

/* ---- Sockets ---- */

static int set_option(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) < 0 ? -errno : 0;
}

/* Such a socket would have all packets of its protocol, which anybody may send. */
static int receive_nothing(int fd)
{
	struct sock_filter none = BPF_STMT(BPF_RET | BPF_K, 0);
	const struct sock_fprog filter = { .len = 1, .filter = &none };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) < 0 ? -errno
	                                                                                 : 0;
}

/* The kernel may know a smaller MTU of the way to a client, from an ICMP message that anybody can
 * forge: it would cut the answers, and an attacker can replace the later parts. So it does not
 * count. */
static int send_whole(int fd, int family)
{
	return family == AF_INET
	               ? set_option(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT)
	               : set_option(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT);
}

/* A smaller buffer is no reason to have no socket. */
static void have_room(int fd)
{
	if (set_option(fd, SOL_SOCKET, SO_SNDBUFFORCE, SEND_BUFFER) < 0)
		set_option(fd, SOL_SOCKET, SO_SNDBUF, SEND_BUFFER);
}

static int prepare_raw(int fd, int family)
{
	int error = receive_nothing(fd);

	have_room(fd);
	return error ? error : send_whole(fd, family);
}

/* It is transparent because a gateway sends with addresses that are not its own. */
static int open_raw(int family)
{
	int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW);
	int error = fd < 0 ? -errno : exchange_mark(fd);

	if (!error)
		error = prepare_raw(fd, family);
	if (error)
		goto out;
	error = family == AF_INET ? set_option(fd, IPPROTO_IP, IP_TRANSPARENT, 1)
	                          : set_option(fd, IPPROTO_IPV6, IPV6_TRANSPARENT, 1);
	if (!error)
		error = family == AF_INET ? set_option(fd, IPPROTO_IP, IP_HDRINCL, 1)
		                          : set_option(fd, IPPROTO_IPV6, IPV6_HDRINCL, 1);
out:
	if (error && fd >= 0)
		close(fd);
	return error ? error : fd;
}

int own_answers_open(int sockets[static OWN_FAMILIES])
{
	int fd4 = open_raw(AF_INET), fd6 = open_raw(AF_INET6);

	sockets[OWN_IPV4] = fd4 < 0 ? -1 : fd4;
	sockets[OWN_IPV6] = fd6 < 0 ? -1 : fd6;
	return fd4 < 0 && fd6 < 0 ? fd4 : 0;
}

void own_answers_close(int sockets[static OWN_FAMILIES])
{
	for (int i = 0; i < OWN_FAMILIES; i++) {
		if (sockets[i] >= 0)
			close(sockets[i]);
		sockets[i] = -1;
	}
}

/* ---- Sending ---- */

int own_answers_init(struct own_answers *a)
{
	if (!a->sockets)
		return 0;
	a->packets = malloc(ROOM);
	return a->packets ? 0 : -ENOMEM;
}

void own_answers_fini(struct own_answers *a)
{
	free(a->packets);
	a->packets = NULL;
}

static unsigned own_family(unsigned version)
{
	return version == 6 ? OWN_IPV6 : OWN_IPV4;
}

static bool may_send(const struct own_answers *a, unsigned version)
{
	unsigned family = own_family(version);

	return a->sockets[family] >= 0 && a->turn->now_ms >= a->rests_until_ms[family];
}

/* fe80::/10 (RFC 4291, 2.5.6) */
static bool needs_interface(struct span address)
{
	return address.len == 16 && address.base[0] == 0xfe && (address.base[1] & 0xc0) == 0x80;
}

bool own_answers_take(const struct own_answers *a, const struct packet *query)
{
	return a->packets && may_send(a, query->version) && query->source_port != DNS_PORT &&
	       !needs_interface(query->source) && !needs_interface(query->destination) &&
	       ROOM - a->len >= PACKET_MOST;
}

void own_answers_add(struct own_answers *a, const struct packet *query, struct span answer)
{
	struct writer out = writer_over(a->packets + a->len, ROOM - a->len);

	packet_write_answer(&out, query, answer);
	if (!out.full)
		a->len += out.len;
}

/* With the source of the packet the kernel chooses the route as it does for the server's
 * answers. */
struct source_choice {
	struct msghdr message;
	_Alignas(struct cmsghdr) uint8_t room[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

static void choose_source(
        struct source_choice *c, int level, int type, const void *info, size_t len)
{
	c->message.msg_control = c->room;
	c->message.msg_controllen = CMSG_SPACE(len);
	struct cmsghdr *header = CMSG_FIRSTHDR(&c->message);
	header->cmsg_level = level;
	header->cmsg_type = type;
	header->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(header), info, len);
}

static ssize_t send_packet(const struct own_answers *a, const struct packet *p, struct span octets)
{
	struct sockaddr_storage to = sockaddr_of(p->destination, 0, 0);
	struct iovec vector = { .iov_base = (void *)(uintptr_t)octets.base, .iov_len = octets.len };
	struct source_choice c = { .message = { .msg_name = &to,
		                           .msg_namelen = sockaddr_size(&to),
		                           .msg_iov = &vector,
		                           .msg_iovlen = 1 } };

	if (p->version == 6) {
		struct in6_pktinfo info = { 0 };
		memcpy(&info.ipi6_addr, p->source.base, sizeof(info.ipi6_addr));
		choose_source(&c, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
	} else {
		struct in_pktinfo info = { 0 };
		memcpy(&info.ipi_spec_dst, p->source.base, sizeof(info.ipi_spec_dst));
		choose_source(&c, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
	}
	return sendmsg(a->sockets[own_family(p->version)], &c.message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* An attacker can fill the kernel's buffer (SEND_BUFFER), and a query has its answer or is asked at
 * the server, but not both: so the server is asked for a while. EMSGSIZE is no reason: else one
 * client behind a narrow link would do that to all. */
static void note_unsent(struct own_answers *a, unsigned version, int error)
{
	stats_count(&a->stats->sign_unsent);
	if (error == EAGAIN || error == ENOBUFS || error == ENOMEM)
		a->rests_until_ms[own_family(version)] = a->turn->now_ms + REST_MS;
}

/* Takes the packet at an offset. They lie one behind the other: each says how long it is. */
static bool packet_at(const struct own_answers *a, size_t at, struct packet *p, struct span *octets)
{
	if (packet_parse(p, span_of(a->packets + at, a->len - at)) != PACKET_UDP)
		return false;
	*octets = span_of(a->packets + at, p->header.len + p->udp.len);
	return true;
}

void own_answers_send(struct own_answers *a)
{
	struct packet p;
	struct span octets;

	for (size_t at = 0; at < a->len && packet_at(a, at, &p, &octets); at += octets.len) {
		if (send_packet(a, &p, octets) < 0)
			note_unsent(a, p.version, errno);
	}
	a->len = 0;
}

void own_answers_forget(struct own_answers *a)
{
	struct packet p;
	struct span octets;

	for (size_t at = 0; at < a->len && packet_at(a, at, &p, &octets); at += octets.len)
		stats_count(&a->stats->sign_unsent);
	a->len = 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How messages travel between a client and a server: as datagrams, in connections that stay open,
 * or each question in a connection of its own; over IPv4 or IPv6, like the server's address. */
#ifndef BENCH_ROAD_H
#define BENCH_ROAD_H

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/writer.h"
#include "config/address.h"
#include "wire/framing.h"

#define ROAD_ADDRESSES_MAX 64
#define ROAD_BATCH         64
#define ROAD_MESSAGE_SIZE  4096 /* of an answer over UDP */

struct road {
	bool is_stream;
	bool is_for_one; /* a connection is for one question */
	struct sockaddr_storage server;
	unsigned address_count; /* of the client; 0: the kernel chooses one */
	struct sockaddr_storage addresses[ROAD_ADDRESSES_MAX];
};

/* Adds an address of the client; the kernel chooses the port. */
static inline bool road_add_address(struct road *r, const char *text)
{
	if (r->address_count == ROAD_ADDRESSES_MAX ||
	        !address_read(text, &r->addresses[r->address_count]))
		return false;
	/* sin6_port is at the same place. */
	((struct sockaddr_in *)&r->addresses[r->address_count++])->sin_port = 0;
	return true;
}

/* Returns a socket to the server, or -1. Sockets with successive `number`s use the client's
 * addresses in turn. A connection is open when this returns: the server is always near. */
static inline int road_open(const struct road *r, unsigned number)
{
	const struct sockaddr_storage *from =
	        r->address_count > 0 ? &r->addresses[number % r->address_count] : NULL;
	int fd = socket(
	        r->server.ss_family, (r->is_stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
	int on = 1, size = 4 << 20;

	if (fd < 0)
		return -1;
	if (r->is_stream)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	else
		setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if ((from && bind(fd, (const struct sockaddr *)from, sizeof(*from)) < 0) ||
	        connect(fd, (const struct sockaddr *)&r->server, sizeof(r->server)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* One message to send, preceded by its length, which datagrams omit. */
struct road_message {
	uint8_t octets[FRAMING_PREFIX_SIZE + 512];
	size_t len;
};

static inline uint8_t *road_put(struct road_message *m, struct span message)
{
	put_u16(m->octets, (uint16_t)message.len);
	memcpy(m->octets + FRAMING_PREFIX_SIZE, message.base, message.len);
	m->len = FRAMING_PREFIX_SIZE + message.len;
	return m->octets + FRAMING_PREFIX_SIZE;
}

/* Sends all messages, except for those that cannot be sent. */
static inline void road_send(
        const struct road *r, int fd, struct road_message *messages, unsigned count)
{
	struct iovec vectors[256];
	struct mmsghdr datagrams[256] = { 0 };
	size_t skipped = r->is_stream ? 0 : FRAMING_PREFIX_SIZE;

	for (unsigned i = 0; i < count; i++) {
		vectors[i] =
		        (struct iovec){ messages[i].octets + skipped, messages[i].len - skipped };
		datagrams[i].msg_hdr.msg_iov = &vectors[i];
		datagrams[i].msg_hdr.msg_iovlen = 1;
	}
	if (r->is_stream) {
		struct msghdr all = { .msg_iov = vectors, .msg_iovlen = count };
		sendmsg(fd, &all, MSG_NOSIGNAL);
		return;
	}
	for (unsigned sent = 0; sent < count;) {
		int n = sendmmsg(fd, datagrams + sent, count - sent, 0);
		sent += n > 0 ? (unsigned)n : 1;
	}
}

static inline void road_receive_datagrams(int fd, framing_handler *handle, void *context)
{
	static uint8_t octets[ROAD_BATCH][ROAD_MESSAGE_SIZE];
	struct iovec vectors[ROAD_BATCH];
	struct mmsghdr messages[ROAD_BATCH] = { 0 };

	for (int i = 0; i < ROAD_BATCH; i++) {
		vectors[i] = (struct iovec){ octets[i], ROAD_MESSAGE_SIZE };
		messages[i].msg_hdr.msg_iov = &vectors[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	int n = recvmmsg(fd, messages, ROAD_BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < n; i++)
		handle(context, span_of(octets[i], messages[i].msg_len));
}

/* Reads the messages that came on a connection. Returns false at its end. */
static inline bool road_receive_stream(
        int fd, struct framing *in, framing_handler *handle, void *context)
{
	static uint8_t octets[1 << 16];
	ssize_t n = recv(fd, octets, sizeof(octets), MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	return n > 0 && framing_take(in, span_of(octets, (size_t)n), handle, context);
}

#endif

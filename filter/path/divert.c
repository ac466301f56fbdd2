/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "path/divert.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "path/exchange.h"
#include "wire/protocol.h"

#define BACKLOG 1024

/* The kernel's own headers for these do not get along with <netinet/in.h>. */
#define SO_ORIGINAL_DST      80
#define IP6T_SO_ORIGINAL_DST 80

static const int on = 1;

static int switch_on(int fd, int level, int option)
{
	return setsockopt(fd, level, option, &on, sizeof(on)) < 0 ? -errno : 0;
}

/* Lets the socket have addresses that are not ours. */
static int make_transparent(int fd, int family)
{
	return family == AF_INET ? switch_on(fd, IPPROTO_IP, IP_TRANSPARENT)
	                         : switch_on(fd, IPPROTO_IPV6, IPV6_TRANSPARENT);
}

static socklen_t size_of(const struct sockaddr_storage *address)
{
	return address->ss_family == AF_INET ? sizeof(struct sockaddr_in)
	                                     : sizeof(struct sockaddr_in6);
}

static int close_with(int fd, int error)
{
	close(fd);
	return error;
}

static struct sockaddr_storage loopback(int family, uint16_t port)
{
	struct sockaddr_storage address = { .ss_family = (sa_family_t)family };

	if (family == AF_INET) {
		struct sockaddr_in *in = (struct sockaddr_in *)&address;
		in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		in->sin_port = htons(port);
	} else {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address;
		in6->sin6_addr = in6addr_loopback;
		in6->sin6_port = htons(port);
	}
	return address;
}

int divert_listen(enum divert divert, int family, uint16_t port)
{
	struct sockaddr_storage address = loopback(family, port);
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	int error = switch_on(fd, SOL_SOCKET, SO_REUSEADDR);
	if (!error)
		error = switch_on(fd, SOL_SOCKET, SO_REUSEPORT);
	if (!error && family == AF_INET6)
		error = switch_on(fd, IPPROTO_IPV6, IPV6_V6ONLY);
	if (!error && divert == DIVERT_TPROXY)
		error = make_transparent(fd, family);
	if (!error && bind(fd, (const struct sockaddr *)&address, size_of(&address)) < 0)
		error = -errno;
	if (!error && listen(fd, BACKLOG) < 0)
		error = -errno;
	return error ? close_with(fd, error) : fd;
}

/* Where the connection was bound, before the rules brought it here. */
static int original_destination(
        enum divert divert, int fd, int family, struct sockaddr_storage *server)
{
	socklen_t size = sizeof(*server);
	int result;

	if (divert == DIVERT_TPROXY)
		result = getsockname(fd, (struct sockaddr *)server, &size);
	else if (family == AF_INET)
		result = getsockopt(fd, IPPROTO_IP, SO_ORIGINAL_DST, server, &size);
	else
		result = getsockopt(fd, IPPROTO_IPV6, IP6T_SO_ORIGINAL_DST, server, &size);
	return result < 0 ? -errno : 0;
}

static uint16_t port_of(const struct sockaddr_storage *address)
{
	return ntohs(address->ss_family == AF_INET
	                     ? ((const struct sockaddr_in *)address)->sin_port
	                     : ((const struct sockaddr_in6 *)address)->sin6_port);
}

int divert_accept(enum divert divert, int listener, struct sockaddr_storage *client,
        struct sockaddr_storage *server)
{
	socklen_t size = sizeof(*client);
	int fd = accept4(listener, (struct sockaddr *)client, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return -errno;
	memset(server, 0, sizeof(*server)); /* it is hashed as it lies */
	/* Whoever connects to our port himself is bound for that port. */
	if (original_destination(divert, fd, client->ss_family, server) < 0 ||
	        port_of(server) != DNS_PORT)
		return close_with(fd, -EPERM);
	switch_on(fd, IPPROTO_TCP, TCP_NODELAY);
	return fd;
}

/* The port of the client itself is on the way already, between him and us. */
static int take_address_of(int fd, const struct sockaddr_storage *client)
{
	struct sockaddr_storage address = *client;
	int error = make_transparent(fd, client->ss_family);

	if (client->ss_family == AF_INET)
		((struct sockaddr_in *)&address)->sin_port = 0;
	else
		((struct sockaddr_in6 *)&address)->sin6_port = 0;
	if (!error)
		error = switch_on(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
	if (!error && bind(fd, (const struct sockaddr *)&address, size_of(&address)) < 0)
		error = -errno;
	return error;
}

int divert_connect(enum divert divert, const struct sockaddr_storage *client,
        const struct sockaddr_storage *server)
{
	const uint32_t mark = EXCHANGE_MARK;
	int error = 0, fd;

	fd = socket(server->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) < 0)
		error = -errno;
	if (!error && divert == DIVERT_TPROXY)
		error = take_address_of(fd, client);
	if (!error && connect(fd, (const struct sockaddr *)server, size_of(server)) < 0 &&
	        errno != EINPROGRESS)
		error = -errno;
	if (error)
		return close_with(fd, error);
	switch_on(fd, IPPROTO_TCP, TCP_NODELAY);
	return fd;
}

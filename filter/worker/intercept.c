/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/intercept.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "base/sockaddr.h"
#include "fetch/exchange.h"
#include "wire/protocol.h"

/* Connections that wait in the kernel; it drops further ones, of any client. All clients share this
 * queue, so it is long: connections that cannot be relayed are refused much faster than they come.
 */
#define BACKLOG 4096

/* The kernel's headers that define these conflict with <netinet/in.h>. */
#define SO_ORIGINAL_DST      80
#define IP6T_SO_ORIGINAL_DST 80

static const int option_on = 1;

static int switch_on(int fd, int level, int option)
{
	return setsockopt(fd, level, option, &option_on, sizeof(option_on)) < 0 ? -errno : 0;
}

/* Lets the socket use addresses that are not ours. */
static int make_transparent(int fd, int family)
{
	return family == AF_INET ? switch_on(fd, IPPROTO_IP, IP_TRANSPARENT)
	                         : switch_on(fd, IPPROTO_IPV6, IPV6_TRANSPARENT);
}

static int close_with(int fd, int error)
{
	close(fd);
	return error;
}

static void set_port(struct sockaddr_storage *address, uint16_t port)
{
	if (address->ss_family == AF_INET)
		((struct sockaddr_in *)address)->sin_port = htons(port);
	else
		((struct sockaddr_in6 *)address)->sin6_port = htons(port);
}

/* True if TPROXY may bring connections: then the socket must use addresses that are not ours. */
static bool is_transparent(enum divert divert)
{
	return divert == DIVERT_TPROXY || divert == DIVERT_EITHER;
}

static struct sockaddr_storage any_address(int family, uint16_t port)
{
	struct sockaddr_storage address = { .ss_family = (sa_family_t)family };

	set_port(&address, port);
	return address;
}

static struct sockaddr_storage loopback_address(int family, uint16_t port)
{
	struct sockaddr_storage address = { .ss_family = (sa_family_t)family };

	if (family == AF_INET) {
		struct sockaddr_in *in = (struct sockaddr_in *)&address;
		in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	} else {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address;
		in6->sin6_addr = in6addr_loopback;
	}
	set_port(&address, port);
	return address;
}

static struct sockaddr_storage listener_address(enum divert divert, int family, uint16_t port)
{
	return divert == DIVERT_BRIDGED ? any_address(family, port)
	                                : loopback_address(family, port);
}

static bool has_option(int fd, int level, int name, int wanted)
{
	socklen_t size = sizeof(int);
	int value = 0;

	return getsockopt(fd, level, name, &value, &size) == 0 && value == wanted;
}

bool intercept_listens(int fd, enum divert divert, int family, uint16_t port)
{
	struct sockaddr_storage wanted = listener_address(divert, family, port), bound = { 0 };
	socklen_t size = sizeof(bound);

	return has_option(fd, SOL_SOCKET, SO_ACCEPTCONN, 1) &&
	       has_option(fd, SOL_SOCKET, SO_PROTOCOL, IPPROTO_TCP) &&
	       (family == AF_INET
	                       ? has_option(fd, IPPROTO_IP, IP_TRANSPARENT, is_transparent(divert))
	                       : has_option(fd, IPPROTO_IPV6, IPV6_TRANSPARENT,
	                                 is_transparent(divert))) &&
	       getsockname(fd, (struct sockaddr *)&bound, &size) == 0 &&
	       size == sockaddr_size(&wanted) && memcmp(&bound, &wanted, size) == 0;
}

int intercept_listen(enum divert divert, int family, uint16_t port)
{
	struct sockaddr_storage address = listener_address(divert, family, port);
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	int error = switch_on(fd, SOL_SOCKET, SO_REUSEADDR);
	if (!error)
		error = switch_on(fd, SOL_SOCKET, SO_REUSEPORT);
	if (!error && family == AF_INET6)
		error = switch_on(fd, IPPROTO_IPV6, IPV6_V6ONLY);
	if (!error && is_transparent(divert))
		error = make_transparent(fd, family);
	if (!error && bind(fd, (const struct sockaddr *)&address, sockaddr_size(&address)) < 0)
		error = -errno;
	if (!error && listen(fd, BACKLOG) < 0)
		error = -errno;
	return error ? close_with(fd, error) : fd;
}

static int original_destination(int fd, int family, struct sockaddr_storage *server)
{
	socklen_t size = sizeof(*server);

	return family == AF_INET
	               ? getsockopt(fd, IPPROTO_IP, SO_ORIGINAL_DST, server, &size)
	               : getsockopt(fd, IPPROTO_IPV6, IP6T_SO_ORIGINAL_DST, server, &size);
}

static uint16_t port_of(const struct sockaddr_storage *address)
{
	return ntohs(address->ss_family == AF_INET
	                     ? ((const struct sockaddr_in *)address)->sin_port
	                     : ((const struct sockaddr_in6 *)address)->sin6_port);
}

/* Finds out where the connection was bound before the rules brought it here. A connection that a
 * client makes to our own port is bound for that port: returns false. */
static bool was_for_dns(enum divert *divert, int fd, int family, struct sockaddr_storage *server)
{
	socklen_t size = sizeof(*server);

	memset(server, 0, sizeof(*server)); /* all of it is hashed */
	if (is_transparent(*divert) && getsockname(fd, (struct sockaddr *)server, &size) == 0 &&
	        port_of(server) == DNS_PORT) {
		*divert = DIVERT_TPROXY;
		return true;
	}
	if (*divert == DIVERT_TPROXY)
		return false;
	*divert = DIVERT_REDIRECT;
	memset(server, 0, sizeof(*server));
	return original_destination(fd, family, server) == 0 && port_of(server) == DNS_PORT;
}

int intercept_accept(enum divert *divert, int listener, struct sockaddr_storage *client,
        struct sockaddr_storage *server)
{
	socklen_t size = sizeof(*client);
	int fd = accept4(listener, (struct sockaddr *)client, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (!was_for_dns(divert, fd, client->ss_family, server))
		return close_with(fd, -EPERM);
	switch_on(fd, IPPROTO_TCP, TCP_NODELAY);
	return fd;
}

/* The client's own port is in use already, between the client and us. */
static int take_address_of(int fd, const struct sockaddr_storage *client)
{
	struct sockaddr_storage address = *client;
	int error = make_transparent(fd, client->ss_family);

	set_port(&address, 0);
	if (!error)
		error = switch_on(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
	if (!error && bind(fd, (const struct sockaddr *)&address, sockaddr_size(&address)) < 0)
		error = -errno;
	return error;
}

/* A socket that is not transparent can be bound only to an address of ours. */
static bool is_ours(const struct sockaddr_storage *server)
{
	struct sockaddr_storage address = *server;
	int fd = socket(server->ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	set_port(&address, 0);
	bool ours = fd >= 0 &&
	            bind(fd, (const struct sockaddr *)&address, sockaddr_size(&address)) == 0;
	if (fd >= 0)
		close(fd);
	return ours;
}

static int begin_to_connect(int fd, const struct sockaddr_storage *server)
{
	if (connect(fd, (const struct sockaddr *)server, sockaddr_size(server)) < 0 &&
	        errno != EINPROGRESS)
		return -errno;
	return 0;
}

int intercept_connect(enum divert divert, const struct sockaddr_storage *client,
        const struct sockaddr_storage *server)
{
	int error = 0, fd = exchange_socket(server->ss_family, SOCK_STREAM, MARK_REQUIRED);

	if (fd < 0)
		return fd;
	if (divert == DIVERT_TPROXY && !is_ours(server))
		error = take_address_of(fd, client);
	if (!error)
		error = begin_to_connect(fd, server);
	if (error)
		return close_with(fd, error);
	switch_on(fd, IPPROTO_TCP, TCP_NODELAY);
	return fd;
}

/* SYNs after the first one: the kernel then gives up after three seconds, some kernels after two.
 */
#define HURRIED_SYNS 1

/* If this fails, idleness ends the connection. */
void intercept_hurry(int fd)
{
	const int syns = HURRIED_SYNS;

	setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &syns, sizeof(syns));
}

int intercept_connect_datagram(const struct sockaddr_storage *server)
{
	int fd = exchange_socket(server->ss_family, SOCK_DGRAM, MARK_REQUIRED);

	if (fd < 0)
		return fd;
	int error = begin_to_connect(fd, server);
	return error ? close_with(fd, error) : fd;
}

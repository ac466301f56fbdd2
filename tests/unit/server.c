/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "server.h"

#include <sys/time.h>
#include <unistd.h>

#include "fetch/exchange.h"

static void be_patient(int fd)
{
	const struct timeval patience = { .tv_sec = SERVER_PATIENCE_S };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
}

/* Another process may have this port over UDP. Returns false then. */
static bool open_at_any_port(struct server *s)
{
	struct sockaddr_in *address = (struct sockaddr_in *)&s->address;
	socklen_t len = sizeof(*address);

	*s = (struct server){ .connection = -1 };
	address->sin_family = AF_INET;
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(s->listener, (struct sockaddr *)address, len), 0);
	assert_int_equal(listen(s->listener, 1), 0);
	assert_int_equal(getsockname(s->listener, (struct sockaddr *)address, &len), 0);
	s->udp = socket(AF_INET, SOCK_DGRAM, 0);
	if (bind(s->udp, (struct sockaddr *)address, len) == 0)
		return true;
	close(s->udp);
	close(s->listener);
	return false;
}

void server_open(struct server *s)
{
	while (!open_at_any_port(s))
		;
	be_patient(s->udp);
	be_patient(s->listener);
}

void server_close(struct server *s)
{
	server_hang_up(s);
	close(s->udp);
	close(s->listener);
}

bool server_may_be_asked(const struct server *s)
{
	int fd = socket(s->address.ss_family, SOCK_DGRAM, 0);
	bool may = exchange_mark(fd) == 0;

	close(fd);
	return may;
}

void server_receive(struct server *s)
{
	socklen_t len = sizeof(s->client);
	ssize_t n = recvfrom(
	        s->udp, s->query, sizeof(s->query), 0, (struct sockaddr *)&s->client, &len);

	assert_true(n > 0);
	s->query_len = (size_t)n;
}

bool server_is_quiet(const struct server *s)
{
	uint8_t octet;
	return recv(s->udp, &octet, 1, MSG_DONTWAIT | MSG_PEEK) < 0;
}

void server_respond(struct server *s, size_t at, uint8_t change)
{
	uint8_t response[sizeof(s->query)];

	memcpy(response, s->query, s->query_len);
	response[2] |= 0x80;
	response[at] ^= change;
	assert_int_equal(sendto(s->udp, response, s->query_len, 0, (struct sockaddr *)&s->client,
	                         sizeof(s->client)),
	        s->query_len);
}

void server_accept(struct server *s)
{
	s->connection = accept(s->listener, NULL, NULL);
	assert_true(s->connection >= 0);
	be_patient(s->connection);
}

void server_receive_over_tcp(struct server *s)
{
	uint8_t octets[2 + sizeof(s->query)];
	ssize_t n = recv(s->connection, octets, sizeof(octets), 0);

	assert_true(n > 2);
	s->query_len = (size_t)n - 2;
	assert_int_equal(octets[0] << 8 | octets[1], s->query_len);
	memcpy(s->query, octets + 2, s->query_len);
}

void server_send(struct server *s, const uint8_t *octets, size_t len)
{
	assert_int_equal(send(s->connection, octets, len, MSG_NOSIGNAL), len);
}

void server_hang_up(struct server *s)
{
	if (s->connection >= 0)
		close(s->connection);
	s->connection = -1;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fetch/exchange.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/keyedhash.h"
#include "base/sockaddr.h"
#include "gate/query.h"

#define PREFIX_SIZE     2
#define OPT_UDP_SIZE_AT 3 /* in the OPT, after owner and type */

static uint32_t socket_mark = EXCHANGE_MARK;

void exchange_use_mark(uint32_t mark)
{
	socket_mark = mark;
}

uint32_t exchange_used_mark(void)
{
	return socket_mark;
}

int exchange_mark(int fd)
{
	return setsockopt(fd, SOL_SOCKET, SO_MARK, &socket_mark, sizeof(socket_mark)) < 0 ? -errno
	                                                                                  : 0;
}

int exchange_socket(int family, int type, enum exchange_marking marking)
{
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	int error = exchange_mark(fd);
	if (error == 0 || (error == -EPERM && marking == MARK_IF_ALLOWED))
		return fd;
	close(fd);
	return error;
}

static struct span exchange_query(const struct exchange *e)
{
	return span_of(e->query + PREFIX_SIZE, e->query_len);
}

bool exchange_is_short(int error)
{
	return error == -EMFILE || error == -ENFILE || error == -ENOBUFS || error == -ENOMEM;
}

static void exchange_write_query(
        struct exchange *e, const struct want *want, uint16_t flags, uint16_t udp_size)
{
	struct writer out = writer_over(e->query + PREFIX_SIZE, BUILD_QUERY_MAX);

	build_query(&out, random_u16(), flags, &want->name, want->type, udp_size);
	put_u16(e->query, (uint16_t)out.len);
	e->query_len = out.len;
	e->question_len = out.len - DNS_HEADER_SIZE - QUERY_GROWTH;
}

static void exchange_write_asked(struct exchange *e, const struct exchange_asking *how)
{
	const struct client_query *asked = how->asked;
	uint8_t plain[DNS_HEADER_SIZE + QUESTION_MAX];
	struct writer question = writer_over(plain, sizeof(plain));
	struct writer out = writer_over(e->query + PREFIX_SIZE, BUILD_QUERY_MAX);
	struct message m;

	build_header(&question, random_u16(), how->flags, 1, 0);
	writer_put(&question, span_of(asked->question, asked->question_len));
	message_parse(&m, writer_span(&question), NULL, 0); /* parses, as the client's query did */
	if (how->is_plain)
		writer_put(&out, m.octets);
	else
		query_decorate(&m, &out);
	if (how->is_large && !how->is_plain) /* the OPT is the last record, and has no options */
		writer_patch_u16(&out, out.len - QUERY_GROWTH + OPT_UDP_SIZE_AT, EXCHANGE_LARGE);
	put_u16(e->query, (uint16_t)out.len);
	e->query_len = out.len;
	e->question_len = asked->question_len;
}

/* Looks up the interface of a link-local server that the operator configured. */
static int find_interface(struct sockaddr_storage *server)
{
	const char *name = sockaddr_interface(server);
	unsigned index = name[0] ? if_nametoindex(name) : 0;

	if (!name[0])
		return 0;
	if (index == 0)
		return -ENODEV;
	((struct sockaddr_in6 *)server)->sin6_scope_id = index;
	return 0;
}

static int exchange_open(struct exchange *e, int type, const struct sockaddr_storage *server)
{
	struct sockaddr_storage to = *server;
	int error = find_interface(&to);

	if (error)
		return error;
	int fd = exchange_socket(server->ss_family, type, MARK_IF_ALLOWED);

	if (fd < 0)
		return fd;
	e->fd = fd;
	if (connect(fd, (const struct sockaddr *)&to, sockaddr_size(&to)) < 0 &&
	        errno != EINPROGRESS)
		return -errno;
	return 0;
}

static int exchange_watch(struct exchange *e, int operation, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = e->tag };
	return epoll_ctl(e->epoll_fd, operation, e->fd, &event) < 0 ? -errno : 0;
}

static int exchange_send_udp(struct exchange *e, const struct sockaddr_storage *server)
{
	int result = exchange_open(e, SOCK_DGRAM, server);

	if (result == 0)
		result = exchange_watch(e, EPOLL_CTL_ADD, EPOLLIN);
	if (result == 0 && send(e->fd, e->query + PREFIX_SIZE, e->query_len, 0) < 0)
		result = -errno;
	return result;
}

int exchange_begin_udp(struct exchange *e, int epoll_fd, void *tag,
        const struct sockaddr_storage *server, const struct want *want, uint16_t flags)
{
	*e = (struct exchange){ .fd = -1, .epoll_fd = epoll_fd, .tag = tag };
	exchange_write_query(e, want, flags, QUERY_UDP_SIZE);
	return exchange_send_udp(e, server);
}

int exchange_begin_large(struct exchange *e, int epoll_fd, void *tag,
        const struct sockaddr_storage *server, const struct want *want, uint16_t flags)
{
	*e = (struct exchange){ .fd = -1, .epoll_fd = epoll_fd, .tag = tag };
	exchange_write_query(e, want, flags, EXCHANGE_LARGE);
	return exchange_send_udp(e, server);
}

void exchange_repeat(struct exchange *e)
{
	send(e->fd, e->query + PREFIX_SIZE, e->query_len,
	        0); /* an error shows when the socket is read */
}

static int exchange_connect_tcp(struct exchange *e, const struct sockaddr_storage *server)
{
	int result = exchange_open(e, SOCK_STREAM, server);
	return result < 0 ? result : exchange_watch(e, EPOLL_CTL_ADD, EPOLLOUT);
}

int exchange_begin_tcp(struct exchange *e, int epoll_fd, void *tag,
        const struct sockaddr_storage *server, const struct want *want, uint16_t flags)
{
	*e = (struct exchange){ .fd = -1, .epoll_fd = epoll_fd, .tag = tag, .over_tcp = true };
	exchange_write_query(e, want, flags, QUERY_UDP_SIZE);
	return exchange_connect_tcp(e, server);
}

int exchange_begin_asked(struct exchange *e, int epoll_fd, void *tag,
        const struct sockaddr_storage *server, const struct exchange_asking *how)
{
	*e = (struct exchange){ .fd = -1,
		.epoll_fd = epoll_fd,
		.tag = tag,
		.over_tcp = how->over_tcp,
		.takes_bare_errors = true };
	exchange_write_asked(e, how);
	return how->over_tcp ? exchange_connect_tcp(e, server) : exchange_send_udp(e, server);
}

uint8_t *exchange_take_answer(struct exchange *e)
{
	uint8_t *answer = e->answer;
	e->answer = NULL;
	return answer;
}

void exchange_end(struct exchange *e)
{
	if (e->fd >= 0)
		close(e->fd); /* this removes it from the epoll */
	free(e->answer);
	e->fd = -1;
	e->answer = NULL;
}

static struct span exchange_question(const struct exchange *e)
{
	return span_of(e->query + PREFIX_SIZE + DNS_HEADER_SIZE, e->question_len);
}

/* Compares a message with the query: QR, id, opcode, and the question (RFC 5452, 9.1), but not its
 * letter case. */
static enum exchange_state exchange_match(const struct exchange *e, struct span octets)
{
	struct cursor c = cursor_over(octets), sent = cursor_over(exchange_query(e));
	struct span question = exchange_question(e);

	uint16_t id = cursor_u16(&c), flags = cursor_u16(&c), questions = cursor_u16(&c);
	cursor_take(&c, DNS_HEADER_SIZE - 6);
	if (id != cursor_u16(&sent) || !(flags & FLAG_QR) ||
	        ((flags ^ cursor_u16(&sent)) & OPCODE_MASK) != 0)
		return EXCHANGE_MISMATCHED;
	/* a server that does not understand the query may leave out the question */
	if (questions == 0 && (flags & RCODE_MASK) != RCODE_NOERROR && e->takes_bare_errors)
		return EXCHANGE_ANSWERED;
	if (questions != 1 || !question_is_alike(cursor_take(&c, question.len), question))
		return EXCHANGE_MISMATCHED;
	return flags & FLAG_TC ? EXCHANGE_TRUNCATED : EXCHANGE_ANSWERED;
}

/* Puts the letters of the query back into a message that matches. */
static void exchange_mend_letters(struct exchange *e, uint8_t *octets, size_t len)
{
	struct span question = exchange_question(e);

	if (len < DNS_HEADER_SIZE + question.len || get_u16(octets + 4) == 0 ||
	        memcmp(octets + DNS_HEADER_SIZE, question.base, question.len) == 0)
		return;
	e->has_other_letters = true;
	memcpy(octets + DNS_HEADER_SIZE, question.base, question.len);
}

static bool would_block(void)
{
	return errno == EAGAIN || errno == EINTR;
}

static enum exchange_state exchange_ready_udp(
        struct exchange *e, uint8_t *buffer, struct span *answer, int flags)
{
	ssize_t len = recv(e->fd, buffer, EXCHANGE_ANSWER_MAX, flags);

	if (len < 0)
		return would_block() ? EXCHANGE_WAITING : EXCHANGE_FAILED;
	*answer = span_of(buffer, (size_t)len);
	enum exchange_state state = exchange_match(e, *answer);
	if (state != EXCHANGE_MISMATCHED)
		exchange_mend_letters(e, buffer, (size_t)len);
	return state;
}

/* Sends the rest of the query. When all is sent, epoll waits for the response only. */
static enum exchange_state exchange_send_tcp(struct exchange *e)
{
	size_t whole = PREFIX_SIZE + e->query_len;
	ssize_t n = send(e->fd, e->query + e->sent, whole - e->sent, MSG_NOSIGNAL);

	if (n < 0)
		return would_block() ? EXCHANGE_WAITING : EXCHANGE_FAILED;
	e->sent += (size_t)n;
	if (e->sent == whole && exchange_watch(e, EPOLL_CTL_MOD, EPOLLIN) < 0)
		return EXCHANGE_FAILED;
	return EXCHANGE_WAITING;
}

/* Reads until `whole` octets of prefix and response are there; EXCHANGE_ANSWERED then. */
static enum exchange_state exchange_read_tcp(struct exchange *e, uint8_t *at, size_t whole)
{
	ssize_t n = recv(e->fd, at, whole - e->received, 0);

	if (n <= 0)
		return n < 0 && would_block() ? EXCHANGE_WAITING : EXCHANGE_FAILED;
	e->received += (size_t)n;
	return e->received == whole ? EXCHANGE_ANSWERED : EXCHANGE_WAITING;
}

/* The connection carries one response. If it does not match, or is truncated, no better one
 * follows. */
static enum exchange_state exchange_take_tcp(struct exchange *e, struct span *answer)
{
	*answer = span_of(e->answer, e->received - PREFIX_SIZE);
	if (exchange_match(e, *answer) != EXCHANGE_ANSWERED)
		return EXCHANGE_FAILED;
	exchange_mend_letters(e, e->answer, answer->len);
	return EXCHANGE_ANSWERED;
}

static enum exchange_state exchange_ready_tcp(struct exchange *e, struct span *answer)
{
	if (e->sent < PREFIX_SIZE + e->query_len)
		return exchange_send_tcp(e);
	if (e->received < PREFIX_SIZE) {
		enum exchange_state s = exchange_read_tcp(e, e->prefix + e->received, PREFIX_SIZE);
		return s == EXCHANGE_ANSWERED ? EXCHANGE_WAITING : s;
	}
	size_t len = (size_t)e->prefix[0] << 8 | e->prefix[1];
	if (!e->answer)
		e->answer = malloc(len);
	if (!e->answer || len == 0)
		return EXCHANGE_FAILED;
	if (e->received < PREFIX_SIZE + len) {
		enum exchange_state s = exchange_read_tcp(
		        e, e->answer + e->received - PREFIX_SIZE, PREFIX_SIZE + len);
		if (s != EXCHANGE_ANSWERED)
			return s;
	}
	return exchange_take_tcp(e, answer);
}

enum exchange_state exchange_ready(struct exchange *e, uint8_t *buffer, struct span *answer)
{
	return e->over_tcp ? exchange_ready_tcp(e, answer)
	                   : exchange_ready_udp(e, buffer, answer, 0);
}

enum exchange_state exchange_look(struct exchange *e, uint8_t *buffer, struct span *answer)
{
	if (e->over_tcp)
		return exchange_ready_tcp(e, answer);
	enum exchange_state s = exchange_ready_udp(e, buffer, answer, MSG_PEEK);
	if (s == EXCHANGE_MISMATCHED || s == EXCHANGE_TRUNCATED)
		recv(e->fd, buffer, EXCHANGE_ANSWER_MAX, 0);
	return s;
}

void exchange_rest(struct exchange *e)
{
	epoll_ctl(e->epoll_fd, EPOLL_CTL_DEL, e->fd, NULL);
}

void exchange_wake(struct exchange *e)
{
	exchange_watch(e, EPOLL_CTL_ADD, EPOLLIN); /* if it fails, the try ends by its time */
}

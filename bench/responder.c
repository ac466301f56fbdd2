/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A very cheap DNS server, so that the two cores of a small machine are left to the program under
 * test. It answers over UDP and TCP with prepared responses (respond.h).
 *
 *	responder PREPARED ADDRESS...
 *
 * Prints "ready" and runs until it is killed. */
#include <pthread.h>
#include <sys/epoll.h>

#include "respond.h"
#include "road.h"

#define BATCH         64
#define QUERY_SIZE    512
#define SOCKET_BUFFER (8 << 20)
#define BACKLOG       1024
#define EVENTS        64
#define OUT_SIZE      (1 << 18)

static struct answers answers;

static int fail(const char *what)
{
	fprintf(stderr, "responder: %s: %s\n", what, strerror(errno));
	return -1;
}

static int open_socket(const struct sockaddr_storage *address, int kind)
{
	int fd = socket(address->ss_family, kind | SOCK_CLOEXEC, 0), size = SOCKET_BUFFER, on = 1;

	if (fd < 0)
		return fail("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (kind == SOCK_DGRAM &&
	        setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		return fail("SO_RCVBUFFORCE");
	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0)
		return fail("bind");
	if (kind == SOCK_STREAM && listen(fd, BACKLOG) < 0)
		return fail("listen");
	return fd;
}

/* ---- Datagrams ---- */

/* Receiving and sending share the addresses of a batch: a response goes to the sender of its
 * query. */
struct batch {
	int fd;
	struct sockaddr_storage clients[BATCH];
	uint8_t queries[BATCH][QUERY_SIZE], responses[BATCH][RESPONSE_SIZE];
	struct iovec in_vectors[BATCH], out_vectors[BATCH];
	struct mmsghdr in[BATCH], out[BATCH];
};

static void serve_batch(struct batch *b)
{
	unsigned count = 0;

	for (unsigned i = 0; i < BATCH; i++) {
		b->in_vectors[i] = (struct iovec){ b->queries[i], QUERY_SIZE };
		b->in[i].msg_hdr = (struct msghdr){ .msg_name = &b->clients[i],
			.msg_namelen = sizeof(b->clients[i]),
			.msg_iov = &b->in_vectors[i],
			.msg_iovlen = 1 };
	}
	int n = recvmmsg(b->fd, b->in, BATCH, MSG_WAITFORONE, NULL);
	for (int i = 0; i < n; i++) {
		size_t len = respond(
		        &answers, span_of(b->queries[i], b->in[i].msg_len), b->responses[i]);
		if (len == 0)
			continue;
		b->out_vectors[count] = (struct iovec){ b->responses[i], len };
		b->out[count].msg_hdr = b->in[i].msg_hdr;
		b->out[count].msg_hdr.msg_iov = &b->out_vectors[count];
		count++;
	}
	for (unsigned sent = 0; sent < count;) {
		int done = sendmmsg(b->fd, b->out + sent, count - sent, 0);
		sent += done > 0 ? (unsigned)done : 1; /* a response that cannot be sent is lost */
	}
}

static void *serve_datagrams(void *context)
{
	for (;;)
		serve_batch(context);
	return NULL;
}

/* ---- Streams: one thread has all connections ---- */

struct connection {
	int fd;
	bool is_listener;
	struct framing in;
};

static void watch(int epoll, int fd, bool is_listener)
{
	struct connection *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	*c = (struct connection){ .fd = fd, .is_listener = is_listener };
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };
	epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static void put_response(void *context, struct span query)
{
	struct writer *out = context;
	size_t room = out->capacity - out->len;

	if (room < FRAMING_PREFIX_SIZE + RESPONSE_SIZE)
		return; /* no client here sends so much at once */
	uint8_t *at = out->base + out->len;
	size_t len = respond(&answers, query, at + FRAMING_PREFIX_SIZE);
	if (len == 0)
		return;
	put_u16(at, (uint16_t)len);
	out->len += FRAMING_PREFIX_SIZE + len;
}

/* Answers the queries that came. Returns false at the end of the connection. */
static bool serve_connection(struct connection *c)
{
	static uint8_t responses[OUT_SIZE];
	struct writer out = writer_over(responses, sizeof(responses));

	return road_receive_stream(c->fd, &c->in, put_response, &out) &&
	       (out.len == 0 || send(c->fd, out.base, out.len, MSG_NOSIGNAL) == (ssize_t)out.len);
}

static void *serve_streams(void *context)
{
	int epoll = *(const int *)context;
	struct epoll_event events[EVENTS];

	for (;;) {
		int count = epoll_wait(epoll, events, EVENTS, -1);
		for (int i = 0; i < count; i++) {
			struct connection *c = events[i].data.ptr;
			if (c->is_listener) {
				int fd = accept4(c->fd, NULL, NULL, SOCK_CLOEXEC);
				if (fd >= 0)
					watch(epoll, fd, false);
			} else if (!serve_connection(c)) {
				close(c->fd);
				framing_fini(&c->in);
				free(c);
			}
		}
	}
	return NULL;
}

static bool serve(const char *text, int epoll)
{
	struct sockaddr_storage address;
	struct batch *batch = calloc(1, sizeof(*batch));
	pthread_t thread;

	if (!batch || !address_read(text, &address)) {
		fprintf(stderr, "responder: %s: no address\n", text);
		return false;
	}
	int listener = open_socket(&address, SOCK_STREAM);
	batch->fd = open_socket(&address, SOCK_DGRAM);
	if (listener < 0 || batch->fd < 0 ||
	        pthread_create(&thread, NULL, serve_datagrams, batch) != 0)
		return false;
	watch(epoll, listener, true);
	return true;
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fputs("usage: responder PREPARED ADDRESS...\n", stderr);
		return 2;
	}
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll < 0 || !answers_load(&answers, argv[1]))
		return EXIT_FAILURE;
	for (int i = 2; i < argc; i++) {
		if (!serve(argv[i], epoll))
			return EXIT_FAILURE;
	}
	puts("ready");
	fflush(stdout);
	serve_streams(&epoll);
}

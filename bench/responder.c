/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A DNS server that costs next to nothing, so that the two cores of a small machine are left to
 * what is measured: it answers over UDP with responses that a real server gave before.
 *
 *	responder ADDRESS PREPARED
 *
 * A response is found by the question and the DO bit; with the id and the letter case of the query
 * it is sent. What was not prepared is answered with REFUSED. Says "ready" and runs until it is
 * killed. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <sys/socket.h>

#include "base/writer.h"
#include "prepared.h"
#include "wire/message.h"

#define BATCH         64
#define QUERY_SIZE    512
#define RRS           8 /* a query has an OPT at most */
#define SOCKET_BUFFER (8 << 20)

/* Open addressing; never more than half full. */
struct answers {
	struct answer {
		struct span question, message;
		bool dnssec_ok;
	} * slots;
	uint32_t mask;
};

static uint32_t hash_of(struct span question, bool dnssec_ok)
{
	uint32_t h = 2166136261u + dnssec_ok; /* FNV-1a */

	for (size_t i = 0; i < question.len; i++)
		h = (h ^ (uint32_t)tolower(question.base[i])) * 16777619u;
	return h ^ h >> 15;
}

static bool is_same_question(struct span a, struct span b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		if (tolower(a.base[i]) != tolower(b.base[i]))
			return false;
	}
	return true;
}

/* Returns the slot of the question, or the free one where it belongs. */
static struct answer *find(const struct answers *a, struct span question, bool dnssec_ok)
{
	uint32_t i = hash_of(question, dnssec_ok) & a->mask;

	while (a->slots[i].message.len > 0 &&
	        (a->slots[i].dnssec_ok != dnssec_ok ||
	                !is_same_question(a->slots[i].question, question)))
		i = (i + 1) & a->mask;
	return &a->slots[i];
}

static bool answers_load(struct answers *a, const char *path)
{
	static struct rr rrs[MESSAGE_RRS_MAX];
	struct prepared prepared;
	uint32_t size = 2;

	if (!prepared_load(&prepared, path))
		return false;
	while (size < 2 * prepared.count)
		size *= 2;
	*a = (struct answers){ calloc(size, sizeof(*a->slots)), size - 1 };
	for (unsigned i = 0; a->slots && i < prepared.count; i++) {
		struct message m;
		if (!message_parse(&m, prepared.messages[i], rrs, MESSAGE_RRS_MAX))
			return false;
		*find(a, m.question, m.edns.dnssec_ok) =
		        (struct answer){ m.question, m.octets, m.edns.dnssec_ok };
	}
	return a->slots != NULL;
}

/* Writes the response to a query; returns its length, 0 when the query is none. */
static size_t respond(const struct answers *a, struct span query, uint8_t *out)
{
	struct rr rrs[RRS];
	struct message m;

	if (!message_parse(&m, query, rrs, RRS) || m.flags & FLAG_QR || m.question_count != 1)
		return 0;
	const struct answer *answer = find(a, m.question, m.edns.dnssec_ok);
	if (answer->message.len > 0) {
		memcpy(out, answer->message.base, answer->message.len);
		put_u16(out, m.id);
		memcpy(out + DNS_HEADER_SIZE, m.question.base, m.question.len);
		return answer->message.len;
	}
	struct writer w = writer_over(out, QUERY_SIZE);
	writer_u16(&w, m.id);
	writer_u16(&w, (uint16_t)(FLAG_QR | (m.flags & FLAG_RD) | RCODE_REFUSED));
	writer_u16(&w, 1);
	writer_put(&w, span_of("\0\0\0\0\0\0", 6));
	writer_put(&w, m.question);
	return w.full ? 0 : w.len;
}

static int open_socket(const char *address)
{
	struct sockaddr_in server = { .sin_family = AF_INET, .sin_port = htons(DNS_PORT) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), size = SOCKET_BUFFER;

	if (fd < 0 || inet_pton(AF_INET, address, &server.sin_addr) != 1 ||
	        setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0 ||
	        bind(fd, (const struct sockaddr *)&server, sizeof(server)) < 0) {
		perror("responder");
		return -1;
	}
	return fd;
}

/* The two ends of a batch share the place of the address: a response goes where its query came
 * from. */
struct batch {
	struct sockaddr_in clients[BATCH];
	uint8_t queries[BATCH][QUERY_SIZE], responses[BATCH][UINT16_MAX];
	struct iovec in_vectors[BATCH], out_vectors[BATCH];
	struct mmsghdr in[BATCH], out[BATCH];
};

static void serve_batch(int fd, const struct answers *a, struct batch *b)
{
	unsigned count = 0;

	for (unsigned i = 0; i < BATCH; i++) {
		b->in_vectors[i] = (struct iovec){ b->queries[i], QUERY_SIZE };
		b->in[i].msg_hdr = (struct msghdr){ .msg_name = &b->clients[i],
			.msg_namelen = sizeof(b->clients[i]),
			.msg_iov = &b->in_vectors[i],
			.msg_iovlen = 1 };
	}
	int n = recvmmsg(fd, b->in, BATCH, MSG_WAITFORONE, NULL);
	for (int i = 0; i < n; i++) {
		size_t len = respond(a, span_of(b->queries[i], b->in[i].msg_len), b->responses[i]);
		if (len == 0)
			continue;
		b->out_vectors[count] = (struct iovec){ b->responses[i], len };
		b->out[count].msg_hdr = b->in[i].msg_hdr;
		b->out[count].msg_hdr.msg_iov = &b->out_vectors[count];
		count++;
	}
	for (unsigned sent = 0; sent < count;) {
		int done = sendmmsg(fd, b->out + sent, count - sent, 0);
		sent += done > 0 ? (unsigned)done : 1; /* what cannot be sent is lost */
	}
}

int main(int argc, char **argv)
{
	static struct batch batch;
	struct answers answers;

	if (argc != 3) {
		fputs("usage: responder ADDRESS PREPARED\n", stderr);
		return 2;
	}
	int fd = open_socket(argv[1]);
	if (fd < 0 || !answers_load(&answers, argv[2]))
		return EXIT_FAILURE;
	puts("ready");
	fflush(stdout);
	for (;;)
		serve_batch(fd, &answers, &batch);
}

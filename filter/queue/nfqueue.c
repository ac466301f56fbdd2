/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets in, verdicts out. nfqueue_bind.c binds the queues. */
#include "queue/nfqueue.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>

#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>

/* A verdict message. The attribute with a new packet may follow. */
struct verdict {
	struct nlmsghdr message;
	struct nfgenmsg header;
	struct nlattr attribute;
	struct nfqnl_msg_verdict_hdr verdict;
};

_Static_assert(sizeof(struct verdict) == 32, "it is sent as it lies, without padding");

#define SEND_TRIES 3
#define NOT_ZERO   (1ull << 48) /* set in each id, above the numbers of queue and packet */
#define CACHE_LINE 64
#define EXPECTED   512 /* octets of the next message that are prefetched */

/* A packet that is older than as many others has a verdict: no queue is longer (queue.length). */
#define LANE_LENGTH_MAX 1048576

/* Counts packets that may stay in the kernel without a verdict. From now on each packet gets a
 * verdict of its own, so that none of these passes with others. */
static void nfqueue_fail(struct nfqueue *q, unsigned packets)
{
	stats_add(&q->stats->verdict_errors, packets);
	q->is_uncertain = true;
}

/* Flushes unless `n` octets fit, beside the two messages that nfqueue_flush() may add. */
static void nfqueue_make_room(struct nfqueue *q, size_t n)
{
	if (NFQUEUE_VERDICTS_SIZE - q->verdicts_len < n + 2 * sizeof(struct verdict))
		nfqueue_flush(q);
}

static struct nfqueue_lane *lane_of(struct nfqueue *q, uint64_t id)
{
	return (uint16_t)(id >> 32) == q->queries.number ? &q->queries : &q->responses;
}

static struct verdict *begin_verdict(
        struct nfqueue *q, uint16_t type, uint16_t number, uint32_t id, uint32_t verdict)
{
	struct verdict *v = (struct verdict *)(void *)(q->verdicts + q->verdicts_len);

	*v = (struct verdict){ .message = { .nlmsg_len = sizeof(*v),
		                       .nlmsg_type = (uint16_t)(NFNL_SUBSYS_QUEUE << 8 | type),
		                       .nlmsg_flags = NLM_F_REQUEST },
		.header = { .version = NFNETLINK_V0, .res_id = htons(number) },
		.attribute = { .nla_len = MNL_ATTR_HDRLEN + sizeof(v->verdict),
		        .nla_type = NFQA_VERDICT_HDR },
		.verdict = { .verdict = htonl(verdict), .id = htonl(id) } };
	return v;
}

/* Completes a verdict that covers `packets` packets. */
static void end_verdict(struct nfqueue *q, const struct verdict *v, unsigned packets)
{
	q->verdicts_len += MNL_ALIGN(v->message.nlmsg_len);
	q->verdict_count += packets;
}

/* Begins a verdict for one packet. */
static struct verdict *begin_single(struct nfqueue *q, uint64_t id, uint32_t verdict)
{
	struct nfqueue_lane *lane = lane_of(q, id);

	assert(lane->open > 0);
	lane->open--;
	return begin_verdict(q, NFQNL_MSG_VERDICT, (uint16_t)(id >> 32), (uint32_t)id, verdict);
}

/* One message can accept many packets: the kernel accepts all that it holds up to a packet. So it
 * may hold none among these that still waits, or whose verdict was lost. */
void nfqueue_accept(struct nfqueue *q, uint64_t id)
{
	struct nfqueue_lane *lane = lane_of(q, id);

	if (lane->open == 1 && !q->is_uncertain) {
		lane->open = 0;
		lane->released++;
		lane->released_to = (uint32_t)id;
		return;
	}
	nfqueue_make_room(q, sizeof(struct verdict));
	end_verdict(q, begin_single(q, id, NF_ACCEPT), 1);
}

void nfqueue_drop(struct nfqueue *q, uint64_t id)
{
	nfqueue_make_room(q, sizeof(struct verdict));
	end_verdict(q, begin_single(q, id, NF_DROP), 1);
}

/* The packet is written where it is sent from. An iovec for each packet would save no copy, because
 * a packet is put together from its headers and its message anyway. */
struct writer nfqueue_replacement(struct nfqueue *q)
{
	const size_t head = sizeof(struct verdict) + MNL_ATTR_HDRLEN;

	nfqueue_make_room(q, head + MNL_ALIGN(NFQUEUE_PACKET_MAX));
	return writer_over(q->verdicts + q->verdicts_len + head, NFQUEUE_PACKET_MAX);
}

void nfqueue_accept_replaced(struct nfqueue *q, uint64_t id, const struct writer *packet)
{
	struct verdict *v = begin_single(q, id, NF_ACCEPT);
	struct nlattr *payload = (struct nlattr *)(void *)(v + 1);

	assert((uint8_t *)payload + MNL_ATTR_HDRLEN == packet->base && !packet->full);
	payload->nla_type = NFQA_PAYLOAD;
	payload->nla_len = (uint16_t)(MNL_ATTR_HDRLEN + packet->len);
	v->message.nlmsg_len += MNL_ALIGN(payload->nla_len);
	end_verdict(q, v, 1);
}

/* Accepts the released packets by one message. It comes after the verdicts of the other packets,
 * which it would accept too. */
static void end_release(struct nfqueue *q, struct nfqueue_lane *lane)
{
	if (lane->released == 0)
		return;
	end_verdict(q,
	        begin_verdict(
	                q, NFQNL_MSG_VERDICT_BATCH, lane->number, lane->released_to, NF_ACCEPT),
	        lane->released);
	lane->released = 0;
}

/* The kernel takes the messages before send() returns. If send() fails, mostly because memory is
 * short, the kernel has taken none. */
void nfqueue_flush(struct nfqueue *q)
{
	ssize_t sent = -1;

	end_release(q, &q->responses);
	end_release(q, &q->queries);
	if (q->verdict_count == 0)
		return;
	for (int i = 0; i < SEND_TRIES && sent < 0; i++)
		sent = send(q->fd, q->verdicts, q->verdicts_len, 0);
	if (sent < 0)
		nfqueue_fail(q, q->verdict_count);
	q->verdicts_len = 0;
	q->verdict_count = 0;
}

/* Returns the id: the kernel numbers the packets of each queue with 32 bits, and the header of
 * nfnetlink has the number of the queue. */
static uint64_t id_of(const struct nlmsghdr *message, const struct nfqnl_msg_packet_hdr *packet)
{
	const struct nfgenmsg *header = mnl_nlmsg_get_payload(message);

	return NOT_ZERO | (uint64_t)ntohs(header->res_id) << 32 | ntohl(packet->packet_id);
}

/* Reads one attribute, if it is useful. Its payload has `len` octets. */
static void take_attribute(struct queued *queued, const struct nlmsghdr *message, unsigned type,
        uint8_t *payload, size_t len)
{
	struct nfqnl_msg_packet_hdr header;
	uint32_t interface;

	if (type == NFQA_PACKET_HDR && len >= sizeof(header)) {
		memcpy(&header, payload, sizeof(header));
		queued->id = id_of(message, &header);
		queued->is_forwarded = header.hook == NF_INET_FORWARD;
	} else if (type == NFQA_PAYLOAD) {
		queued->base = payload;
		queued->octets = span_of(payload, len);
	} else if (len == sizeof(interface)) {
		memcpy(&interface, payload, sizeof(interface));
		if (type == NFQA_IFINDEX_INDEV)
			queued->in_interface = ntohl(interface);
		else if (type == NFQA_IFINDEX_OUTDEV)
			queued->out_interface = ntohl(interface);
		else if (type == NFQA_IFINDEX_PHYSINDEV)
			queued->in_port = ntohl(interface);
		else if (type == NFQA_IFINDEX_PHYSOUTDEV)
			queued->out_port = ntohl(interface);
	}
}

/* Reads one packet and calls the handler. A packet without its header can get no verdict. libmnl's
 * parser would call back for each attribute, most of which are useless. */
static void hand_packet(
        struct nfqueue *q, const struct nlmsghdr *message, nfqueue_handler *handler, void *context)
{
	uint8_t *at = mnl_nlmsg_get_payload_offset(message, sizeof(struct nfgenmsg));
	const uint8_t *end = mnl_nlmsg_get_payload_tail(message);
	struct queued queued = { 0 };
	struct nlattr attribute;

	while (end - at >= (ptrdiff_t)sizeof(attribute)) {
		memcpy(&attribute, at, sizeof(attribute));
		if (attribute.nla_len < sizeof(attribute) || attribute.nla_len > end - at)
			break;
		take_attribute(&queued, message, attribute.nla_type & NLA_TYPE_MASK,
		        at + sizeof(attribute), attribute.nla_len - sizeof(attribute));
		at += MNL_ALIGN(attribute.nla_len);
	}
	if (queued.id == 0) {
		nfqueue_fail(q, 1);
		return;
	}
	struct nfqueue_lane *lane = lane_of(q, queued.id);
	lane->handed++;
	lane->open++;
	if (lane->kept)
		lane->kept->newest = queued.id;
	handler(context, &queued);
}

/* Takes an error message, which is about a verdict, or in theory about a length limit. ENOENT: the
 * packet is gone, perhaps because its interface went down, so it does not wait for a verdict. */
static void take_error(struct nfqueue *q, const struct nlmsghdr *message)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(message);

	if (message->nlmsg_len >= MNL_NLMSG_HDRLEN + sizeof(*error) && error->error == -ENOENT)
		stats_count(&q->stats->verdict_errors);
	else
		nfqueue_fail(q, 1);
}

void nfqueue_read(
        struct nfqueue *q, const void *messages, int len, nfqueue_handler *handler, void *context)
{
	const int packet_type = NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET;

	for (const struct nlmsghdr *m = messages; mnl_nlmsg_ok(m, len);
	        m = mnl_nlmsg_next(m, &len)) {
		if (m->nlmsg_type == packet_type)
			hand_packet(q, m, handler, context);
		else if (m->nlmsg_type == NLMSG_ERROR)
			take_error(q, m);
	}
	if (len > 0)
		nfqueue_fail(q, 1); /* a message that was cut off */
}

int nfqueue_receive(struct nfqueue *q)
{
	int n = recvmmsg(q->fd, q->messages, NFQUEUE_BATCH, MSG_DONTWAIT, NULL);

	if (n < 0) {
		if (errno == ENOBUFS)
			stats_count(&q->stats->queue_overruns);
		else if (errno != EAGAIN && errno != EINTR)
			return -errno;
		return 0;
	}
	return n;
}

/* Prefetches a message while the one before is handled. The processor fetches the end of a long
 * message by itself when its beginning is read. */
static void expect_message(const uint8_t *message, size_t len)
{
	for (size_t at = 0; at < len && at < EXPECTED; at += CACHE_LINE)
		__builtin_prefetch(message + at);
}

/* Notes in the memory for the successor which packets waited when the predecessor died: once the
 * socket was read to its end, they were all handed over. */
static void mark_suspects(struct nfqueue_kept_lane *kept, bool is_read_out)
{
	if (kept->suspects == SUSPECTS_UNREAD && is_read_out) {
		kept->suspects_to = kept->newest;
		kept->suspects = kept->newest ? SUSPECTS_KNOWN : SUSPECTS_NONE;
	} else if (kept->suspects == SUSPECTS_KNOWN &&
	           (uint32_t)(kept->newest - kept->suspects_to) > LANE_LENGTH_MAX) {
		kept->suspects = SUSPECTS_NONE;
	}
}

void nfqueue_hand_over(struct nfqueue *q, int count, nfqueue_handler *handler, void *context)
{
	for (int i = 0; i < count; i++) {
		if (i + 1 < count)
			expect_message(q->vectors[i + 1].iov_base, q->messages[i + 1].msg_len);
		nfqueue_read(
		        q, q->vectors[i].iov_base, (int)q->messages[i].msg_len, handler, context);
	}
	if (q->responses.kept) {
		mark_suspects(q->responses.kept, count < NFQUEUE_BATCH);
		mark_suspects(q->queries.kept, count < NFQUEUE_BATCH);
	}
}

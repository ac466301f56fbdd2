/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The queue at work: packets in, verdicts out. How it is bound stands in nfqueue_bind.c. */
#include "path/nfqueue.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>

#include <libmnl/libmnl.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>

/* A verdict message: netlink's and nfnetlink's headers and one attribute. A packet may follow. */
#define VERDICT_SIZE                                                                               \
	(MNL_NLMSG_HDRLEN + MNL_ALIGN(sizeof(struct nfgenmsg)) + MNL_ATTR_HDRLEN +                 \
	        MNL_ALIGN(sizeof(struct nfqnl_msg_verdict_hdr)))
#define SEND_TRIES 3

static void make_room(struct nfqueue *q, size_t n)
{
	if (NFQUEUE_VERDICTS_SIZE - q->verdicts_len < n)
		nfqueue_flush(q);
}

static struct nlmsghdr *begin_verdict(struct nfqueue *q, uint64_t id, int verdict)
{
	char *at = (char *)q->verdicts + q->verdicts_len;
	struct nlmsghdr *message = nfq_nlmsg_put(at, NFQNL_MSG_VERDICT, (uint16_t)(id >> 32));

	nfq_nlmsg_verdict_put(message, (int)(uint32_t)id, verdict);
	return message;
}

static void end_verdict(struct nfqueue *q, const struct nlmsghdr *message)
{
	q->verdicts_len += MNL_ALIGN(message->nlmsg_len);
	q->verdict_count++;
}

void nfqueue_accept(struct nfqueue *q, uint64_t id)
{
	make_room(q, VERDICT_SIZE);
	end_verdict(q, begin_verdict(q, id, NF_ACCEPT));
}

void nfqueue_drop(struct nfqueue *q, uint64_t id)
{
	make_room(q, VERDICT_SIZE);
	end_verdict(q, begin_verdict(q, id, NF_DROP));
}

/* The packet is written to the place that it is sent from. A vector for each would spare no copy:
 * a packet must be put together from its headers and its message anyhow. */
struct writer nfqueue_replacement(struct nfqueue *q)
{
	const size_t head = VERDICT_SIZE + MNL_ATTR_HDRLEN;

	make_room(q, head + MNL_ALIGN(NFQUEUE_PACKET_MAX));
	return writer_over(q->verdicts + q->verdicts_len + head, NFQUEUE_PACKET_MAX);
}

void nfqueue_accept_replaced(struct nfqueue *q, uint64_t id, const struct writer *packet)
{
	struct nlmsghdr *message = begin_verdict(q, id, NF_ACCEPT);
	struct nlattr *payload = mnl_nlmsg_get_payload_tail(message);

	assert(mnl_attr_get_payload(payload) == packet->base && !packet->full);
	payload->nla_type = NFQA_PAYLOAD;
	payload->nla_len = (uint16_t)(MNL_ATTR_HDRLEN + packet->len);
	message->nlmsg_len += MNL_ALIGN(payload->nla_len);
	end_verdict(q, message);
}

/* The kernel takes the messages before send() returns. Where it cannot, for want of memory mostly,
 * it has taken none. */
void nfqueue_flush(struct nfqueue *q)
{
	ssize_t sent = -1;

	if (q->verdict_count == 0)
		return;
	for (int i = 0; i < SEND_TRIES && sent < 0; i++)
		sent = send(q->fd, q->verdicts, q->verdicts_len, 0);
	for (unsigned i = 0; sent < 0 && i < q->verdict_count; i++)
		stats_count(&q->stats->verdict_errors);
	q->verdicts_len = 0;
	q->verdict_count = 0;
}

/* The kernel counts the packets of each queue from 1 on; nfnetlink's header tells the queue. */
static uint64_t id_of(const struct nlmsghdr *message, const struct nfqnl_msg_packet_hdr *packet)
{
	const struct nfgenmsg *header = mnl_nlmsg_get_payload(message);

	return (uint64_t)ntohs(header->res_id) << 32 | ntohl(packet->packet_id);
}

/* One packet; what lacks the header or the payload has no verdict to be given. */
static void hand_packet(const struct nlmsghdr *message, nfqueue_handler *handler, void *context)
{
	struct nlattr *attributes[NFQA_MAX + 1] = { NULL };
	struct queued queued = { 0 };

	if (nfq_nlmsg_parse(message, attributes) < 0 || !attributes[NFQA_PACKET_HDR])
		return;
	const struct nfqnl_msg_packet_hdr *header =
	        mnl_attr_get_payload(attributes[NFQA_PACKET_HDR]);
	queued.id = id_of(message, header);
	queued.is_forwarded = header->hook == NF_INET_FORWARD;
	if (attributes[NFQA_IFINDEX_INDEV])
		queued.in_interface = ntohl(mnl_attr_get_u32(attributes[NFQA_IFINDEX_INDEV]));
	if (attributes[NFQA_IFINDEX_OUTDEV])
		queued.out_interface = ntohl(mnl_attr_get_u32(attributes[NFQA_IFINDEX_OUTDEV]));
	if (attributes[NFQA_PAYLOAD]) {
		queued.base = mnl_attr_get_payload(attributes[NFQA_PAYLOAD]);
		queued.octets =
		        span_of(queued.base, mnl_attr_get_payload_len(attributes[NFQA_PAYLOAD]));
	}
	handler(context, &queued);
}

/* The only errors that come unasked are those of verdicts. */
void nfqueue_read(
        struct nfqueue *q, const void *messages, int len, nfqueue_handler *handler, void *context)
{
	const int packet_type = NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET;

	for (const struct nlmsghdr *m = messages; mnl_nlmsg_ok(m, len);
	        m = mnl_nlmsg_next(m, &len)) {
		if (m->nlmsg_type == packet_type)
			hand_packet(m, handler, context);
		else if (m->nlmsg_type == NLMSG_ERROR)
			stats_count(&q->stats->verdict_errors);
	}
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

void nfqueue_hand_over(struct nfqueue *q, int count, nfqueue_handler *handler, void *context)
{
	for (int i = 0; i < count; i++)
		nfqueue_read(
		        q, q->vectors[i].iov_base, (int)q->messages[i].msg_len, handler, context);
}

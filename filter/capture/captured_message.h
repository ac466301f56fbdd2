/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A DNS message found in a capture, and the counters of what was found and lost. */
#ifndef CAPTURE_CAPTURED_MESSAGE_H
#define CAPTURE_CAPTURED_MESSAGE_H

#include "base/span.h"

/* A place in a capture. */
struct moment {
	uint64_t packet; /* its number in the file, from 1; includes frames without IP */
	int64_t time_s;  /* since 1970, from the capture */
	uint32_t time_us;
};

/* A DNS message to or from port 53. It has at least the 12 octets of a header, and may be malformed
 * otherwise. */
struct captured_message {
	struct moment at; /* the packet that completed the message */
	uint8_t version;  /* of IP */
	bool over_tcp;
	struct span source, destination; /* 4 or 16 octets each */
	uint16_t source_port, destination_port;
	struct span message;
};

/* Called with each message as it is found. All spans are valid until the handler returns. */
typedef void captured_message_handler(void *context, const struct captured_message *seen);

/* One line for each counter: member, description, and true if DNS messages may be lost by it. Parts
 * of packets and datagrams are counted for any port, because the ports may be missing. */
#define CAPTURE_COUNTS(X)                                                                          \
	X(packets, "IP packets", false)                                                            \
	X(messages, "DNS messages", false)                                                         \
	X(other, "packets of other protocols or ports than DNS", false)                            \
	X(cut, "packets that the capture cut short (any port)", true)                              \
	X(malformed, "packets with a malformed IP, UDP or TCP header", true)                       \
	X(runts, "messages shorter than a DNS header", true)                                       \
	X(fragments, "fragments", false)                                                           \
	X(fragments_refused, "datagrams whose fragments overlap or do not fit (any port)", true)   \
	X(fragments_lost, "datagrams with missing fragments (any port)", true)                     \
	X(stream_gaps, "gaps in TCP streams", true)                                                \
	X(stream_unplaced, "TCP segments behind a gap, or of a stream that began before", true)    \
	X(streams_evicted, "TCP streams given up: too many at a time, or too many octets", true)

struct capture_counts {
#define X(name, help, is_loss) uint64_t name;
	CAPTURE_COUNTS(X)
#undef X
};

#endif

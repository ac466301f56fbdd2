/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads IP packets from a capture file (pcap or pcapng) or from an interface, with libpcap.
 * Supports the link types of link.h. Sends nothing. */
#ifndef CAPTURE_CAPTURE_H
#define CAPTURE_CAPTURE_H

#include "base/complaint.h"
#include "capture/captured_message.h"

#define CAPTURE_SNAP_LENGTH 65535             /* octets of a frame taken from a live interface */
#define CAPTURE_BUFFER_SIZE (8 * 1024 * 1024) /* octets that the kernel may buffer */
#define CAPTURE_WAIT_MS     100               /* for which it may hold packets back, to batch */

struct capture;

/* True if this build has libpcap; without it nothing can be opened. */
bool capture_is_built(void);

/* A captured frame that carries IP. */
struct frame {
	struct moment at;
	struct span ip; /* valid until the next call; may be cut short or padded */
};

/* Opens a file; "-" is standard input. Returns NULL if the file cannot be read, is not a capture,
 * or has an unsupported link type; `error` then names the file. */
struct capture *capture_open_file(const char *path, struct complaint *error);

/* Opens an interface ("any" for all) for packets to and from port 53, and for fragments. Does not
 * use promiscuous mode: sealgate can only filter packets that pass this host. Returns NULL with
 * `error` on failure. */
struct capture *capture_open_live(const char *interface, struct complaint *error);

/* Opens an interface for the packets only that sockets of this machine with the bits of `mark` send
 * to port 53. Each of them can be read as soon as it is sent. Returns NULL with `error` on
 * failure. */
struct capture *capture_open_marked(const char *interface, uint32_t mark, struct complaint *error);

void capture_close(struct capture *c);

/* Returns 1 and the next IP packet in `frame`; 0 at the end of the file, or if no packet waits on
 * the interface; -1 on an error, which capture_error() explains. A truncated file yields its
 * complete packets, then -1. */
int capture_next(struct capture *c, struct frame *frame);

/* Returns the last error, which names the file or interface; valid until capture_close(). */
const char *capture_error(const struct capture *c);

/* Returns a descriptor that is readable when packets may wait on the interface; -1 for a file. */
int capture_fd(const struct capture *c);

/* Returns the number of packets that the kernel dropped before they were read; 0 for a file. */
uint64_t capture_lost(const struct capture *c);

#endif

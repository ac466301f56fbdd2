/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IP packets from a capture file (pcap or pcapng) or from a live interface, through libpcap. Link
 * types are those of link.h. Nothing is ever sent. */
#ifndef CAPTURE_CAPTURE_H
#define CAPTURE_CAPTURE_H

#include "base/complaint.h"
#include "capture/captured_message.h"

#define CAPTURE_SNAP_LENGTH 65535             /* octets of a frame taken from a live interface */
#define CAPTURE_BUFFER_SIZE (8 * 1024 * 1024) /* octets that the kernel holds for us meanwhile */
#define CAPTURE_WAIT_MS     100               /* that it may hold a packet back to batch it */

struct capture;

/* False if this build has no libpcap: then nothing can be opened. */
bool capture_is_built(void);

/* A captured frame that carries IP. */
struct frame {
	struct moment at;
	struct span ip; /* valid until the next call; perhaps cut, perhaps padded */
};

/* Opens a file; "-" is standard input. Returns NULL with a sentence in `error`, which names the
 * file, when it cannot be read, is no capture, or has a link type that is not known. */
struct capture *capture_open_file(const char *path, struct complaint *error);

/* Opens an interface ("any" for all), for packets to and from port 53 and for fragments. It is not
 * made promiscuous: what passes this host is what it could filter. Returns NULL with a sentence in
 * `error`. */
struct capture *capture_open_live(const char *interface, struct complaint *error);

void capture_close(struct capture *c);

/* Returns 1 with the next IP packet in `frame`; 0 at the end of the file, or when none waits on
 * the interface; -1 with the reason in capture_error(). A file that is cut short gives all packets
 * that are complete, then -1. */
int capture_next(struct capture *c, struct frame *frame);

/* A sentence that names the file or interface; valid until capture_close(). */
const char *capture_error(const struct capture *c);

/* Readable when packets may wait on a live interface; -1 for a file. */
int capture_fd(const struct capture *c);

/* Frames seen in which there was no IP packet. */
uint64_t capture_skipped(const struct capture *c);

/* Packets that the kernel dropped before they were read, so far; 0 for a file. */
uint64_t capture_lost(const struct capture *c);

#endif

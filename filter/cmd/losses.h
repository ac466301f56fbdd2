/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adds up and logs what capture/ counted and could not deliver whole, so that it was not judged:
 * packets that were dropped or cut short, and datagrams and streams with missing parts. */
#ifndef CMD_LOSSES_H
#define CMD_LOSSES_H

#include "capture/capture.h"
#include "capture/dissect.h"

/* All zero at first. */
struct losses {
	uint64_t dropped; /* packets that the kernel dropped before they were read */
	struct capture_counts counts;
};

/* Adds the losses of a capture that has been read, or of an interface until now. */
void losses_add(struct losses *l, const struct capture *c, const struct dissector *dissector);

/* Logs a warning for each kind of loss that occurred. */
void losses_tell(const struct losses *l);

#endif

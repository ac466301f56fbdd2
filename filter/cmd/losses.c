/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/losses.h"

#include <inttypes.h>

#include "base/log.h"

void losses_add(struct losses *l, const struct capture *c, const struct traffic *traffic)
{
	const struct traffic_counts *counts = traffic_counts(traffic);

	l->dropped += capture_lost(c);
#define X(name, help, is_loss) l->counts.name += counts->name;
	TRAFFIC_COUNTS(X)
#undef X
}

static void tell(uint64_t count, const char *what)
{
	if (count > 0)
		log_warning("not judged: %s: %" PRIu64, what, count);
}

void losses_tell(const struct losses *l)
{
	tell(l->dropped, "packets that the kernel dropped before they were read "
	                 "(capture to a file, and check that)");
#define X(name, help, is_loss) tell(is_loss ? l->counts.name : 0, help);
	TRAFFIC_COUNTS(X)
#undef X
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/losses.h"

#include <inttypes.h>

#include "base/log.h"

void losses_add(struct losses *l, const struct capture *c, const struct dissector *dissector)
{
	const struct capture_counts *counts = dissect_counts(dissector);

	l->dropped += capture_lost(c);
#define X(name, help, is_loss) l->counts.name += counts->name;
	CAPTURE_COUNTS(X)
#undef X
}

static void tell_loss(uint64_t count, const char *what)
{
	if (count > 0)
		log_warning("not judged: %s: %" PRIu64, what, count);
}

void losses_tell(const struct losses *l)
{
	tell_loss(l->dropped, "packets that the kernel dropped before they were read "
	                      "(capture to a file, then check the file)");
#define X(name, help, is_loss) tell_loss(is_loss ? l->counts.name : 0, help);
	CAPTURE_COUNTS(X)
#undef X
}

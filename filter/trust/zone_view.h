/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Zones as the store knows them, for an operator who asks. Looking changes nothing. */
#ifndef TRUST_ZONE_VIEW_H
#define TRUST_ZONE_VIEW_H

#include "trust/store.h"

struct zone_view {
	struct name name;
	struct outcome outcome;
	int64_t until_s;
	bool has_keys; /* its own keys are known, and not its DS alone */
};

/* Says what is known of the name of a fact as a zone. If its keys or its DS are known, a source
 * that failed to prove them does not count. Returns false if no zone is known to begin there. */
bool zone_view_of(
        const struct store *s, const struct fact *fact, int64_t now_s, struct zone_view *view);

#endif

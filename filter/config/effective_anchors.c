/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/effective_anchors.h"

#include <stdlib.h>

#include "base/complaint.h"
#include "base/log.h"
#include "config/trust_anchors.h"
#include "config/anchor_file.h"

static void read_learned(struct trust_points *points, const char *path, struct crypto *crypto)
{
	struct complaint error;

	if (anchor_file_read(points, path, crypto, &error) == ANCHOR_FILE_DAMAGED)
		log_warning("%s; judging by the anchors of trust_anchor, without those that the "
		            "file says "
		            "are revoked",
		        error.text);
}

struct anchors *effective_anchors(const struct config *c, int64_t now_s, struct complaint *error)
{
	struct anchors *configured = trust_anchors_load(c->trust_anchor, error);
	struct anchors *in_force = NULL;

	if (!configured || !c->rollover)
		return configured;
	struct trust_points *points = calloc(1, sizeof(*points));
	struct crypto *crypto = crypto_new();
	if (points && crypto) {
		read_learned(points, c->trust_anchor_state, crypto);
		trust_points_configure(points, configured, now_s);
		in_force = trust_points_anchors(points);
	}
	if (!in_force)
		complaint_set(error, "out of memory");
	crypto_free(crypto);
	free(points);
	anchors_free(configured);
	return in_force;
}

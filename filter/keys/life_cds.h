/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When the parent of a zone is to be told that the zone's CDS records have changed (RFC 9859). */
#ifndef KEYS_LIFE_CDS_H
#define KEYS_LIFE_CDS_H

#include "keys/life_look.h"

/* Returns true once a change: every server of the zone shows the CDS set that the state asks for,
 * the parent has another DS set, and it was not told of this one. Then `told` is that set, by tags;
 * the delete record has the tag 0. Begin with an empty `told`. When the parent has followed, `told`
 * is empty again. */
bool life_cds_is_news(const struct life *life, const struct life_policy *policy,
        const struct life_observation *look, struct life_tags *told);

#endif

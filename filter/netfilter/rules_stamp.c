/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netfilter/rules_stamp.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/keyedhash.h"

/* The key is no secret: `rules apply` and the daemon are two processes that must agree. */
void rules_stamp(const char *rules, char stamp[static RULES_STAMP_SIZE])
{
	static const struct hash_key key;
	struct span text = { (const uint8_t *)rules, strlen(rules) };

	snprintf(stamp, RULES_STAMP_SIZE, "%08" PRIX32, (uint32_t)keyed_hash(&key, text));
}

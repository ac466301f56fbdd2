/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why somebody has to act, and what to do, in words. */
#ifndef KEYS_LIFE_NEEDS_H
#define KEYS_LIFE_NEEDS_H

#include "keys/life_word.h"

#define LIFE_NEEDS_COUNT 14

/* The names of the two alarms, which are those of Amazon Route 53. */
#define LIFE_ALARM_FAILED "DNSSECInternalFailure"
#define LIFE_ALARM_NEEDS  "DNSSECKeySigningKeysNeedingAction"

/* Returns the sentence for the need 1 << `bit`. */
const char *life_need_text(unsigned bit);

/* Writes the sentences of all needs, with "; " in between. Returns false if there is none. */
bool life_needs_tell(unsigned needs, struct complaint *sentences);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the zones of a keeper are, in words and counts: short, for a reader who asks about the whole
 * machine. */
#ifndef DAEMON_KEEPER_WORDS_H
#define DAEMON_KEEPER_WORDS_H

#include "daemon/control.h"
#include "keeper/keeper.h"

/* Adds how many zones each word of life_word_text() is said of, as "kept_waiting_for_the_parent"
 * and the like, and "kept": a row for each zone that needs somebody, while the reply has room. */
void keeper_words_add(const struct keeper *k, struct control_reply *reply);

#endif

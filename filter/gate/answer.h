/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answer as a whole: which RRsets it consists of, and what it denies. Private to gate/. */
#ifndef GATE_ANSWER_H
#define GATE_ANSWER_H

#include "gate/judging.h"

/* Judges the whole answer of a response to a question of class IN: follows CNAMEs and DNAMEs,
 * proves what is denied. Returns false when something is wanted first. */
bool judge_answer(struct judging *j, const struct client_query *asked);

/* Judges what is in authority and additional beyond the answer, with what is known already: it is
 * left out where it cannot be proved, and never makes the answer worse. */
void judge_extras(struct judging *j);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answer as a whole: its RRsets, and what it denies. Private to gate/. */
#ifndef GATE_ANSWER_H
#define GATE_ANSWER_H

#include "gate/judging.h"

/* Judges the whole answer of a response to a question of class IN: follows CNAMEs and DNAMEs, and
 * proves what is denied. Returns false if something is wanted first. */
bool judge_answer(struct judging *j, const struct client_query *asked);

/* Judges the other RRsets of all sections with what is known already. Leaves out what cannot be
 * proved; never makes the answer's outcome worse. */
void judge_extras(struct judging *j, const struct client_query *asked);

#endif

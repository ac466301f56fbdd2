/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The second answer to a question whose first answer is refused. Whether it is worth a query, and
 * within which limits: worker/once_more.h. Private to worker/. */
#ifndef WORKER_SECOND_ANSWER_H
#define WORKER_SECOND_ANSWER_H

#include "worker/arrival.h"

/* Asks the question once more, before the client gets SERVFAIL. To be called when the response has
 * had its grace: if a forgery came first, the genuine response follows by itself. Returns false if
 * the response is to be settled. */
bool second_answer_is_asked(
        struct arrivals *all, struct arrival *a, const struct gate_result *result);

/* Puts the second answer in the place of the first one. An error answers nothing. */
void second_answer_take(struct arrivals *all, struct arrival *a);

/* Learns from a judgement whether asking once more has helped. */
void second_answer_note(
        struct arrivals *all, const struct arrival *a, const struct gate_result *result);

#endif

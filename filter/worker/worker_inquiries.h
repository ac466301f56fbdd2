/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a worker answers an inquiry from what it knows. Private to worker/. */
#ifndef WORKER_WORKER_INQUIRIES_H
#define WORKER_WORKER_INQUIRIES_H

#include "worker/inquiry.h"

/* Answers, in the thread of the worker, while nothing points into the store. */
void worker_answer(struct worker *w, struct inquiry *q);

#endif

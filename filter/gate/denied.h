/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The denial in a response: whether it is proved. Private to gate/. */
#ifndef GATE_DENIED_H
#define GATE_DENIED_H

#include "gate/judging.h"

/* Judges the denial of `name`, or of its `type`. Returns false if something is wanted first. */
bool judge_denial(struct judging *j, const struct name *name, uint16_t type);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Responses that say nothing, as servers that block names send them (Pi-hole, AdGuard, RPZ). */
#ifndef GATE_SILENT_H
#define GATE_SILENT_H

#include "wire/message.h"

/* True if the response holds no answer, or only the addresses 0.0.0.0 and ::. It is not judged: an
 * attacker who sends such a response keeps an answer away, and no more than that may hang on it. */
bool response_is_silent(const struct message *m);

/* True also if aliases, and their signatures, come before that. A filter that takes addresses away
 * (filter-AAAA of dnsmasq, private-address of unbound) leaves the aliases to them. */
bool response_ends_silent(const struct message *m);

#endif

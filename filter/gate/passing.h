/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of a judgement: which records of the response pass, with which flags, and in which size;
 * or the SERVFAIL in its place. Private to gate/. */
#ifndef GATE_PASSING_H
#define GATE_PASSING_H

#include "gate/judging.h"

/* Sends the response on, with the records that the client may see and asked for, as far as the
 * exemption in `result` allows. Fills the verdict and the octets of `result`; a SERVFAIL if the
 * response cannot be written. If nothing was judged, `j` has no message. */
void passing_send(struct gate *g, struct judging *j, const struct message *m,
        const struct client_query *asked, struct writer *out, struct gate_result *result);

/* Refuses the response, for the outcome in `result`: writes the SERVFAIL. `flags` are those of the
 * response, or 0. */
void passing_refuse(const struct client_query *asked, uint16_t flags, struct writer *out,
        struct gate_result *result);

#endif

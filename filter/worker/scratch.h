/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Room for one DNS message: its records while it is read, its octets while it is written. Each
 * party that treats messages has its own scratch, so the content stays valid until the same party
 * takes the next message. Private to worker/. */
#ifndef WORKER_SCRATCH_H
#define WORKER_SCRATCH_H

#include <errno.h>
#include <stdlib.h>

#include "base/writer.h"
#include "fetch/exchange.h"
#include "wire/message.h"

struct scratch {
	struct rr *rrs;  /* MESSAGE_RRS_MAX */
	uint8_t *octets; /* EXCHANGE_ANSWER_MAX */
};

static inline struct rr *scratch_rrs_new(void)
{
	return calloc(MESSAGE_RRS_MAX, sizeof(struct rr));
}

/* Returns 0 or -ENOMEM; scratch_fini() in both cases. */
static inline int scratch_init(struct scratch *s)
{
	s->rrs = scratch_rrs_new();
	s->octets = malloc(EXCHANGE_ANSWER_MAX);
	return s->rrs && s->octets ? 0 : -ENOMEM;
}

static inline void scratch_fini(struct scratch *s)
{
	free(s->rrs);
	free(s->octets);
	*s = (struct scratch){ 0 };
}

/* Parses a message that lies elsewhere; `m` borrows from both. Octets after its end are
 * left out: a caller that sends the message on sends m->octets. */
static inline bool scratch_parse(const struct scratch *s, struct span octets, struct message *m)
{
	return message_parse(m, octets, s->rrs, MESSAGE_RRS_MAX) ||
	       message_parse(m, message_trim(octets), s->rrs, MESSAGE_RRS_MAX);
}

static inline struct writer scratch_writer(const struct scratch *s)
{
	return writer_over(s->octets, EXCHANGE_ANSWER_MAX);
}

#endif

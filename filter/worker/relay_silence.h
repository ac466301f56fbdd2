/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a client is told whose server is silent, where the worker signs. */
#ifndef WORKER_RELAY_SILENCE_H
#define WORKER_RELAY_SILENCE_H

struct question;
struct side;
struct worker;

/* Answers what is due. */
void relay_end_silence(struct worker *w);

/* Has the kernel give up a server that does not take the connection before the client does. */
void relay_hurry(const struct side *server);

#endif

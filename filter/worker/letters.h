/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Responses whose question has other letters than the client's: www.example for wWw.eXample. Some
 * servers change them all to lower case (cloudflared, appliances). Names are equal in any case (RFC
 * 4343), so such a response is an answer, and the client gets its own letters back.
 *
 * But some clients use the letters against forgery ("0x20": unbound's use-caps-for-id, dnsmasq). An
 * attacker who does not see the query must guess them as well as port and id. If sealgate took a
 * response with other letters, and put the client's own back, it would do the guessing for the
 * attacker. So over UDP the letters count, until the server itself has shown that it changes them:
 * in a response to a query of sealgate's own (REASK_LETTERS), with a fresh id and port, or on a
 * connection. The client gets the response to that query. So wrong letters gain the attacker
 * nothing but the right to guess another id and port.
 *
 * If the server later sends mixed letters back as they were, which nobody can who has not seen the
 * query, the letters count again. An attacker who sees the queries can have a server counted as
 * changing letters; letters never protected against this attacker. */
#ifndef WORKER_LETTERS_H
#define WORKER_LETTERS_H

#include "worker/arrival.h"

/* Where a response came. */
enum letters_from { LETTERS_FROM_PACKET, LETTERS_FROM_CONNECTION };

enum letters {
	LETTERS_SAME,     /* they are the client's */
	LETTERS_PUT_BACK, /* the client's were put back into `octets` */
	LETTERS_AS_CAME, /* nothing is put back: the client, which may check the letters, decides */
	/* it may be a forgery: ask the server again, and do nothing else with it */
	LETTERS_DOUBTED,
};

/* Looks at the letters of a response that matches the query of `a` in any case, and counts it.
 * `octets` are those of the response, or a copy. */
enum letters letters_look(struct arrivals *all, const struct arrival *a,
        const struct message *response, uint8_t *octets, enum letters_from from);

/* Learns from a response to REASK_LETTERS. */
void letters_answered(struct arrivals *all, const struct parked *parked);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions of the signer's own: the server is asked for the SOA of a zone, or whether a name is a
 * zone cut, before the client gets an answer. Private to sign/.
 *
 * Nothing at or below a cut is signed, and validators take unsigned data of a signed zone for
 * Bogus. So a cut must not be learned from a server's slip. A referral shows a cut. An SOA below
 * the apex, or NS beside an answer, only raises a suspicion: load balancers write such records with
 * the name of the question. Then the server is asked for the NS of the suspected name. Some servers
 * say NS for every name. So before such NS are believed, the server is asked for the NS of a name
 * below that cannot exist. If a wildcard makes an alias of that name, the server is asked for the
 * SOA of the suspected name. A suspicion is refuted for SIGN_REFUTED_S by silence, by an error, by
 * NS of the name that cannot exist, or by a missing SOA.
 *
 * Anybody who finds a name for which the server slips can make the signer ask: at most three
 * questions for this name and hour. Only the server can have a cut believed that is none.
 *
 * A question of the signer's own takes the place of the client's. Over UDP the client gets TC=1.
 * Over TCP the client's question follows. */
#ifndef SIGN_SIGN_DOUBT_H
#define SIGN_SIGN_DOUBT_H

#include "sign/signer_private.h"

/* The label below a suspected name, of a name that does not exist there. */
#define SIGN_PROBE_LABEL "_sealgate-no-such-name"

enum cut_doubt { CUT_NO, CUT_YES, CUT_DOUBT };

/* Reads whether the response shows a zone cut between the zone and the last name of the walk.
 * Learns a cut that it shows. On CUT_DOUBT, job->first is the question that settles it. */
enum cut_doubt doubt_about_cut(struct sign_job *job, const struct signer_walk *w);

/* Asks for the SOA of the zone first. Always returns false, with job->trouble. */
bool first_learn_soa(struct sign_job *job, const struct sign_zone *zone);

/* The question that must come before one for `qname`, if the memory knows of any. */
bool doubt_pending(struct signer *s, const struct name *qname, const struct sign_zone *zone,
        int64_t now_s, struct sign_step *step);

/* To be called if the server has an error for the question, or nothing at all. If the client asked
 * for DS or another type of DNSSEC, the server was asked for NS or SOA. Some servers refuse these
 * for names inside a zone. That says nothing of the name, so the server is asked for A instead: a
 * referral, a denial or an answer tells the same. Returns true with that question; false if the
 * server was asked for something else, or for the apex. */
bool doubt_asks_otherwise(struct sign_job *job, struct sign_step *next);

/* The type that the server is asked for if the client asks for DS of the name. */
uint16_t doubt_type_for_ds(struct signer *s, const struct name *name, int64_t now_s);

/* Learns from the response to a question of the signer's own. */
void doubt_learn(struct sign_job *job);

/* Learns that the server with this address did not respond to such a question, or to one for NS in
 * place of DS, so that it is not asked for ever. Any other question teaches nothing here. */
void doubt_unanswered(
        struct signer *s, const struct signer_query *asked, struct span server, int64_t now_s);

#endif

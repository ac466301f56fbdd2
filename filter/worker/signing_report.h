/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a worker that signs says in the log, and counts. */
#ifndef WORKER_SIGNING_REPORT_H
#define WORKER_SIGNING_REPORT_H

#include "sign/signer.h"
#include "worker/worker_private.h"

/* Counts a query, or what became of a response; the latter is logged if nothing could be signed. */
void signing_count_query(struct worker *w, enum sign_query query);
void signing_report(struct worker *w, const struct signer_query *asked,
        const struct sign_peers *peers, const struct sign_result *result);

/* Makes a few signatures that will be wanted soon: for when all verdicts of a turn are out. */
void signing_renew(struct worker *w);

#endif

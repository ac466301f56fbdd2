/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the operator wants of the gate. Immutable while a worker uses it. */
#ifndef GATE_POLICY_H
#define GATE_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/namelist.h"
#include "wire/network.h"

enum policy_mode {
	MODE_ENFORCE, /* Bogus and Indeterminate become SERVFAIL */
	MODE_MONITOR, /* everything is judged and logged; nothing is refused or rewritten to
	                 SERVFAIL */
};

struct policy {
	enum policy_mode mode;
	bool passes_cd; /* all queries with CD=1 pass, and their responses; or those of: */
	const struct network *validators; /* clients that check for themselves */
	unsigned validator_count;
	bool has_skew;  /* `skew_s` takes the place of the skew in dnssec/limits.h */
	int32_t skew_s; /* how far signature times may be off */

	/* Names of time servers: what may pass by EXEMPT_CLOCK and EXEMPT_DATES. NULL where nothing
	 * is passed by either. */
	const struct namelist *time_servers;

	/* Signatures are judged without their dates, but that the time is not before `earliest_s`;
	 * and of what holds then only what EXEMPT_DATES lets pass is kept. */
	bool is_dateless;
	int64_t earliest_s;
};

/* True when a client with this address may have its queries with CD pass. */
static inline bool policy_passes_cd(const struct policy *p, struct span client)
{
	return p->passes_cd || networks_have(p->validators, p->validator_count, client);
}

#endif

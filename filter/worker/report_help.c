/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/report_help.h"

#include <stddef.h>

/* A name that only the inside of a network knows looks like one whose proof was left out. */
#define UNPROVED "local_zones, negative_trust_anchors"
#define BROKEN   "negative_trust_anchors"
#define NO_KEYS  "resolver, park_ms"

struct report_help report_help_for(enum reason reason)
{
	switch (reason) {
	case REASON_RRSIG_MISSING:
	case REASON_DENIAL_MISSING:
	case REASON_DENIAL_FAILED:
	case REASON_WILDCARD_UNPROVED:
	case REASON_DS_UNPROVED:
		return (struct report_help){ true, UNPROVED };
	case REASON_RRSIG_FAILED:
	case REASON_RRSIG_EXPIRED:
	case REASON_RRSIG_NOT_YET:
	case REASON_RRSIG_TIMES:
	case REASON_RRSIG_NO_KEY:
	case REASON_RRSIG_SIGNER:
	case REASON_RRSIG_LABELS:
	case REASON_DS_NO_MATCH:
	case REASON_DNSKEY_MISSING:
	case REASON_DNSKEY_NO_ZONE_BIT:
	case REASON_DNSKEY_REVOKED:
	case REASON_CNAME_FORGED:
		return (struct report_help){ true, BROKEN };
	case REASON_FETCH_FAILED:
	case REASON_FETCH_TIMEOUT:
		return (struct report_help){ true, NO_KEYS };
	case REASON_PARK_FULL:
		return (struct report_help){ false, "parked" };
	case REASON_CLOCK_NOT_SET:
		return (struct report_help){ false, "before_clock, unset_clock" };
	case REASON_NO_EDNS:
	case REASON_STRIPPED:
		return (struct report_help){ false, "resolver" };
	default:
		return (struct report_help){ true, NULL };
	}
}

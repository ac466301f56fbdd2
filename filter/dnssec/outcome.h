/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The outcome of a validation: the status, and the reason for it. */
#ifndef DNSSEC_OUTCOME_H
#define DNSSEC_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

/* The security status of RFC 4035, 4.3, from the strongest to the weakest. An answer has the status
 * of its weakest part, which is the highest value. */
enum status {
	STATUS_SECURE,   /* a chain of signatures leads from a trust anchor to it */
	STATUS_INSECURE, /* proved to have no such chain: passes, with AD clear */
	/* a link of the chain could not be fetched: refused in enforce mode */
	STATUS_INDETERMINATE,
	STATUS_BOGUS, /* there should be a chain, and it does not hold: SERVFAIL */
};

#define EDE_NONE (-1)

/* One line for each reason: enumerator, word for logs and metrics, Extended DNS Error (RFC 8914 and
 * IANA's registry; EDE_NONE if there is none), sentence for people. */
#define REASONS(X)                                                                                 \
	X(NONE, "none", EDE_NONE, "all is well")                                                   \
	X(UNSIGNED_ZONE, "unsigned-zone", EDE_NONE, "the parent proves that the zone is unsigned") \
	X(NO_ANCHOR, "no-anchor", EDE_NONE, "no trust anchor lies above the name")                 \
	X(NTA, "nta", EDE_NONE, "a negative trust anchor lies above the name")                     \
	X(LOCAL_NAME, "local-name", EDE_NONE, "the name is local, so nothing needs to prove it")   \
	X(DS_ALGORITHM, "ds-algorithm", 1, "no DS has a supported algorithm")                      \
	X(DS_DIGEST, "ds-digest", 2, "no DS has a supported digest type")                          \
	X(KEY_SIZE, "key-size", 1,                                                                 \
	        "the RSA key that signs has less than 1024 or more than 4096 bits")                \
	X(NSEC3_ITERATIONS, "nsec3-iterations", 27, "NSEC3 iterations are over the limit")         \
	X(OPT_OUT, "opt-out", EDE_NONE, "an NSEC3 opt-out span covers the name")                   \
	X(MALFORMED, "malformed", 6, "a record is malformed")                                      \
	X(RRSIG_MISSING, "rrsig-missing", 10, "the zone is signed but there is no RRSIG")          \
	X(RRSIG_FAILED, "rrsig-failed", 6, "no signature verifies")                                \
	X(RRSIG_EXPIRED, "rrsig-expired", 7, "the signature has expired")                          \
	X(RRSIG_NOT_YET, "rrsig-not-yet", 8, "the signature is not yet valid")                     \
	X(RRSIG_TIMES, "rrsig-times", 6, "the signature expires before its inception")             \
	X(RRSIG_NO_KEY, "rrsig-no-key", 9, "no DNSKEY of the zone matches the signature")          \
	X(RRSIG_SIGNER, "rrsig-signer", 6, "the signer is not the zone that holds the name")       \
	X(RRSIG_LABELS, "rrsig-labels", 6,                                                         \
	        "the label count of the signature does not fit the name")                          \
	X(WILDCARD_UNPROVED, "wildcard-unproved", 12, "nothing proves that the wildcard applies")  \
	X(DENIAL_MISSING, "denial-missing", 12,                                                    \
	        "nothing proves that the name or type does not exist")                             \
	X(DENIAL_FAILED, "denial-failed", 6, "the NSEC or NSEC3 records do not prove the denial")  \
	X(DS_NO_MATCH, "ds-no-match", 9, "no DNSKEY matches the DS")                               \
	X(ANCHOR_NO_MATCH, "anchor-no-match", 9, "the trust anchor matches no DNSKEY of its zone") \
	X(TOO_MANY_DS, "too-many-ds", 6,                                                           \
	        "the delegation has more DS records than the limit of 10")                         \
	X(TOO_MANY_KEYS, "too-many-keys", 6, "the zone has more DNSKEYs than the limit of 64")     \
	X(TOO_MANY_RRSETS, "too-many-rrsets", 6,                                                   \
	        "the response has more RRsets than the limit of 256")                              \
	X(KEY_TAGS, "key-tags", 6, "more than 2 keys of the zone have the tag that is asked for")  \
	X(DNSKEY_MISSING, "dnskey-missing", 9, "the DNSKEY answer holds no DNSKEY")                \
	X(DNSKEY_NO_ZONE_BIT, "dnskey-no-zone-bit", 11, "no DNSKEY has the zone bit")              \
	X(DNSKEY_REVOKED, "dnskey-revoked", 9, "every DNSKEY that could sign is revoked")          \
	X(DS_UNPROVED, "ds-unproved", 12, "neither a DS nor its absence is proved")                \
	X(DS_NOT_COVERED, "ds-not-covered", 12,                                                    \
	        "the NSEC3 records do not show whether the name has a DS")                         \
	X(CNAME_FORGED, "cname-forged", 6, "the CNAME does not follow from the DNAME")             \
	X(NO_RECURSION, "no-recursion", 20,                                                        \
	        "the answer ends at an alias, and this server does not recurse: ask a resolver")   \
	X(NOT_LOOPBACK, "not-loopback", 6, "localhost has no address but that of the loopback")    \
	X(CHAIN_TOO_LONG, "chain-too-long", 6, "the CNAME chain is longer than the limit")         \
	X(BUDGET, "budget", 6, "validation would exceed the limit on work")                        \
	X(FETCH_FAILED, "fetch-failed", 22, "a DNSKEY or DS could not be fetched")                 \
	X(NO_SOCKET, "no-socket", 22, "no socket could be opened to fetch a DNSKEY or DS")         \
	X(LINK_MISSING, "link-missing", EDE_NONE, "it is needed and was not found")                \
	X(NOT_SIGNED_FOR, "not-signed-for", EDE_NONE, "the query did not ask for signatures")      \
	X(DIFFERS, "differs", EDE_NONE,                                                            \
	        "the records are not those of the signed answer: they rotate, or are forged")      \
	X(FETCH_TIMEOUT, "fetch-timeout", 22, "the keys did not arrive in time")                   \
	X(PARK_FULL, "park-full", EDE_NONE, "too many responses are waiting for keys")             \
	X(FETCHES_FULL, "fetches-full", EDE_NONE, "too many keys are being fetched")               \
	X(NOT_ANSWER, "not-answer", EDE_NONE, "the response has no answer to validate")            \
	X(PAUSED, "paused", EDE_NONE, "validation is paused")                                      \
	X(CLOCK_NOT_SET, "clock-not-set", 0, "the clock of this machine is not set yet")           \
	X(NO_EDNS, "no-edns", 10, "the server rejects EDNS, so it cannot send signatures")         \
	X(STRIPPED, "stripped", 10, "the server leaves out all signatures")                        \
	X(DNS64, "dns64", EDE_NONE, "a DNS64 made it up from a proved address")                    \
	X(DNS64_FORGED, "dns64-forged", 6,                                                         \
	        "the address is in a prefix of `dns64`, but none that the name has")               \
	X(DNS64_UNPROVED, "dns64-unproved", 12,                                                    \
	        "the address is in a prefix of `dns64`, and it is not proved that the name has "   \
	        "an A record and no AAAA record")

enum reason {
#define X(name, word, ede, sentence) REASON_##name,
	REASONS(X)
#undef X
	        REASON_COUNT
};

struct outcome {
	enum status status;
	enum reason reason;
};

static inline struct outcome outcome_of(enum status status, enum reason reason)
{
	return (struct outcome){ status, reason };
}

const char *status_text(enum status s); /* "secure", "insecure", "indeterminate", "bogus" */
const char *reason_word(enum reason r);
const char *reason_sentence(enum reason r);
int reason_ede(enum reason r); /* the EDE info-code, or EDE_NONE */

#endif

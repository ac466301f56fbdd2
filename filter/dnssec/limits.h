/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every bound on the work of one judgement. Reaching a bound never makes an answer Secure: it
 * becomes Bogus, Insecure or Indeterminate, with a reason that names the limit. */
#ifndef DNSSEC_LIMITS_H
#define DNSSEC_LIMITS_H

/* The work of all signature checks for one response, in units of pubkey_work(): 60 microseconds.
 * What holds is limited only by this, as many signatures as an answer may need: 32 by P-384, which
 * is the most expensive. What fails has a limit of its own (KeyTrap, CVE-2023-50387). */
#define LIMIT_WORK                  320
#define LIMIT_WORK_ALL              480 /* for one response, over all its judgements */
#define LIMIT_FAILURES              16  /* failed signature checks for one response */
#define LIMIT_FAILURES_PER_SET      2   /* failed signature checks for one RRset */
#define LIMIT_KEYS_PER_TAG          2 /* keys of one tag and algorithm that are tried for one RRSIG */
#define LIMIT_SIGNERS               4   /* different signer names that are followed for one RRset */
#define LIMIT_KEYS                  64  /* DNSKEYs of one zone; with more, none counts */
#define LIMIT_DS                    10  /* DS records of one delegation; with more, none counts */
#define LIMIT_ANCHOR_KEYS           8   /* keys of one trust anchor that are trusted at a time */
#define LIMIT_RRSETS                256 /* RRsets in one response */
#define LIMIT_JUDGED                64  /* RRsets of one response that are judged */
#define LIMIT_NSEC3_ITERATIONS      50 /* with more, a denial is Insecure, EDE 27 (RFC 9276, 3.2) */
#define LIMIT_NSEC3_ITERATIONS_MOST 150 /* that `nsec3_iterations` may allow: thrice the work */
#define LIMIT_NSEC3_RECORDS         16  /* NSEC3 records of one zone in one response */
#define LIMIT_NSEC3_HASHES          64  /* names hashed for one judgement (CVE-2023-50868) */
#define LIMIT_NSEC3_HASHES_ALL      192 /* for one response, with what it teaches at once */
#define LIMIT_NSEC3_ROUNDS          512 /* of hashing count as one unit of work: 50 microseconds */
#define LIMIT_NSEC_RECORDS          16  /* NSEC records of one zone in one response */
#define LIMIT_CNAMES                13  /* links of a CNAME chain */
#define LIMIT_SIGNED                16 /* RRsets of one response that are signed; no validator checks more */
#define LIMIT_FETCHES               64 /* fetches for one parked response; a name in ip6.arpa has 34 labels */
#define LIMIT_LESSONS               4 /* zone cuts that a response may teach for its own judgement */
#define LIMIT_AHEAD                 10 /* RRsets that are asked for at once, before the gate wants them */
#define LIMIT_AHEAD_ALL             16 /* for one parked response, over all its judgements */
#define LIMIT_WALK_QUERIES          32 /* queries sent on one walk down from the root */
#define LIMIT_WALK_SILENT           3  /* servers of one zone that may send no usable response */
#define LIMIT_WALK_DEPTH            3  /* nested walks, each for a server's address */
#define LIMIT_WALK_SERVERS          4  /* servers of one zone whose addresses are looked up */
#define LIMIT_WALK_ADDRESSES        8  /* addresses kept for the servers of one zone */

/* How long results are kept, in seconds. */
#define LIMIT_TRUST_TTL_S        86400 /* proved data, at most */
#define LIMIT_TRUST_MIN_S        10 /* proved data, at least, so that what was fetched can be used */
#define LIMIT_BOGUS_TTL_S        60 /* a chain that does not hold */
#define LIMIT_FAILED_TTL_S       5  /* a chain that could not be fetched */
#define LIMIT_HINT_S             10 /* a hint that no zone begins at a name */
#define LIMIT_DOUBT_S            5  /* the shortest time between two new queries for a doubted DS */
#define LIMIT_RENEWAL_S          10 /* between two looks whether a zone has changed its keys */
#define LIMIT_RENEWAL_TURN_S     3 /* until another server may have its look, if too many want one */
#define LIMIT_RENEWAL_AGE_S      3  /* keys that are newer are not looked for again */
#define LIMIT_RENEWAL_UNSIGNED_S 60 /* between two looks whether a zone has become unsigned */
#define LIMIT_SERVERS_S          3600 /* the addresses of a zone's servers, which no signature proves */
#define LIMIT_FOUND_TTL_S        120 /* the TTL of what is made up in a prefix that the network told */
#define LIMIT_UNABLE_S           60 /* a server that could not answer for a DS or DNSKEY */

/* The clock skew that is allowed for RRSIG times: a share of the validity period, within bounds. */
#define SKEW_SHARE 10 /* one tenth */
#define SKEW_MIN_S 3600
#define SKEW_MAX_S 86400

#define SKEW_BY_VALIDITY (-1) /* selects the share above where a skew can be given */

#endif

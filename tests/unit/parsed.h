/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A parsed message and its RRsets, for the tests of dnssec/. */
#ifndef TESTS_PARSED_H
#define TESTS_PARSED_H

#include "test.h"

#include "crypto/crypto.h"
#include "dnssec/dnskey.h"
#include "dnssec/rrset.h"
#include "zone.h"

struct parsed {
	struct message m;
	struct rrsets g;
	struct arena arena;
	struct rr rrs[512];
};

/* Returns false if the message does not parse or group. In either case close it. */
static inline bool parsed_open(struct parsed *p, struct span octets)
{
	assert_int_equal(arena_init(&p->arena, 1 << 20), 0);
	return message_parse(&p->m, octets, p->rrs, COUNT(p->rrs)) &&
	       rrsets_group(&p->g, &p->m, &p->arena);
}

static inline void parsed_close(struct parsed *p)
{
	arena_fini(&p->arena);
}

static inline struct name name_of(const char *text)
{
	struct name n;
	assert_true(name_from_text(text, &n));
	return n;
}

/* Returns a keyset of `apex` with the key whose DNSKEY RDATA this is. */
static inline struct keyset *keyset_of(const char *apex, struct span rdata)
{
	struct name name = name_of(apex);
	struct keyset *keys = keyset_new(&name);
	struct dnskey key;

	assert_true(dnskey_read(rdata, &key));
	assert_true(keyset_add(keys, &key));
	return keys;
}

static inline struct keyset *keyset_of_testkey(const char *apex, const struct testkey *k)
{
	struct rd rd = rd_dnskey(k);
	return keyset_of(apex, span_of(rd.octets, rd.len));
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Responses of a server that knows nothing of DNSSEC, about the zones in tests/unit/legacy.c.
 * Fuzzing of the signer begins with these. */
#ifndef FUZZ_EXCHANGES_H
#define FUZZ_EXCHANGES_H

static const struct exchange {
	const char *question;
	uint16_t flags;
	const char *records;
} exchanges[] = {
	{ "www.example.test A", FLAG_AA, "www.example.test A 192.0.2.1 192.0.2.2" },
	{ "example.test MX", FLAG_AA,
	        "example.test MX mail.example.test\n> example.test NS ns.example.test\n"
	        "+ mail.example.test A 192.0.2.2" },
	{ "a.example.test A", FLAG_AA,
	        "a.example.test CNAME b.other.test\nb.other.test A 192.0.2.1" },
	{ "y.d.example.test TXT", FLAG_AA,
	        "d.example.test DNAME e.other.test\ny.d.example.test CNAME y.e.other.test\n"
	        "y.e.other.test TXT hello" },
	{ "x.example.test A", FLAG_AA | RCODE_NXDOMAIN, "> example.test SOA" },
	{ "www.unsigned.example.test A", 0,
	        "> unsigned.example.test NS ns.unsigned.example.test\n"
	        "+ ns.unsigned.example.test A 192.0.2.7" },
	{ "unsigned.example.test DS", 0, "> unsigned.example.test NS ns.other.test" },
	{ "www.example.test NSEC", FLAG_AA, "> example.test SOA" },
	{ "example.test DNSKEY", FLAG_AA, "example.test SOA" },
	{ "other.test ANY", FLAG_AA, "other.test SOA\nother.test NS ns.other.test" },
};

#endif

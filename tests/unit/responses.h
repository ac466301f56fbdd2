/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Genuine responses of the world in judge.h. Tests and a fuzzer make hostile ones from them. */
#ifndef TESTS_RESPONSES_H
#define TESTS_RESPONSES_H

#define PROOF_OF_X                                                                                 \
	SOA_EXAMPLE "> www.example.test NSEC example.test A RRSIG NSEC | example.test\n"           \
	            "> example.test NSEC a.example.test NS SOA RRSIG NSEC | example.test"

static const struct response {
	const char *question;
	unsigned rcode;
	const char *records;
} responses[] = {
	{ "www.example.test A", 0, "www.example.test A 192.0.2.1 192.0.2.2 | example.test" },
	{ "example.test MX", 0,
	        "example.test MX mail.example.test | example.test\n"
	        "> example.test NS ns.example.test | example.test\n"
	        "+ mail.example.test AAAA 2001:db8::1 | example.test" },
	{ "a.example.test A", 0,
	        "a.example.test CNAME www.other.test | example.test\n"
	        "www.other.test A 192.0.2.1 | other.test" },
	{ "y.d.example.test TXT", 0,
	        "d.example.test DNAME e.other.test | example.test\n"
	        "y.d.example.test CNAME y.e.other.test\n"
	        "y.e.other.test TXT hello | other.test" },
	{ "q.w.example.test A", 0,
	        "q.w.example.test A 192.0.2.1 | example.test labels=3\n"
	        "> *.w.example.test NSEC www.example.test A RRSIG NSEC | example.test" },
	{ "x.example.test A", 3, PROOF_OF_X },
	{ "www.example.test MX", 0,
	        SOA_EXAMPLE "> =www.example.test NSEC3 A RRSIG | example.test" },
	{ "x.example.test A", 3,
	        SOA_EXAMPLE "> =example.test NSEC3 salt=2 NS SOA RRSIG | example.test\n"
	                    "> ~x.example.test NSEC3 salt=2 A RRSIG | example.test\n"
	                    "> ~*.example.test NSEC3 salt=2 A RRSIG | example.test" },
	{ "www.unsigned.test A", 0, "www.unsigned.test A 192.0.2.1" },
};

/* How many of them are Secure; the others are Insecure. */
#define SECURE_RESPONSES (COUNT(responses) - 1)

#endif

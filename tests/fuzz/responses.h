/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Genuine responses of the world in tests/unit/judge.c: what fuzzing begins with. */
#ifndef FUZZ_RESPONSES_H
#define FUZZ_RESPONSES_H

static const struct response {
	const char *question;
	unsigned rcode;
	const char *records;
} responses[] = {
	{ "www.example.test A", 0, "www.example.test A 192.0.2.1 | example.test" },
	{ "example.test MX", 0,
	        "example.test MX mail.example.test | example.test\n"
	        "> example.test NS ns.example.test | example.test\n"
	        "+ mail.example.test A 192.0.2.2 | example.test" },
	{ "a.example.test A", 0,
	        "a.example.test CNAME www.other.test | example.test\n"
	        "www.other.test A 192.0.2.1 | other.test" },
	{ "y.d.example.test TXT", 0,
	        "d.example.test DNAME e.other.test | example.test\n"
	        "y.d.example.test CNAME y.e.other.test\n"
	        "y.e.other.test TXT hello | other.test" },
	{ "q.w.example.test A", 0,
	        "q.w.example.test A 192.0.2.1 | example.test labels=3\n"
	        "> *.w.example.test NSEC www.example.test A | example.test" },
	{ "x.example.test A", 3,
	        "> example.test SOA | example.test\n"
	        "> example.test NSEC example.test NS SOA | example.test" },
	{ "z.example.test A", 3,
	        "> =example.test NSEC3 salt=2 NS SOA | example.test\n"
	        "> ~z.example.test NSEC3 salt=2 A | example.test\n"
	        "> ~*.example.test NSEC3 salt=2 A | example.test" },
	{ "www.unsigned.test A", 0, "www.unsigned.test A 192.0.2.1" },
};

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/exempt.h"

const struct exempt exempts[EXEMPT_COUNT] = {
	[EXEMPT_NOT] = { "judged", PASS_JUDGED, 0, EXEMPT_SILENT, "", "", "" },
#define X(id, word, may_pass, most_ttl_s, log, opens, who, gains)                                  \
	[EXEMPT_##id] = { word, may_pass, most_ttl_s, log, opens, who, gains },
	EXEMPTIONS(X)
#undef X
};

const char *exempt_pass_text(enum may_pass may_pass)
{
	static const char *const texts[] = {
		[PASS_JUDGED] = "what is proved; NS, glue and RRSIG unsigned",
		[PASS_MADE] = "what is proved; the AAAA or CNAME made of it, unsigned",
		[PASS_ALL] = "all of it, without AD unless judged Secure",
		[PASS_WHOLE] = "all of it, unchanged",
		[PASS_NONE] = "the header and the question, no record",
		[PASS_NAMED] = "records at and below these names",
		[PASS_SOA] = "SOA records of the question's name and of names above it",
		[PASS_SILENT] = "the header and the question, and the addresses 0.0.0.0 and ::",
		[PASS_CLASS] = "records of that class",
		[PASS_UNSEEN] = "all of it, unseen",
	};
	return texts[may_pass];
}

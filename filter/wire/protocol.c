/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/protocol.h"

#include <stdio.h>

static const struct {
	uint16_t type;
	const char *text;
} types[] = {
	{ TYPE_A, "A" },
	{ TYPE_NS, "NS" },
	{ TYPE_CNAME, "CNAME" },
	{ TYPE_SOA, "SOA" },
	{ TYPE_PTR, "PTR" },
	{ TYPE_MX, "MX" },
	{ TYPE_TXT, "TXT" },
	{ TYPE_RP, "RP" },
	{ TYPE_AFSDB, "AFSDB" },
	{ TYPE_SIG, "SIG" },
	{ TYPE_AAAA, "AAAA" },
	{ 29, "LOC" },
	{ TYPE_SRV, "SRV" },
	{ TYPE_NAPTR, "NAPTR" },
	{ 37, "CERT" },
	{ TYPE_DNAME, "DNAME" },
	{ TYPE_OPT, "OPT" },
	{ TYPE_DS, "DS" },
	{ 44, "SSHFP" },
	{ TYPE_RRSIG, "RRSIG" },
	{ TYPE_NSEC, "NSEC" },
	{ TYPE_DNSKEY, "DNSKEY" },
	{ TYPE_NSEC3, "NSEC3" },
	{ TYPE_NSEC3PARAM, "NSEC3PARAM" },
	{ 52, "TLSA" },
	{ TYPE_CDS, "CDS" },
	{ TYPE_CDNSKEY, "CDNSKEY" },
	{ 64, "SVCB" },
	{ 65, "HTTPS" },
	{ TYPE_DSYNC, "DSYNC" },
	{ TYPE_NXNAME, "NXNAME" },
	{ TYPE_TSIG, "TSIG" },
	{ TYPE_IXFR, "IXFR" },
	{ TYPE_AXFR, "AXFR" },
	{ TYPE_ANY, "ANY" },
	{ 257, "CAA" },
};

const char *type_text(uint16_t type, char text[static TYPE_TEXT_SIZE])
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (types[i].type == type) {
			snprintf(text, TYPE_TEXT_SIZE, "%s", types[i].text);
			return text;
		}
	}
	snprintf(text, TYPE_TEXT_SIZE, "TYPE%u", type);
	return text;
}

const char *rcode_text(unsigned rcode)
{
	static const char *const texts[] = { "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP",
		"REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE" };
	return rcode < sizeof(texts) / sizeof(texts[0]) ? texts[rcode] : "RCODE";
}

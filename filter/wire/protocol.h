/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The numbers of the DNS protocol that sealgate uses (IANA: dns-parameters). */
#ifndef WIRE_PROTOCOL_H
#define WIRE_PROTOCOL_H

#include <stddef.h>
#include <stdint.h>

#define DNS_PORT        53
#define DNS_HEADER_SIZE 12
#define DNS_PLAIN_SIZE  512 /* the most a client without EDNS accepts over UDP: RFC 1035, 4.2.1 */

/* The second 16 bits of the header. */
#define FLAG_QR      0x8000
#define FLAG_AA      0x0400
#define FLAG_TC      0x0200
#define FLAG_RD      0x0100
#define FLAG_RA      0x0080
#define FLAG_AD      0x0020
#define FLAG_CD      0x0010
#define OPCODE_MASK  0x7800
#define OPCODE_SHIFT 11
#define RCODE_MASK   0x000f

enum { OPCODE_QUERY = 0, OPCODE_NOTIFY = 4 };

enum {
	RCODE_NOERROR = 0,
	RCODE_FORMERR = 1,
	RCODE_SERVFAIL = 2,
	RCODE_NXDOMAIN = 3,
	RCODE_NOTIMP = 4,
	RCODE_REFUSED = 5,
	RCODE_YXDOMAIN = 6,
	RCODE_BADVERS = 16, /* its upper bits are in the OPT: RFC 6891, 9 */
};

enum { CLASS_IN = 1, CLASS_ANY = 255 };

enum {
	TYPE_A = 1,
	TYPE_NS = 2,
	TYPE_MD = 3,
	TYPE_MF = 4,
	TYPE_CNAME = 5,
	TYPE_SOA = 6,
	TYPE_MB = 7,
	TYPE_MG = 8,
	TYPE_MR = 9,
	TYPE_PTR = 12,
	TYPE_MINFO = 14,
	TYPE_MX = 15,
	TYPE_TXT = 16,
	TYPE_RP = 17,
	TYPE_AFSDB = 18,
	TYPE_RT = 21,
	TYPE_SIG = 24,
	TYPE_PX = 26,
	TYPE_AAAA = 28,
	TYPE_NXT = 30,
	TYPE_SRV = 33,
	TYPE_NAPTR = 35,
	TYPE_KX = 36,
	TYPE_A6 = 38,
	TYPE_DNAME = 39,
	TYPE_OPT = 41,
	TYPE_DS = 43,
	TYPE_RRSIG = 46,
	TYPE_NSEC = 47,
	TYPE_DNSKEY = 48,
	TYPE_NSEC3 = 50,
	TYPE_NSEC3PARAM = 51,
	TYPE_CDS = 59,
	TYPE_CDNSKEY = 60,
	TYPE_SVCB = 64,
	TYPE_HTTPS = 65,
	TYPE_DSYNC = 66,
	TYPE_NXNAME = 128,
	TYPE_TKEY = 249,
	TYPE_TSIG = 250,
	TYPE_IXFR = 251,
	TYPE_AXFR = 252,
	TYPE_ANY = 255,
};

#define TYPE_TEXT_SIZE 16

/* Writes the mnemonic of a type, or `TYPE123` if the type is not in our table (RFC 3597, 5).
 * Returns `text`. */
const char *type_text(uint16_t type, char text[static TYPE_TEXT_SIZE]);

/* Returns the mnemonic of an RCODE, or "RCODE" if it is not in our table. */
const char *rcode_text(unsigned rcode);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_denial.h"

#include <string.h>

#include "wire/protocol.h"

#define LABEL_MAX     63
#define WINDOW_OCTETS 32 /* RFC 4034, 4.1.2 */

/* Types that may be at any name. The signer does not know which types a name has. If a type is not
 * in the NSEC, resolvers that use NSEC records aggressively (RFC 8198) take it as denied for as
 * long as they keep the NSEC. So the list has all types that IANA has assigned to data, but those that change the
 * nature of a name (CNAME, DNAME, NS, SOA, DS) and the DNSSEC of RFC 2535. */
static const uint16_t common_types[] = {
	1,                              /* A */
	3, 4, 7, 8, 9,                  /* MD, MF, MB, MG, MR */
	10, 11, 12, 13, 14, 15, 16,     /* NULL, WKS, PTR, HINFO, MINFO, MX, TXT */
	17, 18, 19, 20, 21, 22, 23,     /* RP, AFSDB, X25, ISDN, RT, NSAP, NSAP-PTR */
	25, 26, 27, 28, 29, 31, 32,     /* KEY, PX, GPOS, AAAA, LOC, EID, NIMLOC */
	33, 34, 35, 36, 37, 38, 40, 42, /* SRV, ATMA, NAPTR, KX, CERT, A6, SINK, APL */
	44, 45, 46, 47, 49,             /* SSHFP, IPSECKEY, RRSIG, NSEC, DHCID */
	52, 53, 55, 56, 57, 58,         /* TLSA, SMIMEA, HIP, NINFO, RKEY, TALINK */
	61, 62, 63, 64, 65, 66, 67,
	68,                     /* OPENPGPKEY, CSYNC, ZONEMD, SVCB, HTTPS, DSYNC, HHIT, BRID */
	99, 100, 101, 102, 103, /* SPF, UINFO, UID, GID, UNSPEC */
	104, 105, 106, 107, 108, 109, /* NID, L32, L64, LP, EUI48, EUI64 */
	256, 257, 258, 259, 260,      /* URI, CAA, AVC, DOA, AMTRELAY */
	261, 262, 263, 264,           /* RESINFO, WALLET, CLA, IPN */
};

static void set_type(struct sign_types *t, uint16_t type)
{
	t->bits[type >> 8][(type & 0xff) / 8] |= (uint8_t)(0x80 >> (type % 8));
}

static void clear_type(struct sign_types *t, uint16_t type)
{
	if (type >> 8 < 2)
		t->bits[type >> 8][(type & 0xff) / 8] &= (uint8_t) ~(0x80 >> (type % 8));
}

/* Returns NSEC and RRSIG, which every NSEC has, and `type`. */
static struct sign_types types_of(uint16_t type)
{
	struct sign_types t = { 0 };

	set_type(&t, TYPE_RRSIG);
	set_type(&t, TYPE_NSEC);
	set_type(&t, type);
	return t;
}

static bool is_common(uint16_t type)
{
	for (size_t i = 0; i < sizeof(common_types) / sizeof(common_types[0]); i++) {
		if (common_types[i] == type)
			return true;
	}
	return false;
}

/* RFC 6895, 3.1: 41 and 128 to 255 are no data. */
static bool is_learned_only(uint16_t type)
{
	static const uint16_t never[] = { TYPE_NS, TYPE_CNAME, TYPE_SOA, TYPE_DNAME, TYPE_OPT,
		TYPE_DS, TYPE_DNSKEY, TYPE_NSEC3, TYPE_NSEC3PARAM, TYPE_CDS, TYPE_CDNSKEY };

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		if (never[i] == type)
			return false;
	}
	return type > 0 && !(type >= 128 && type < 256) && !is_common(type);
}

bool learned_types_add(struct learned_types *learned, uint16_t type)
{
	unsigned at = 0;

	while (at < learned->count && learned->types[at] < type)
		at++;
	if (learned->count == SIGN_LEARNED_TYPES || !is_learned_only(type) ||
	        (at < learned->count && learned->types[at] == type))
		return false;
	memmove(&learned->types[at + 1], &learned->types[at],
	        (learned->count - at) * sizeof(learned->types[0]));
	learned->types[at] = type;
	learned->count++;
	return true;
}

static void add_learned(struct sign_types *t, const struct learned_types *learned, uint16_t but)
{
	for (unsigned i = 0; i < learned->count; i++) {
		uint16_t type = learned->types[i];
		if (type >> 8 < 2)
			set_type(t, type);
		else if (type != but)
			t->others.types[t->others.count++] = type;
	}
}

void types_add_dname(struct sign_types *types)
{
	set_type(types, TYPE_DNAME);
}

struct sign_types types_of_name(const struct sign_zone *zone, const struct learned_types *learned,
        const struct name *name, uint16_t but)
{
	struct sign_types t = { 0 };

	for (size_t i = 0; i < sizeof(common_types) / sizeof(common_types[0]); i++)
		set_type(&t, common_types[i]);
	add_learned(&t, learned, but);
	if (name->labels == zone->apex.labels) {
		set_type(&t, TYPE_NS);
		set_type(&t, TYPE_SOA);
		set_type(&t, TYPE_DNSKEY);
		if (zone->cds.count > 0)
			set_type(&t, TYPE_CDS);
		if (zone->cdnskey.count > 0)
			set_type(&t, TYPE_CDNSKEY);
	}
	if (but != TYPE_NSEC && but != TYPE_RRSIG)
		clear_type(&t, but);
	return t;
}

struct sign_types types_of_cut(void)
{
	return types_of(TYPE_NS);
}

struct sign_types types_of_alias(void)
{
	return types_of(TYPE_CNAME);
}

struct sign_types types_of_nothing(void)
{
	return types_of(TYPE_NXNAME);
}

/* ---- Next names ---- */

/* Returns the next octet of a name in canonical form, which has no upper case letters. */
static uint8_t octet_after(uint8_t octet)
{
	return octet == 'A' - 1 ? 'Z' + 1 : (uint8_t)(octet + 1);
}

/* Appends a zero octet to the first label. Returns false if the label or the name is full. */
static bool label_lengthen(struct name *n)
{
	uint8_t len = n->octets[0];

	if (len == LABEL_MAX || n->len == NAME_MAX_OCTETS)
		return false;
	memmove(n->octets + len + 2, n->octets + len + 1, n->len - len - 1u);
	n->octets[len + 1] = 0;
	n->octets[0]++;
	n->len++;
	return true;
}

/* Sets the first label to the next label in order that is not longer. Returns false if there is
 * none. */
static bool label_increment(struct name *n)
{
	uint8_t len = n->octets[0], kept = len;

	while (kept > 0 && n->octets[kept] == UINT8_MAX)
		kept--;
	if (kept == 0)
		return false;
	n->octets[kept] = octet_after(n->octets[kept]);
	memmove(n->octets + kept + 1, n->octets + len + 1, n->len - len - 1u);
	n->octets[0] = kept;
	n->len = (uint8_t)(n->len - (len - kept));
	return true;
}

void next_name_beside(const struct name *name, const struct name *apex, struct name *next)
{
	*next = *name;
	while (next->labels > apex->labels) {
		if (label_lengthen(next) || label_increment(next))
			return;
		name_parent(next, next);
	}
}

void next_name(const struct name *name, const struct name *apex, struct name *next)
{
	if (!name_prepend(name, span_of("\0", 1), next))
		next_name_beside(name, apex, next);
}

/* ---- RDATA ---- */

static void write_window(
        struct writer *out, uint8_t window, const uint8_t bits[static WINDOW_OCTETS])
{
	uint8_t len = WINDOW_OCTETS;

	while (len > 0 && bits[len - 1] == 0)
		len--;
	if (len == 0)
		return;
	writer_u8(out, window);
	writer_u8(out, len);
	writer_put(out, span_of(bits, len));
}

void nsec_write(struct writer *out, const struct name *next, const struct sign_types *types)
{
	const struct learned_types *others = &types->others;

	writer_put(out, name_span(next));
	for (uint8_t window = 0; window < 2; window++)
		write_window(out, window, types->bits[window]);
	for (unsigned i = 0; i < others->count;) {
		uint8_t bits[WINDOW_OCTETS] = { 0 }, window = (uint8_t)(others->types[i] >> 8);
		for (; i < others->count && others->types[i] >> 8 == window; i++) {
			uint8_t low = (uint8_t)others->types[i];
			bits[low / 8] |= (uint8_t)(0x80 >> (low % 8));
		}
		write_window(out, window, bits);
	}
}

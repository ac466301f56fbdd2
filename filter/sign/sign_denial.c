/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_denial.h"

#include <string.h>

#include "wire/protocol.h"

#define LABEL_MAX     63
#define WINDOW_OCTETS 32 /* RFC 4034, 4.1.2 */

/* Types that may be at any name. The signer does not know which types a name has. If a type is not
 * in the NSEC, resolvers that use NSEC records aggressively (RFC 8198) take it as denied for as
 * long as they keep the NSEC. So the list has all types that IANA has assigned to data, but those
 * that change the nature of a name (CNAME, DNAME, NS, SOA, DS) and the DNSSEC of RFC 2535. */
/* clang-format off */
#define COMMON_TYPES(X)                                                                               \
	/* A, MD, MF, MB, MG, MR, NULL, WKS, PTR, HINFO, MINFO, MX, TXT */                            \
	X(1) X(3) X(4) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) X(16)                       \
	/* RP, AFSDB, X25, ISDN, RT, NSAP, NSAP-PTR, KEY, PX, GPOS, AAAA, LOC, EID, NIMLOC */         \
	X(17) X(18) X(19) X(20) X(21) X(22) X(23) X(25) X(26) X(27) X(28) X(29) X(31) X(32)           \
	/* SRV, ATMA, NAPTR, KX, CERT, A6, SINK, APL, SSHFP, IPSECKEY, RRSIG, NSEC, DHCID */          \
	X(33) X(34) X(35) X(36) X(37) X(38) X(40) X(42) X(44) X(45) X(46) X(47) X(49)                 \
	/* TLSA, SMIMEA, HIP, NINFO, RKEY, TALINK, OPENPGPKEY, CSYNC, ZONEMD, SVCB, HTTPS */          \
	X(52) X(53) X(55) X(56) X(57) X(58) X(61) X(62) X(63) X(64) X(65)                             \
	/* DSYNC, HHIT, BRID, SPF, UINFO, UID, GID, UNSPEC, NID, L32, L64, LP, EUI48, EUI64 */        \
	X(66) X(67) X(68) X(99) X(100) X(101) X(102) X(103) X(104) X(105) X(106) X(107) X(108) X(109) \
	/* URI, CAA, AVC, DOA, AMTRELAY, RESINFO, WALLET, CLA, IPN */                                 \
	X(256) X(257) X(258) X(259) X(260) X(261) X(262) X(263) X(264)
/* clang-format on */

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
	switch (type) {
#define X(number) case number:
		COMMON_TYPES(X)
#undef X
		return true;
	default:
		return false;
	}
}

/* RFC 6895, 3.1: 41 and 128 to 255 are no data. */
static bool is_learned_only(uint16_t type)
{
	switch (type) {
	case TYPE_NS:
	case TYPE_CNAME:
	case TYPE_SOA:
	case TYPE_DNAME:
	case TYPE_OPT:
	case TYPE_DS:
	case TYPE_DNSKEY:
	case TYPE_NSEC3:
	case TYPE_NSEC3PARAM:
	case TYPE_CDS:
	case TYPE_CDNSKEY:
		return false;
	default:
		return type > 0 && !(type >= 128 && type < 256) && !is_common(type);
	}
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

struct sign_types types_of_name(
        const struct learned_types *learned, const struct sign_period *apex, uint16_t but)
{
	struct sign_types t = { 0 };

#define X(number) set_type(&t, number);
	COMMON_TYPES(X)
#undef X
	add_learned(&t, learned, but);
	if (apex) {
		set_type(&t, TYPE_NS);
		set_type(&t, TYPE_SOA);
		set_type(&t, TYPE_DNSKEY);
		if (apex->cds.count > 0)
			set_type(&t, TYPE_CDS);
		if (apex->cdnskey.count > 0)
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

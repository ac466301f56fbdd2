/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_denial.h"

#include "wire/protocol.h"

#define LABEL_MAX 63

/* Types that may be at any name. The signer does not know which types a name has. If a type is not
 * in the NSEC, resolvers that use NSEC records aggressively (RFC 8198) take it as denied for as
 * long as they keep the NSEC. So the list has all types in use but those that change the nature of
 * a name: CNAME, DNAME, NS, SOA, DS. */
static const uint16_t common_types[] = {
	1,   /* A */
	12,  /* PTR */
	13,  /* HINFO */
	15,  /* MX */
	16,  /* TXT */
	17,  /* RP */
	18,  /* AFSDB */
	28,  /* AAAA */
	29,  /* LOC */
	33,  /* SRV */
	35,  /* NAPTR */
	36,  /* KX */
	37,  /* CERT */
	42,  /* APL */
	44,  /* SSHFP */
	45,  /* IPSECKEY */
	46,  /* RRSIG */
	47,  /* NSEC */
	49,  /* DHCID */
	52,  /* TLSA */
	53,  /* SMIMEA */
	55,  /* HIP */
	61,  /* OPENPGPKEY */
	62,  /* CSYNC */
	63,  /* ZONEMD */
	64,  /* SVCB */
	65,  /* HTTPS */
	99,  /* SPF */
	108, /* EUI48 */
	109, /* EUI64 */
	256, /* URI */
	257, /* CAA */
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

struct sign_types types_of_name(const struct sign_zone *zone, const struct name *name, uint16_t but)
{
	struct sign_types t = { 0 };

	for (size_t i = 0; i < sizeof(common_types) / sizeof(common_types[0]); i++)
		set_type(&t, common_types[i]);
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

void nsec_write(struct writer *out, const struct name *next, const struct sign_types *types)
{
	writer_put(out, name_span(next));
	for (uint8_t window = 0; window < 2; window++) {
		uint8_t len = sizeof(types->bits[window]);
		while (len > 0 && types->bits[window][len - 1] == 0)
			len--;
		if (len == 0)
			continue;
		writer_u8(out, window);
		writer_u8(out, len);
		writer_put(out, span_of(types->bits[window], len));
	}
}

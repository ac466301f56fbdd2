/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/nat64_find.h"

#include "base/least.h"
#include "wire/nat64.h"

/* AAAA records of one answer that are looked at: the two addresses in each of NAT64_FOUND_MAX
 * prefixes, and as many again. */
#define RECORDS_MAX (4 * NAT64_FOUND_MAX)

static const uint8_t first_address[NAT64_IPV4_OCTETS] = { 192, 0, 0, 170 };
static const uint8_t second_address[NAT64_IPV4_OCTETS] = { 192, 0, 0, 171 };

/* The lengths of RFC 6052, 2.2; in the order of the codes of RFC 8781, 4. */
static const uint8_t lengths[] = { 96, 64, 56, 48, 40, 32 };

#define LENGTHS (sizeof(lengths) / sizeof(lengths[0]))

struct records {
	unsigned count;
	struct {
		struct span address;
		uint32_t ttl_s;
	} items[RECORDS_MAX];
};

static struct network prefix_of(const uint8_t *octets, uint8_t bits)
{
	struct network prefix = { .len = NAT64_IPV6_OCTETS, .prefix = bits };

	memcpy(prefix.octets, octets, bits / 8u);
	return prefix;
}

static void read_records(const struct message *m, struct records *records)
{
	struct name owner;

	for (unsigned i = 0; i < m->rr_count && records->count < RECORDS_MAX; i++) {
		const struct rr *rr = &m->rrs[i];
		if (rr->section != SECTION_ANSWER || rr->type != TYPE_AAAA ||
		        rr->class != CLASS_IN || rr->rdata_len != NAT64_IPV6_OCTETS ||
		        !message_owner(m, rr, &owner) || !name_equal(&owner, &m->qname))
			continue;
		records->items[records->count].address = message_rdata(m, rr);
		records->items[records->count++].ttl_s = rr->ttl_s;
	}
}

/* True if a record is the form of this address in the prefix. Lowers `ttl_s` to that of the
 * record. */
static bool has_form(const struct records *records, const struct network *prefix,
        const uint8_t address[static NAT64_IPV4_OCTETS], uint32_t *ttl_s)
{
	uint8_t ipv4[NAT64_IPV4_OCTETS];

	for (unsigned i = 0; i < records->count; i++) {
		if (!nat64_read(prefix, records->items[i].address, ipv4) ||
		        memcmp(ipv4, address, sizeof(ipv4)) != 0)
			continue;
		*ttl_s = (uint32_t)least(*ttl_s, records->items[i].ttl_s);
		return true;
	}
	return false;
}

static bool is_among(const struct network *prefixes, unsigned count, const struct network *prefix)
{
	for (unsigned i = 0; i < count; i++) {
		if (network_equal(&prefixes[i], prefix))
			return true;
	}
	return false;
}

unsigned nat64_find_in_answer(
        const struct message *m, struct network prefixes[static NAT64_FOUND_MAX], uint32_t *ttl_s)
{
	struct records records = { 0 };
	unsigned count = 0;

	*ttl_s = UINT32_MAX;
	read_records(m, &records);
	for (unsigned i = 0; i < records.count * LENGTHS; i++) {
		const uint8_t *octets = records.items[i / LENGTHS].address.base;
		struct network prefix = prefix_of(octets, lengths[i % LENGTHS]);
		uint32_t least_s = *ttl_s;

		if (count < NAT64_FOUND_MAX && nat64_is_prefix(&prefix) &&
		        !is_among(prefixes, count, &prefix) &&
		        has_form(&records, &prefix, first_address, &least_s) &&
		        has_form(&records, &prefix, second_address, &least_s)) {
			prefixes[count++] = prefix;
			*ttl_s = least_s;
		}
	}
	return count;
}

#define OPTION_PREF64   38
#define OPTION_OCTETS   16
#define OPTION_UNIT     8      /* octets, in which an option says its length (RFC 4861, 4.6) */
#define CODE_MASK       0x0007 /* the last 3 bits say the length; the others the lifetime / 8 */
#define ADVERTISED_BITS 96

bool nat64_read_option(struct span option, struct network *prefix, uint32_t *lifetime_s)
{
	struct cursor c = cursor_over(option);
	uint8_t type = cursor_u8(&c), length = cursor_u8(&c);
	uint16_t scaled = cursor_u16(&c);
	struct span octets = cursor_take(&c, ADVERTISED_BITS / 8);
	unsigned code = scaled & CODE_MASK;

	if (!cursor_done(&c) || type != OPTION_PREF64 || length * OPTION_UNIT != OPTION_OCTETS ||
	        code >= LENGTHS)
		return false;
	*lifetime_s = scaled & ~CODE_MASK; /* in units of 8 seconds, and the code has 3 bits */
	*prefix = prefix_of(octets.base, lengths[code]);
	return nat64_is_prefix(prefix);
}

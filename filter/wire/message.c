/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/message.h"

#include "wire/edns.h"

#define RR_FIXED_OCTETS 10 /* octets of a record between its owner and its RDATA */

static void message_read_question(struct message *m, struct cursor *c)
{
	size_t start = cursor_offset(c);

	name_read_plain(c, &m->qname);
	m->qtype = cursor_u16(c);
	m->qclass = cursor_u16(c);
	if (!c->bad)
		m->question = span_of(m->octets.base + start, cursor_offset(c) - start);
}

/* In an OPT, the class is the UDP size and the TTL contains the other fields (RFC 6891, 6.1.3). */
static bool take_opt(struct message *m, const struct rr *rr, uint32_t ttl)
{
	if (m->edns.present || rr->section != SECTION_ADDITIONAL ||
	        m->octets.base[rr->owner_at] != 0)
		return false;
	m->edns = (struct edns){
		.present = true,
		.dnssec_ok = ttl & EDNS_DO,
		.flags = (uint16_t)ttl,
		.version = (uint8_t)(ttl >> 16),
		.extended_rcode = (uint8_t)(ttl >> 24),
		.udp_size = rr->class,
		.at = rr->owner_at,
		.options = message_rdata(m, rr),
	};
	return true;
}

/* A SIG record with type covered 0 is SIG(0). */
static bool signs_message(const struct message *m, const struct rr *rr)
{
	struct span rdata = message_rdata(m, rr);
	return rr->type == TYPE_TSIG ||
	       (rr->type == TYPE_SIG && rdata.len >= 2 && rdata.base[0] == 0 && rdata.base[1] == 0);
}

static bool message_read_record(
        struct message *m, struct cursor *c, enum section section, struct rr *rr)
{
	*rr = (struct rr){ .owner_at = (uint16_t)cursor_offset(c), .section = (uint8_t)section };
	name_skip(c);
	struct span fixed = cursor_take(c, RR_FIXED_OCTETS);
	if (!fixed.len)
		return false;
	rr->type = get_u16(fixed.base);
	rr->class = get_u16(fixed.base + 2);
	uint32_t ttl = get_u32(fixed.base + 4);
	rr->rdata_len = get_u16(fixed.base + 8);
	rr->rdata_at = (uint16_t)cursor_offset(c);
	cursor_take(c, rr->rdata_len);
	if (c->bad || m->is_signed)
		return false;
	rr->odd_ttl = ttl > INT32_MAX;
	rr->ttl_s = rr->odd_ttl ? 0 : ttl;
	if (rr->type == TYPE_OPT)
		return take_opt(m, rr, ttl);
	m->is_signed = signs_message(m, rr);
	return !m->is_signed || section == SECTION_ADDITIONAL;
}

static bool read_section(
        struct message *m, struct cursor *c, enum section section, unsigned count, unsigned rrs_max)
{
	while (count-- > 0) {
		struct rr rr;
		if (!message_read_record(m, c, section, &rr))
			return false;
		if (rr.type == TYPE_OPT)
			continue;
		if (m->rr_count == rrs_max)
			return false;
		m->rrs[m->rr_count++] = rr;
	}
	return true;
}

/* Leaves most of qname uncleared: a name is long, and its octets are not read before they are
 * written. */
static void message_begin(struct message *m, struct span octets, struct rr *rrs)
{
	memset(m, 0, offsetof(struct message, qname.octets) + 1);
	m->octets = octets;
	m->rrs = rrs;
}

bool message_parse(struct message *m, struct span octets, struct rr *rrs, unsigned rrs_max)
{
	struct cursor c = cursor_over(octets);
	uint16_t counts[SECTION_ADDITIONAL + 1];

	message_begin(m, octets, rrs);
	m->id = cursor_u16(&c);
	m->flags = cursor_u16(&c);
	m->question_count = cursor_u16(&c);
	for (unsigned s = SECTION_ANSWER; s <= SECTION_ADDITIONAL; s++)
		counts[s] = cursor_u16(&c);
	if (c.bad || m->question_count > 1 || octets.len > UINT16_MAX)
		return false;
	if (m->question_count == 1)
		message_read_question(m, &c);
	for (unsigned s = SECTION_ANSWER; s <= SECTION_ADDITIONAL; s++) {
		if (!read_section(m, &c, s, counts[s], rrs_max))
			return false;
	}
	return cursor_done(&c);
}

static bool skip_records(struct cursor *c, unsigned count)
{
	for (; count > 0 && !c->bad; count--) {
		name_skip(c);
		struct span fixed = cursor_take(c, RR_FIXED_OCTETS);
		cursor_take(c, fixed.len > 0 ? get_u16(fixed.base + 8) : 0);
	}
	return !c->bad;
}

enum message_fault message_examine(struct span octets, size_t *end)
{
	struct cursor c = cursor_at(octets, 2);
	struct name name;
	uint16_t flags = cursor_u16(&c), questions = cursor_u16(&c);
	unsigned records = cursor_u16(&c);

	records += cursor_u16(&c);
	records += cursor_u16(&c);
	*end = octets.len;
	if (c.bad)
		return MESSAGE_SHORT;
	if (questions > 1)
		return MESSAGE_QUESTIONS;
	if (questions == 1) {
		name_read_plain(&c, &name);
		cursor_take(&c, 4);
	}
	if (records > MESSAGE_RRS_MAX || !skip_records(&c, records))
		return MESSAGE_ODD;
	if (cursor_done(&c))
		return MESSAGE_SOUND;
	if (flags & OPCODE_MASK)
		return MESSAGE_ODD;
	*end = cursor_offset(&c);
	return MESSAGE_TRAILING;
}

/* Returns the octets of the OPT among `count` records, or an empty span. */
static struct span find_opt(struct cursor *c, struct span octets, unsigned count)
{
	struct span opt = { NULL, 0 };

	for (; count > 0 && !c->bad; count--) {
		size_t at = cursor_offset(c);
		struct cursor type;

		name_skip(c);
		type = *c;
		cursor_take(c, RR_FIXED_OCTETS - 2u);
		cursor_take(c, cursor_u16(c));
		if (cursor_u16(&type) == TYPE_OPT && !c->bad)
			opt = span_of(octets.base + at, cursor_offset(c) - at);
	}
	return opt;
}

size_t message_drop_additional(uint8_t *octets, size_t len)
{
	struct span all = span_of(octets, len);
	struct cursor c = cursor_at(all, 4);
	unsigned questions = cursor_u16(&c), records = cursor_u16(&c);

	records += cursor_u16(&c);
	unsigned additional = cursor_u16(&c);
	for (; questions > 0 && !c.bad; questions--) {
		name_skip(&c);
		cursor_take(&c, 4);
	}
	if (!skip_records(&c, records))
		return len;
	size_t end = cursor_offset(&c);
	struct span opt = find_opt(&c, all, additional);
	if (c.bad)
		return len;
	if (opt.len > 0)
		memmove(octets + end, opt.base, opt.len);
	put_u16(octets + 10, opt.len > 0);
	return end + opt.len;
}

struct span message_trim(struct span octets)
{
	size_t end;

	message_examine(octets, &end);
	return span_of(octets.base, end);
}

/* The lengths of labels are no letters: they are below 'A'. Type and class are compared as they
 * are. */
bool question_is_alike(struct span a, struct span b)
{
	size_t name_len = a.len > 4 ? a.len - 4 : 0;

	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		if (a.base[i] != b.base[i] &&
		        (i >= name_len || name_lower(a.base[i]) != name_lower(b.base[i])))
			return false;
	}
	return true;
}

bool message_label(const struct message *m, size_t *at, struct span *label)
{
	for (;;) {
		struct cursor c = cursor_at(m->octets, *at);
		uint8_t len = cursor_u8(&c);
		if (len < 0xc0) {
			*label = cursor_take(&c, len);
			return !c.bad;
		}
		size_t target = (size_t)(len & 0x3f) << 8 | cursor_u8(&c);
		if (c.bad || target >= *at)
			return false;
		*at = target;
	}
}

bool message_has_type(const struct message *m, uint16_t type)
{
	for (unsigned i = 0; i < m->rr_count; i++) {
		if (m->rrs[i].type == type)
			return true;
	}
	return false;
}

bool message_owner(const struct message *m, const struct rr *rr, struct name *owner)
{
	struct cursor c = cursor_at(m->octets, rr->owner_at);
	name_read(&c, owner);
	return !c.bad;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/look_read.h"

#include <stdlib.h>

#include "dnssec/rrsig.h"
#include "keeper/look_spread.h"

enum look_fault look_fault_of_end(enum ask_end end)
{
	static const enum look_fault faults[] = {
		[ASK_BEGINS] = LOOK_SILENT,
		[ASK_ANSWERED] = LOOK_SEEN,
		[ASK_SILENT] = LOOK_SILENT,
		[ASK_REFUSED] = LOOK_REFUSED,
		[ASK_NO_WAY] = LOOK_NO_WAY,
		[ASK_NO_ROOM] = LOOK_NO_ROOM,
	};

	return faults[end];
}

/* Adds a record that the query asked for. Returns false if there is no room. */
static bool look_take_record(struct look_set *set, const struct message *m, const struct rr *rr)
{
	struct span rdata = message_rdata(m, rr);

	if (set->count == 0 || rr->ttl_s < set->ttl_s)
		set->ttl_s = rr->ttl_s;
	if (look_set_has(set, rdata))
		return true;
	if (set->count == LOOK_RECORDS)
		return false;
	set->rdatas[set->count++] = rdata;
	return true;
}

/* Adds the tag of the key of an RRSIG over the type. Returns false if the RRSIG is malformed, or if
 * there is no room. */
static bool look_take_signer(
        struct look_set *set, const struct message *m, const struct rr *rr, uint16_t type)
{
	struct rrsig sig;

	if (!rrsig_read(m, rr, &sig))
		return false;
	if (sig.type_covered != type)
		return true;
	if (set->signer_count == LOOK_SIGNERS)
		return false;
	set->signers[set->signer_count++] = sig.tag;
	return true;
}

static enum look_fault look_take_records(
        struct look_set *set, const struct message *m, const struct want *want)
{
	struct name owner;

	for (unsigned i = 0; i < m->rr_count; i++) {
		const struct rr *rr = &m->rrs[i];
		if (rr->section != SECTION_ANSWER || rr->class != CLASS_IN ||
		        !message_owner(m, rr, &owner) || !name_equal(&owner, &want->name))
			continue;
		if (rr->type == want->type && !look_take_record(set, m, rr))
			return LOOK_MALFORMED;
		if (rr->type == TYPE_RRSIG && !look_take_signer(set, m, rr, want->type))
			return LOOK_MALFORMED;
	}
	return LOOK_SEEN;
}

static enum look_fault look_judge_header(struct look_set *set, const struct message *m)
{
	set->rcode = message_rcode(m);
	if (set->rcode != RCODE_NOERROR)
		return LOOK_ERROR;
	return m->flags & FLAG_AA ? LOOK_SEEN : LOOK_LAME;
}

void look_read_set(struct look_set *set, struct ask *ask, struct rr *rrs)
{
	struct message m;

	*set = (struct look_set){ .fault = look_fault_of_end(ask->end), .over_tcp = ask->over_tcp };
	if (set->fault != LOOK_SEEN)
		return;
	set->octets = ask->octets;
	set->len = ask->len;
	ask->octets = NULL;
	if (!message_parse(&m, span_of(set->octets, ask->len), rrs, MESSAGE_RRS_MAX)) {
		set->fault = LOOK_MALFORMED;
		return;
	}
	set->fault = look_judge_header(set, &m);
	if (set->fault == LOOK_SEEN)
		set->fault = look_take_records(set, &m, &ask->want);
	if (set->fault != LOOK_SEEN)
		set->count = set->signer_count = 0;
}

bool look_read_zone(const struct message *m, const struct name *name, struct name *zone)
{
	for (unsigned i = 0; i < m->rr_count; i++) {
		const struct rr *rr = &m->rrs[i];
		if (rr->type == TYPE_SOA && rr->class == CLASS_IN &&
		        rr->section != SECTION_ADDITIONAL && message_owner(m, rr, zone) &&
		        name_within(name, zone))
			return true;
	}
	return false;
}

static void look_add_name(struct look_servers *servers, const struct name *name)
{
	for (unsigned i = 0; i < servers->name_count; i++) {
		if (name_equal(&servers->names[i], name))
			return;
	}
	if (servers->name_count == LOOK_NAMES)
		servers->is_cut = true;
	else
		servers->names[servers->name_count++] = *name;
}

void look_read_names(const struct message *m, const struct name *zone, struct look_servers *servers)
{
	for (unsigned i = 0; i < m->rr_count; i++) {
		const struct rr *rr = &m->rrs[i];
		struct name owner, name;
		if (rr->type != TYPE_NS || rr->class != CLASS_IN ||
		        rr->section == SECTION_ADDITIONAL || !message_owner(m, rr, &owner) ||
		        !name_equal(&owner, zone))
			continue;
		struct cursor c = cursor_at(m->octets, rr->rdata_at);
		name_read(&c, &name);
		if (!c.bad)
			look_add_name(servers, &name);
	}
}

static bool look_has_address(
        const struct look_servers *servers, const struct sockaddr_storage *address)
{
	for (unsigned i = 0; i < servers->count; i++) {
		if (memcmp(&servers->at[i].address, address, sizeof(*address)) == 0)
			return true;
	}
	return false;
}

void look_add_addresses(struct look_servers *servers, unsigned name, const struct addresses *found)
{
	servers->has_address[name] |= found->count > 0;
	servers->is_cut |= found->count == LIMIT_WALK_ADDRESSES;
	if (!servers->at)
		servers->at = calloc(LOOK_ADDRESSES, sizeof(*servers->at));
	for (unsigned i = 0; i < found->count; i++) {
		if (look_has_address(servers, &found->at[i]))
			continue;
		if (!servers->at || servers->count == LOOK_ADDRESSES) {
			servers->is_cut = true;
			return;
		}
		servers->at[servers->count++] =
		        (struct look_server){ .address = found->at[i], .name = name };
	}
}

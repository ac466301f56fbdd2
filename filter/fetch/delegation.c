/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fetch/delegation.h"

#include <netinet/in.h>

#include "base/sockaddr.h"

/* True for a unicast address of another host: a forged referral must not lead to this host, or to a
 * multicast group. */
static bool is_askable(const struct sockaddr_storage *address)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (address->ss_family == AF_INET6) {
		memcpy(&in6, address, sizeof(in6));
		return !IN6_IS_ADDR_UNSPECIFIED(&in6.sin6_addr) &&
		       !IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr) &&
		       !IN6_IS_ADDR_MULTICAST(&in6.sin6_addr) &&
		       !IN6_IS_ADDR_LINKLOCAL(&in6.sin6_addr) &&
		       !IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr);
	}
	memcpy(&in, address, sizeof(in));
	unsigned first = ntohl(in.sin_addr.s_addr) >> 24;
	return first != 0 && first != IN_LOOPBACKNET && first < 224;
}

void addresses_add(struct addresses *a, const struct sockaddr_storage *address)
{
	if (a->count == LIMIT_WALK_ADDRESSES)
		return;
	for (unsigned i = 0; i < a->count; i++) {
		if (memcmp(&a->at[i], address, sizeof(*address)) == 0)
			return;
	}
	a->at[a->count++] = *address;
}

static void add_address_record(struct addresses *a, const struct message *m, const struct rr *rr)
{
	struct span rdata = message_rdata(m, rr);
	bool is_ipv4 = rr->type == TYPE_A && rdata.len == sizeof(struct in_addr);
	bool is_ipv6 = rr->type == TYPE_AAAA && rdata.len == sizeof(struct in6_addr);

	if (!is_ipv4 && !is_ipv6)
		return;
	struct sockaddr_storage address = sockaddr_of(rdata, DNS_PORT, 0);
	if (is_askable(&address))
		addresses_add(a, &address);
}

/* Adds the addresses of the server `name` in one section. Returns false if none was added. */
static bool add_addresses_of(
        struct addresses *a, const struct message *m, enum section section, const struct name *name)
{
	unsigned before = a->count;
	struct name owner;

	for (unsigned i = 0; i < m->rr_count; i++) {
		const struct rr *rr = &m->rrs[i];
		if (rr->section == section && rr->class == CLASS_IN &&
		        (rr->type == TYPE_A || rr->type == TYPE_AAAA) &&
		        message_owner(m, rr, &owner) && name_equal(&owner, name))
			add_address_record(a, m, rr);
	}
	return a->count > before;
}

bool addresses_read(struct addresses *a, const struct message *m)
{
	return add_addresses_of(a, m, SECTION_ANSWER, &m->qname);
}

bool addresses_read_glue(struct addresses *a, const struct message *m, const struct name *server)
{
	return add_addresses_of(a, m, SECTION_ADDITIONAL, server);
}

/* True if the record is an NS record of a zone below `zone`, on the way to `name`. Fills in its
 * owner. */
static bool leads_on(const struct message *m, const struct rr *rr, const struct name *zone,
        const struct name *name, struct name *owner)
{
	return rr->type == TYPE_NS && rr->class == CLASS_IN && rr->section == SECTION_AUTHORITY &&
	       message_owner(m, rr, owner) && owner->labels > zone->labels &&
	       name_within(owner, zone) && name_within(name, owner);
}

static void delegation_add_server(
        struct delegation *d, const struct message *m, const struct rr *rr, const struct name *zone)
{
	struct cursor c = cursor_at(m->octets, rr->rdata_at);
	struct name server;

	name_read(&c, &server);
	if (c.bad)
		return;
	if (name_within(&server, zone) &&
	        add_addresses_of(&d->addresses, m, SECTION_ADDITIONAL, &server))
		return;
	/* a server whose name lies below the zone cut cannot be found without glue */
	if (d->name_count < LIMIT_WALK_SERVERS && !name_within(&server, &d->zone))
		d->names[d->name_count++] = server;
}

bool delegation_read(struct delegation *d, const struct message *m, const struct name *zone,
        const struct name *name)
{
	struct name owner;

	*d = (struct delegation){ .ttl_s = LIMIT_SERVERS_S };
	if (message_rcode(m) != RCODE_NOERROR)
		return false;
	for (unsigned i = 0; i < m->rr_count; i++) {
		const struct rr *rr = &m->rrs[i];
		if (rr->section == SECTION_ANSWER)
			return false;
		if (!leads_on(m, rr, zone, name, &owner))
			continue;
		if (d->zone.len == 0)
			d->zone = owner;
		if (!name_equal(&owner, &d->zone))
			continue;
		if (rr->ttl_s < d->ttl_s)
			d->ttl_s = rr->ttl_s;
		delegation_add_server(d, m, rr, zone);
	}
	return d->addresses.count > 0 || d->name_count > 0;
}

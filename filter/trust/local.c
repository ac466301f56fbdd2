/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trust/local.h"

#include "wire/protocol.h"

/* "in-addr.arpa." and "ip6.arpa." as they end a name. */
static const uint8_t in_addr[] = "\7in-addr\4arpa", ip6[] = "\3ip6\4arpa",
                     localhost[] = "\11localhost";

#define REVERSE_LABELS 2 /* of either */

/* True if the name ends in these octets, which include the final zero, at a label. */
static bool ends_in(const struct name *n, const uint8_t *end, size_t size, unsigned labels)
{
	struct name suffix;

	if (n->len < size || memcmp(n->octets + n->len - size, end, size) != 0)
		return false;
	name_suffix(n, labels, &suffix);
	return suffix.len == size;
}

/* Returns a label as a number, or -1 if it is none: decimal up to 255 without leading zeros, or one
 * hexadecimal digit. */
static int label_number(struct span label, bool is_hex)
{
	static const char digits[] = "0123456789abcdef";
	int n = 0;

	if (label.len > (is_hex ? 1 : 3) || (label.len > 1 && label.base[0] == '0'))
		return -1;
	for (size_t i = 0; i < label.len; i++) {
		const char *at = memchr(digits, label.base[i], is_hex ? 16 : 10);
		if (!at)
			return -1;
		n = n * 10 + (int)(at - digits);
	}
	return n < 256 ? n : -1;
}

/* Puts the number of the label that is `place` labels from the front of the address there. */
static void put_number(struct network *n, unsigned place, int number)
{
	if (n->len == 4)
		n->octets[place] = (uint8_t)number;
	else
		n->octets[place / 2] |= (uint8_t)(place % 2 ? number : number << 4);
}

bool reverse_network(const struct name *name, struct network *network)
{
	bool is_v4 = ends_in(name, in_addr, sizeof(in_addr), REVERSE_LABELS);
	unsigned most = is_v4 ? 4 : 32, place = 0;
	uint8_t ats[NAME_MAX_LABELS], at = 0;

	if (!is_v4 && !ends_in(name, ip6, sizeof(ip6), REVERSE_LABELS))
		return false;
	*network = (struct network){ .len = is_v4 ? 4 : 16 };
	for (unsigned i = 0; i < name->labels; at = (uint8_t)(at + name->octets[at] + 1))
		ats[i++] = at;
	for (unsigned i = name->labels - REVERSE_LABELS; i > 0 && place < most; place++) {
		at = ats[--i];
		int n = label_number(span_of(name->octets + at + 1, name->octets[at]), !is_v4);
		if (n < 0)
			break;
		put_number(network, place, n);
	}
	network->prefix = (uint8_t)(place * (is_v4 ? 8 : 4));
	return true;
}

/* Returns the bit of the name's top-level label. Most names are of a top-level domain that has
 * nothing local, and need no search. */
static uint64_t top_bit(const struct name *n)
{
	uint8_t at = 0;

	for (unsigned i = 1; i < n->labels; i++)
		at = (uint8_t)(at + n->octets[at] + 1);
	unsigned len = n->octets[at], first = len ? n->octets[at + 1] : 0;
	return UINT64_C(1) << ((len * 7 + first) & 63);
}

bool local_add(struct local_names *list, const struct local_name *local)
{
	static const struct name arpa = { .len = 6, .labels = 1, .octets = "\4arpa" };

	if (list->count == LOCAL_NAMES_MAX)
		return false;
	list->items[list->count++] = *local;
	if (local->kind != LOCAL_SINGLE)
		list->tops |= top_bit(local->kind == LOCAL_NAME ? &local->zone : &arpa);
	return true;
}

static bool answers_for(const struct local_name *local, struct span server)
{
	return !local->is_bound || networks_have(&local->from, 1, server);
}

/* Sets `zone` to the reverse zone of the network, or to the smallest one that has all of it. */
static void reverse_zone(const struct name *name, const struct network *network, struct name *zone)
{
	unsigned bits = network->len == 4 ? 8 : 4;

	name_suffix(name, REVERSE_LABELS + (network->prefix + bits - 1) / bits, zone);
}

const struct local_name *local_above(const struct local_names *list, const struct name *name,
        struct span server, struct name *zone)
{
	struct network reverse;

	if (!list || !(list->tops & top_bit(name)))
		return NULL;
	bool is_reverse = reverse_network(name, &reverse);
	for (unsigned i = 0; i < list->count; i++) {
		const struct local_name *local = &list->items[i];
		if (local->kind == LOCAL_NAME && name_within(name, &local->zone) &&
		        answers_for(local, server)) {
			*zone = local->zone;
			return local;
		}
		if (local->kind == LOCAL_REVERSE && is_reverse &&
		        network_within(&reverse, &local->network) && answers_for(local, server)) {
			reverse_zone(name, &local->network, zone);
			return local;
		}
	}
	return NULL;
}

const struct local_name *local_single(
        const struct local_names *list, const struct name *name, struct span server)
{
	for (unsigned i = 0; list && name->labels == 1 && i < list->count; i++) {
		const struct local_name *local = &list->items[i];
		if (local->kind == LOCAL_SINGLE && answers_for(local, server))
			return local;
	}
	return NULL;
}

static bool is_localhost(const struct name *name)
{
	return ends_in(name, localhost, sizeof(localhost), 1);
}

static bool is_loopback(const struct network *n)
{
	static const uint8_t v6[16] = { [15] = 1 };

	return n->len == 4 ? n->octets[0] == 127 : memcmp(n->octets, v6, sizeof(v6)) == 0;
}

static bool address_is_loopback(struct span rdata)
{
	struct network n = { .len = (uint8_t)rdata.len };

	if (rdata.len != 4 && rdata.len != 16)
		return false;
	memcpy(n.octets, rdata.base, rdata.len);
	return is_loopback(&n);
}

/* True for the reverse name of 127.0.0.1 or ::1. Other addresses of 127.0.0.0/8 have names that the
 * machine's owner chose. */
static bool is_reverse_of_loopback(const struct name *owner)
{
	static const uint8_t v4[4] = { 127, 0, 0, 1 };
	struct network n;

	return reverse_network(owner, &n) && n.prefix == n.len * 8 &&
	       owner->labels == REVERSE_LABELS + (n.len == 4 ? 4 : 32) && is_loopback(&n) &&
	       (n.len == 16 || memcmp(n.octets, v4, sizeof(v4)) == 0);
}

/* True for the reverse name of a network that has 127.0.0.1 or ::1: a DNAME there renames what says
 * how the loopback is called, also for a resolver that keeps the DNAME and was asked for another
 * name. */
static bool is_reverse_above_loopback(const struct name *owner)
{
	static const struct network v4 = { .octets = { 127, 0, 0, 1 }, .len = 4, .prefix = 32 };
	static const struct network v6 = { .octets = { [15] = 1 }, .len = 16, .prefix = 128 };
	struct network n;

	if (!reverse_network(owner, &n) ||
	        owner->labels != REVERSE_LABELS + n.prefix / (n.len == 4 ? 8u : 4u))
		return false;
	return network_within(n.len == 4 ? &v4 : &v6, &n);
}

bool local_is_loopback_name(const struct name *owner, uint16_t type)
{
	if (type == TYPE_PTR)
		return is_reverse_of_loopback(owner);
	if (type == TYPE_DNAME && is_reverse_above_loopback(owner))
		return true;
	return is_localhost(owner) || (type == TYPE_CNAME && is_reverse_of_loopback(owner));
}

/* A name of one label can only be one of this machine, too. */
bool local_is_loopback(uint16_t type, struct span rdata, const struct name *target)
{
	switch (type) {
	case TYPE_A:
	case TYPE_AAAA:
		return address_is_loopback(rdata);
	case TYPE_CNAME:
	case TYPE_DNAME:
		return target && is_localhost(target);
	case TYPE_PTR:
		return target && (target->labels == 1 || is_localhost(target));
	case TYPE_SVCB:
	case TYPE_HTTPS: /* a target, a port, and addresses in its hints: nobody needs them here */
		return false;
	default:
		return true;
	}
}

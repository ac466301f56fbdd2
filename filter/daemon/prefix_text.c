/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/prefix_text.h"

#include <net/if.h>

#include "base/log.h"
#include "base/sockaddr.h"
#include "config/address.h"
#include "config/network_text.h"
#include "wire/nat64_find.h"

static void router_text(const struct found_prefix *p, char text[static PREFIX_ORIGIN_SIZE])
{
	char router[INET6_ADDRSTRLEN], name[IF_NAMESIZE];

	if (!if_indextoname(p->origin.index, name))
		snprintf(name, sizeof(name), "%u", p->origin.index);
	snprintf(text, PREFIX_ORIGIN_SIZE, "router %s on %s",
	        address_text(span_of(p->router, sizeof(p->router)), router), name);
}

const char *prefix_origin_text(
        const struct config *c, const struct found_prefix *p, char text[static PREFIX_ORIGIN_SIZE])
{
	char resolver[ADDRESS_TEXT_MAX];

	if (p->origin.source == PREFIX_OF_ROUTER) {
		router_text(p, text);
		return text;
	}
	address_write(&c->resolvers.items[p->origin.index], resolver);
	snprintf(text, PREFIX_ORIGIN_SIZE, NAT64_NAME " at %s", resolver);
	return text;
}

void prefix_log_news(const struct config *c, const struct found_prefix *p)
{
	char origin[PREFIX_ORIGIN_SIZE], prefix[NETWORK_TEXT_SIZE];

	prefix_origin_text(c, p, origin);
	network_write(&p->network, true, prefix);
	switch (p->use) {
	case PREFIX_COUNTS:
		log_info("DNS64 prefix %s learned from %s", prefix, origin);
		break;
	case PREFIX_GLOBAL:
		log_warning("DNS64 prefix %s from %s is not used, because it could lead anywhere; "
		            "if it is your network's NAT64, write dns64 = [ \"%s\" ]",
		        prefix, origin, prefix);
		break;
	case PREFIX_ON_LINK:
		log_warning("DNS64 prefix %s from %s is not used, because machines on a link of "
		            "this one could have its addresses; if it is your network's NAT64, "
		            "write dns64 = [ \"%s\" ]",
		        prefix, origin, prefix);
		break;
	}
}

void prefix_log_ended(const struct config *c, const struct found_prefix *p)
{
	char origin[PREFIX_ORIGIN_SIZE], prefix[NETWORK_TEXT_SIZE];

	if (p->use == PREFIX_COUNTS)
		log_info("DNS64 prefix %s from %s is forgotten: it is not told any more",
		        network_write(&p->network, true, prefix), prefix_origin_text(c, p, origin));
}

/* Adds "PREFIX (ORIGIN)" to a list. */
static size_t add(char *text, size_t len, const struct network *network, const char *origin)
{
	char prefix[NETWORK_TEXT_SIZE];

	return len + (size_t)snprintf(text + len, PREFIX_LIST_SIZE - len, "%s%s (%s)",
	                     len > 0 ? ", " : "", network_write(network, true, prefix), origin);
}

const char *prefix_list_text(const struct config *c, const struct found_prefixes *found,
        bool that_count, char text[static PREFIX_LIST_SIZE])
{
	char origin[PREFIX_ORIGIN_SIZE];
	size_t len = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < c->dns64.count && that_count; i++)
		len = add(text, len, &c->dns64.items[i], "configuration");
	for (unsigned i = 0; i < found->count; i++) {
		const struct found_prefix *p = &found->items[i];
		if ((p->use == PREFIX_COUNTS) == that_count)
			len = add(text, len, &p->network, prefix_origin_text(c, p, origin));
	}
	return text;
}

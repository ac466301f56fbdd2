/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/advice.h"
#include "netfilter/inside_interfaces.h"

#include <string.h>

#include "base/log.h"
#include "config/interface_name.h"

bool inside_matters(const struct config *c)
{
	return c->tcp == TCP_RELAY &&
	       (c->role == ROLE_GATEWAY || c->role == ROLE_BOTH || c->role == ROLE_BRIDGE);
}

static bool add_name(struct config_interfaces *list, const char *name)
{
	if (list->count == CONFIG_INTERFACES_MAX)
		return false;
	strcpy(list->names[list->count++], name);
	return true;
}

/* An interface without an address is the lower layer of another one (of a bridge, of PPPoE, of
 * VLANs), which may have the default route. A name that iptables would read as a pattern is left
 * out. */
static bool is_inside(const struct interface *i)
{
	return !i->is_loopback && !i->has_default && i->has_address &&
	       interface_name_is_safe(i->name);
}

void inside_choose(const struct interfaces *all, struct inside *in)
{
	bool any_out = false, fits = true;

	memset(in, 0, sizeof(*in));
	for (unsigned i = 0; i < all->count; i++) {
		if (all->items[i].has_default) {
			any_out = true;
			add_name(&in->outside, all->items[i].name);
		} else if (is_inside(&all->items[i])) {
			fits = add_name(&in->interfaces, all->items[i].name) && fits;
		}
	}
	in->how = all->is_unclear             ? INSIDE_UNCLEAR
	          : !any_out                  ? INSIDE_NO_WAY
	          : !fits                     ? INSIDE_TOO_MANY
	          : in->interfaces.count == 0 ? INSIDE_ALL_OUT
	                                      : INSIDE_FOUND;
	if (in->how != INSIDE_FOUND)
		in->interfaces.count = 0;
}

void inside_find(const struct config *c, struct inside *in)
{
	struct interfaces all;

	if (c->inside.count > 0) {
		*in = (struct inside){ .how = INSIDE_NAMED, .interfaces = c->inside };
		return;
	}
	if (c->role == ROLE_BRIDGE) {
		*in = (struct inside){ .how = INSIDE_ANY_PORT };
		return;
	}
	int error = interfaces_read(&all);
	if (error)
		*in = (struct inside){ .how = INSIDE_UNKNOWN, .error = error };
	else
		inside_choose(&all, in);
	interfaces_fini(&all);
}

#define LIST_SIZE (CONFIG_INTERFACES_MAX * (IF_NAMESIZE + 16))

/* Writes the names with commas in between, and marks each interface that does not exist. */
static const char *list_names(
        const struct config_interfaces *interfaces, char text[static LIST_SIZE])
{
	size_t len = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < interfaces->count; i++) {
		const char *name = interfaces->names[i];
		len += (size_t)snprintf(text + len, LIST_SIZE - len, "%s%s%s", i ? ", " : "", name,
		        if_nametoindex(name) ? "" : " (does not exist now)");
	}
	return text;
}

static void log_no_inside(const struct inside *in)
{
	static const char *const why[] = {
		[INSIDE_NO_WAY] = "no interface has a default route now, so the inside cannot be "
		                  "told from the outside",
		[INSIDE_UNCLEAR] = "a default route does not name its interface",
		[INSIDE_ALL_OUT] = "every interface has a default route, or no address",
		[INSIDE_TOO_MANY] = "there are too many interfaces",
	};
	const char *reason = in->how == INSIDE_UNKNOWN ? strerror(-in->error) : why[in->how];

	log_warning(
	        "rules: DNS over TCP is refused from all interfaces: %s; name the interfaces of "
	        "the inside in `inside`, or run `sealgate rules apply%s` again once the network "
	        "is up",
	        reason, advice_options());
}

void inside_log(const struct inside *in)
{
	char names[LIST_SIZE], outside[LIST_SIZE];

	if (in->how == INSIDE_NAMED)
		log_info("rules: DNS over TCP is relayed from %s (as `inside` says)",
		        list_names(&in->interfaces, names));
	else if (in->how == INSIDE_FOUND)
		log_info("rules: DNS over TCP is relayed from %s, because the default routes lead "
		         "through %s",
		        list_names(&in->interfaces, names), list_names(&in->outside, outside));
	else if (in->how == INSIDE_ANY_PORT)
		log_info("rules: DNS over TCP is relayed from every port of a bridge; if FORWARD "
		         "protects servers of the inside, name the ports of the inside in "
		         "`inside`");
	else
		log_no_inside(in);
}

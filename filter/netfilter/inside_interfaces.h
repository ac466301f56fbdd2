/* SPDX-License-Identifier: GPL-2.0-or-later */
/* By which interfaces the relay of a gateway takes connections: from the inside alone. What it
 * takes it carries on by OUTPUT, past all that the operator says in FORWARD. So an interface too
 * much opens the inside to whoever is behind it, and one too few only refuses DNS over TCP there.
 * On a bridge they are its ports, of which none tells by itself where it leads. */
#ifndef NETFILTER_INSIDE_INTERFACES_H
#define NETFILTER_INSIDE_INTERFACES_H

#include "config/config.h"
#include "netfilter/interfaces.h"

enum inside_how {
	INSIDE_NAMED,    /* by the operator */
	INSIDE_FOUND,    /* those with an address and without a default route */
	INSIDE_ANY_PORT, /* of a bridge: nobody has named any */
	INSIDE_NO_WAY,   /* none: there is no default route, so all might be the outside */
	INSIDE_UNCLEAR,  /* none: a default route does not say where it leads */
	INSIDE_ALL_OUT,  /* none: all have default routes */
	INSIDE_TOO_MANY, /* none: more than CONFIG_INTERFACES_MAX */
	INSIDE_UNKNOWN,  /* none: the kernel could not be asked */
};

struct inside {
	enum inside_how how;
	struct config_interfaces interfaces;
	struct config_interfaces outside; /* of INSIDE_FOUND, as many as there is room for */
	int error;                        /* of INSIDE_UNKNOWN */
};

/* True where the role has a relay to which it matters. */
bool inside_matters(const struct config *c);

/* Finds out, by what `c` names or else by what the kernel has now. */
void inside_find(const struct config *c, struct inside *in);

/* The second half of it: chooses among all interfaces. */
void inside_choose(const struct interfaces *all, struct inside *in);

/* Says it in the log: where connections are relayed from, and why there. */
void inside_log(const struct inside *in);

#endif

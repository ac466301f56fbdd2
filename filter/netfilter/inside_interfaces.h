/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the interfaces from which the relay of a gateway takes connections: those of the inside. A
 * relayed connection leaves through OUTPUT, so the operator's rules in FORWARD do not apply to it.
 * One interface too many therefore opens servers of the inside to the network behind it. One too
 * few only refuses DNS over TCP from there. On a bridge the interfaces are its ports, and nothing
 * tells where a port leads. */
#ifndef NETFILTER_INSIDE_INTERFACES_H
#define NETFILTER_INSIDE_INTERFACES_H

#include "config/config.h"
#include "netfilter/interfaces.h"

enum inside_how {
	INSIDE_NAMED,    /* `inside` names them */
	INSIDE_FOUND,    /* those with an address and without a default route */
	INSIDE_ANY_PORT, /* every port of a bridge: `inside` names none */
	INSIDE_NO_WAY,   /* none: there is no default route, so each might be the outside */
	INSIDE_UNCLEAR,  /* none: a default route does not say by which interface it leads */
	INSIDE_ALL_OUT,  /* none: each has a default route, or no address */
	INSIDE_TOO_MANY, /* none: there are more than CONFIG_INTERFACES_MAX */
	INSIDE_UNKNOWN,  /* none: the kernel could not be asked */
};

struct inside {
	enum inside_how how;
	struct config_interfaces interfaces;
	struct config_interfaces outside; /* INSIDE_FOUND: the first CONFIG_INTERFACES_MAX */
	int error;                        /* INSIDE_UNKNOWN: -errno */
};

/* True if the role has a relay that takes connections from certain interfaces only. */
bool inside_matters(const struct config *c);

/* Takes the interfaces that `c` names; if it names none, asks the kernel for all interfaces and
 * chooses among them. */
void inside_find(const struct config *c, struct inside *in);

/* Chooses the interfaces of the inside among `all`. For inside_find(), and for tests. */
void inside_choose(const struct interfaces *all, struct inside *in);

/* Logs from which interfaces connections are relayed, and why from these. */
void inside_log(const struct inside *in);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The prefixes of NAT64s in Router Advertisements (RFC 8781). The kernel hands the options of an
 * advertisement on (RTM_NEWNDUSEROPT; this one since Linux 5.7) if it accepts the advertisement
 * itself: from the link (hop limit 255), on an interface with accept_ra. */
#ifndef DAEMON_ROUTER_ADVERTS_H
#define DAEMON_ROUTER_ADVERTS_H

#include "wire/network.h"

struct router_advert {
	unsigned interface; /* its index */
	bool is_down;       /* the interface is down or gone: what came by it holds no more */

	/* If it is not down: */
	struct network prefix;
	uint32_t lifetime_s; /* 0: the prefix is taken back */
	uint8_t router[16];  /* its address; zero if the kernel does not say it */
};

typedef void router_advert_taker(void *context, const struct router_advert *advert);

/* Opens a socket on which the kernel tells what comes from now on. Needs no capability. Returns a
 * descriptor or -errno. */
int router_adverts_open(void);

/* Reads what the kernel has told, at most ROUTER_ADVERTS_MAX messages, without waiting, and calls
 * take() for each prefix and for each interface that went. */
#define ROUTER_ADVERTS_MAX 64
void router_adverts_read(int fd, router_advert_taker *take, void *context);

/* Does this for one datagram of the kernel, which is aligned like a struct nlmsghdr. */
void router_adverts_parse(const void *octets, size_t len, router_advert_taker *take, void *context);

#endif

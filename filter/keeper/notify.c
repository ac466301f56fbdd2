/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/notify.h"

#include "base/sockaddr.h"
#include "fetch/delegation.h"
#include "keeper/look_ask.h"
#include "keeper/notify_read.h"

/* The notification is authoritative (RFC 1996, 4.5). */
#define NOTIFY_FLAGS (OPCODE_NOTIFY << OPCODE_SHIFT | FLAG_AA)

struct notifying {
	struct look_asker asker;
	const struct name *zone;
	struct notify_target target;
	struct addresses addresses;
	struct complaint *told;
};

/* Asks for DSYNC without CD, so that a resolver that validates does so. */
static enum notify_end find_target(struct notifying *n, const struct name *parent)
{
	struct name names[NOTIFY_NAMES];
	unsigned count = notify_names(n->zone, parent, names);
	char text[NAME_TEXT_SIZE];
	bool is_found = false;

	for (unsigned i = 0; i < count; i++)
		look_put_ask(&n->asker.asks[i], NULL, &names[i], TYPE_DSYNC, FLAG_RD);
	int failure = look_resolve(&n->asker, count, n->told);
	for (unsigned i = 0; i < count && !failure && !is_found; i++) {
		struct message m;
		is_found = look_response(&n->asker, i, &m) && notify_read_target(&m, &n->target);
	}
	asks_free(n->asker.asks, count);
	if (failure)
		return NOTIFY_FAILED;
	if (is_found)
		return NOTIFY_TAKEN;
	complaint_set(n->told, "%s has no DSYNC record for CDS, so it cannot be told",
	        name_text(parent, text));
	return NOTIFY_NO_TARGET;
}

static enum notify_end find_agent(struct notifying *n)
{
	static const uint16_t types[] = { TYPE_A, TYPE_AAAA };
	char text[NAME_TEXT_SIZE];

	for (unsigned i = 0; i < 2; i++)
		look_put_ask(&n->asker.asks[i], NULL, &n->target.host, types[i], FLAG_RD);
	int failure = look_resolve(&n->asker, 2, n->told);
	for (unsigned i = 0; i < 2 && !failure; i++) {
		struct message m;
		if (look_response(&n->asker, i, &m))
			addresses_read(&n->addresses, &m);
	}
	asks_free(n->asker.asks, 2);
	if (failure)
		return NOTIFY_FAILED;
	if (n->addresses.count > 0)
		return NOTIFY_TAKEN;
	complaint_set(
	        n->told, "the parent's agent %s has no address", name_text(&n->target.host, text));
	return NOTIFY_UNANSWERED;
}

/* Reads the response to the notification (RFC 1996, 4.7). */
static enum notify_end read_confirmation(struct notifying *n, struct ask *a)
{
	char text[NAME_TEXT_SIZE];
	struct message m;

	name_text(&n->target.host, text);
	if (a->end != ASK_ANSWERED ||
	        !message_parse(&m, span_of(a->octets, a->len), n->asker.rrs, MESSAGE_RRS_MAX)) {
		complaint_set(n->told, "the parent's agent %s, port %u, does not answer", text,
		        n->target.port);
		return NOTIFY_UNANSWERED;
	}
	if (message_rcode(&m) != RCODE_NOERROR) {
		complaint_set(n->told, "the parent's agent %s, port %u, refuses: %s", text,
		        n->target.port, rcode_text(message_rcode(&m)));
		return NOTIFY_REFUSED;
	}
	complaint_set(n->told, "the parent's agent %s, port %u, was told", text, n->target.port);
	return NOTIFY_TAKEN;
}

/* Tells one address after the other, until one confirms. */
static enum notify_end notify_agent(struct notifying *n)
{
	enum notify_end end = NOTIFY_UNANSWERED;

	for (unsigned i = 0; i < n->addresses.count && end != NOTIFY_TAKEN; i++) {
		struct sockaddr_storage to =
		        sockaddr_of(sockaddr_octets(&n->addresses.at[i]), n->target.port, 0);
		struct ask *a = &n->asker.asks[0];
		look_put_ask(a, &to, n->zone, TYPE_CDS, NOTIFY_FLAGS);
		if (look_run(&n->asker, 1, n->told) < 0)
			return NOTIFY_FAILED;
		end = read_confirmation(n, a);
		asks_free(a, 1);
	}
	return end;
}

enum notify_end notify_parent(const struct look_order *order, struct complaint *told)
{
	struct notifying n = { .zone = order->zone, .told = told };
	enum notify_end end = NOTIFY_FAILED;
	struct name parent;

	if (look_asker_init(&n.asker, order, told) == 0 &&
	        look_find_parent(&n.asker, &parent, told) == 0)
		end = find_target(&n, &parent);
	if (end == NOTIFY_TAKEN)
		end = find_agent(&n);
	if (end == NOTIFY_TAKEN)
		end = notify_agent(&n);
	look_asker_fini(&n.asker);
	return end;
}

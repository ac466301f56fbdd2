/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Of any response the keeper reads a target for NOTIFY that can be asked, a zone that the name is
 * in, and servers that the message has. */
#include "../unit/test.h"

#include "keeper/look_read.h"
#include "keeper/notify_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool target_holds(const struct message *m)
{
	char text[NAME_TEXT_SIZE];
	struct notify_target target;
	struct name again;

	if (!notify_read_target(m, &target))
		return false;
	assert_true(target.port > 0 && target.host.labels > 0);
	assert_true(name_from_text(name_text(&target.host, text), &again));
	assert_true(name_equal(&target.host, &again));
	return true;
}

static void servers_hold(const struct message *m)
{
	static struct look_servers servers;
	struct name zone, names[NOTIFY_NAMES];
	struct addresses found = { 0 };

	servers = (struct look_servers){ 0 };
	if (look_read_zone(m, &m->qname, &zone)) {
		assert_true(name_within(&m->qname, &zone));
		assert_in_range(notify_names(&m->qname, &zone, names), 0, NOTIFY_NAMES);
	}
	look_read_names(m, &m->qname, &servers);
	assert_in_range(servers.name_count, 0, LOOK_NAMES);
	addresses_read(&found, m);
	for (unsigned i = 0; i < servers.name_count; i++) {
		addresses_read_glue(&found, m, &servers.names[i]);
		look_add_addresses(&servers, i, &found);
	}
	assert_in_range(servers.count, 0, LOOK_ADDRESSES);
	free(servers.at);
}

static void set_holds(struct span octets, const struct message *m, uint16_t type)
{
	static struct rr rrs[MESSAGE_RRS_MAX];
	struct ask ask = {
		.end = ASK_ANSWERED, .want = { .name = m->qname, .type = type }, .len = octets.len
	};
	struct look_set set;

	ask.octets = malloc(octets.len);
	memcpy(ask.octets, octets.base, octets.len);
	look_read_set(&set, &ask, rrs);
	assert_true(set.fault == LOOK_SEEN || (set.count == 0 && set.signer_count == 0));
	for (unsigned i = 0; i < set.count; i++)
		assert_true(set.rdatas[i].base >= set.octets &&
		            set.rdatas[i].base + set.rdatas[i].len <= set.octets + set.len);
	free(set.octets);
	asks_free(&ask, 1);
}

/* Returns true if the input has a target. */
static bool notify_holds(const uint8_t *data, size_t size)
{
	static struct rr rrs[MESSAGE_RRS_MAX];
	struct message m;

	if (!message_parse(&m, span_of(data, size), rrs, MESSAGE_RRS_MAX))
		return false;
	servers_hold(&m);
	set_holds(span_of(data, size), &m, m.qtype);
	set_holds(span_of(data, size), &m, TYPE_DNSKEY);
	return target_holds(&m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	notify_holds(data, size);
	return 0;
}

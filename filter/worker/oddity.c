/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/oddity.h"

#include "base/advice.h"
#include "base/log.h"
#include "base/sockaddr.h"

static const struct {
	size_t counter;
	const char *text;
} kinds[MESSAGE_FAULTS] = {
	[MESSAGE_SOUND] = { offsetof(struct stats, odd_place),
	        "a DNS message that has no place there (a response for a query, or a query with "
	        "records)" },
	[MESSAGE_SHORT] = { offsetof(struct stats, odd_short),
	        "octets that are no DNS message (shorter than a header)" },
	[MESSAGE_QUESTIONS] = { offsetof(struct stats, odd_questions),
	        "a DNS message with more than one question (RFC 9619 forbids it), or no DNS" },
	[MESSAGE_TRAILING] = { offsetof(struct stats, odd_trailing),
	        "a DNS message with octets after its end" },
	[MESSAGE_ODD] = { offsetof(struct stats, odd_records),
	        "octets that are no DNS message (records and length do not fit)" },
};

/* Returns true once an hour for each sender. */
static bool may_name(struct oddities *o, struct span sender)
{
	uint64_t now_ms = o->turn->now_ms;
	uint8_t address[16] = { 0 };
	struct odd_sender *room = NULL;

	memcpy(address, sender.base, sender.len);
	for (unsigned i = 0; i < ODD_SENDERS; i++) {
		struct odd_sender *s = &o->senders[i];
		if (s->until_ms <= now_ms)
			room = room ? room : s;
		else if (memcmp(s->address, address, sizeof(address)) == 0)
			return false;
	}
	if (!room)
		return false;
	memcpy(room->address, address, sizeof(address));
	room->until_ms = now_ms + ODD_SENDERS_MS;
	return true;
}

/* What becomes of odd octets, and what helps. */
struct odd_fate {
	const char *text, *help;
};

static void say(
        struct oddities *o, const struct odd_way *way, const char *what, struct odd_fate fate)
{
	char sender[INET6_ADDRSTRLEN], receiver[INET6_ADDRSTRLEN];

	if (!may_name(o, way->sender))
		return;
	log_warning("%s sent to %s, by port 53, %s: %s. The next line of this sender follows in an "
	            "hour at the earliest; `sealgate ctl status%s` has the counts (odd_...)%s",
	        address_text(way->sender, sender), address_text(way->receiver, receiver), what,
	        fate.text, advice_options(), fate.help);
}

void oddity_note(struct oddities *o, struct span octets, const struct odd_way *way)
{
	size_t end;
	enum message_fault fault = message_examine(octets, &end);
	static const struct odd_fate cut_off = { "they are cut off", "" };
	static const struct odd_fate dropped = { "dropped",
		". If it is a VPN, or another protocol than DNS, exempt it "
		"(docs/operation.md, \"Port 53 without DNS\")" };

	stats_count(stats_at(o->stats, kinds[fault].counter));
	say(o, way, kinds[fault].text, fault == MESSAGE_TRAILING ? cut_off : dropped);
}

void oddity_note_questions(struct oddities *o, const struct odd_way *way)
{
	static const struct odd_fate refused = { "the answer is FORMERR", "" };

	say(o, way, "a DNS query with more than one question (RFC 9619 forbids it)", refused);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/keeper_commands.h"

#include <string.h>

#include "base/encoding.h"
#include "base/log.h"
#include "daemon/keeper_status.h"
#include "daemon/keeper_words.h"
#include "keeper/zone_order.h"

static void refuse_words(struct control_reply *reply, const char *usage)
{
	reply->code = CONTROL_USAGE;
	complaint_set(&reply->error, "expected: %s", usage);
}

/* Returns NULL after writing why to the reply. */
static struct keeper_zone *find_ordered_zone(
        const struct keeper *k, const char *text, struct control_reply *reply)
{
	struct keeper_zone *zone = NULL;
	struct name name;

	if (!name_from_text(text, &name)) {
		reply->code = CONTROL_USAGE;
		complaint_set(&reply->error, "\"%.300s\" is not a domain name", text);
		return NULL;
	}
	zone = keeper_zones_find(&k->zones, &name);
	if (!zone) {
		reply->code = CONTROL_NO;
		complaint_set(&reply->error,
		        "the keeper looks after no zone %.300s: does the configuration say keeper "
		        "= true for it, and was the keeper told to read it again?",
		        text);
	}
	return zone;
}

static void finish_order(struct control_reply *reply, const struct keeper *k,
        const struct keeper_zone *zone, const char *order, bool is_taken)
{
	char name[NAME_TEXT_SIZE];

	name_text(&zone->kept.name, name);
	if (!is_taken) {
		reply->code = zone_order_must_wait(k, zone) ? CONTROL_LATER : CONTROL_NO;
		return;
	}
	log_info("%s: the order \"%s\" was taken", name, order);
	control_add_text(reply, "zone", name);
	control_add_text(reply, "taken", order);
}

static void give_order(void *context, const char *zone_text, enum life_order order, uint16_t tag,
        const char *words, struct control_reply *reply)
{
	struct keeper *k = *(struct keeper **)context;
	struct keeper_zone *zone = find_ordered_zone(k, zone_text, reply);

	if (zone)
		finish_order(
		        reply, k, zone, words, zone_order_take(k, zone, order, tag, &reply->error));
}

static void order_roll(void *context, char *const words[], struct control_reply *reply)
{
	if (strcmp(words[1], "ksk") == 0)
		give_order(context, words[0], LIFE_ORDER_ROLL_KSK, 0, "roll ksk", reply);
	else if (strcmp(words[1], "zsk") == 0)
		give_order(context, words[0], LIFE_ORDER_ROLL_ZSK, 0, "roll zsk", reply);
	else
		refuse_words(reply, "roll ZONE ksk|zsk");
}

static void order_retire(void *context, char *const words[], struct control_reply *reply)
{
	bool is_compromised = words[2] != NULL;
	unsigned long tag;

	if (!decimal_read(words[1], UINT16_MAX, &tag) ||
	        (is_compromised && strcmp(words[2], "compromised") != 0)) {
		refuse_words(reply, "retire ZONE TAG [compromised]; the tag is from 0 to 65535");
		return;
	}
	give_order(context, words[0], is_compromised ? LIFE_ORDER_COMPROMISED : LIFE_ORDER_RETIRE,
	        (uint16_t)tag, is_compromised ? "retire compromised" : "retire", reply);
}

static void order_unsign(void *context, char *const words[], struct control_reply *reply)
{
	give_order(context, words[0], LIFE_ORDER_UNSIGN, 0, "unsign", reply);
}

static void order_begin(void *context, char *const words[], struct control_reply *reply)
{
	give_order(context, words[0], LIFE_ORDER_SIGN, 0, "begin", reply);
}

static void order_trust(void *context, char *const words[], struct control_reply *reply)
{
	struct keeper *k = *(struct keeper **)context;
	struct keeper_zone *zone = find_ordered_zone(k, words[0], reply);

	if (zone)
		finish_order(reply, k, zone, "trust", zone_order_trust(k, zone, &reply->error));
}

/* ---- Reading ---- */

/* Returns false after writing why to the reply. */
static bool read_page(const char *text, unsigned long *from, struct control_reply *reply)
{
	*from = 0;
	if (!text || decimal_read(text, UINT32_MAX, from))
		return true;
	refuse_words(reply, "a number to begin with");
	return false;
}

static void read_zones(void *context, char *const words[], struct control_reply *reply)
{
	unsigned long from;

	if (read_page(words[0], &from, reply))
		keeper_status_zones(*(struct keeper **)context, (unsigned)from, reply);
}

static void read_words(void *context, char *const words[], struct control_reply *reply)
{
	(void)words;
	keeper_words_add(*(struct keeper **)context, reply);
}

static void read_keys(void *context, char *const words[], struct control_reply *reply)
{
	unsigned long from;

	if (read_page(words[0], &from, reply))
		keeper_status_keys(*(struct keeper **)context, (unsigned)from, reply);
}

static void read_one_zone(void *context, char *const words[], struct control_reply *reply)
{
	const struct keeper *k = *(struct keeper **)context;
	const struct keeper_zone *zone = find_ordered_zone(k, words[0], reply);

	if (zone)
		keeper_status_zone(zone, reply);
}

static void read_ds(void *context, char *const words[], struct control_reply *reply)
{
	const struct keeper *k = *(struct keeper **)context;
	const struct keeper_zone *zone = find_ordered_zone(k, words[0], reply);

	if (zone)
		keeper_status_ds(k, zone, reply);
}

const struct control_command keeper_commands[] = {
	{ "zones", "[FROM]", 0, 1, read_zones, true },
	{ "words", NULL, 0, 0, read_words, true },
	{ "keys", "[FROM]", 0, 1, read_keys, true },
	{ "zone", "ZONE", 1, 1, read_one_zone, true },
	{ "ds", "ZONE", 1, 1, read_ds, true },
	{ "roll", "ZONE ksk|zsk", 2, 2, order_roll, false },
	{ "retire", "ZONE TAG [compromised]", 2, 3, order_retire, false },
	{ "unsign", "ZONE", 1, 1, order_unsign, false },
	{ "begin", "ZONE", 1, 1, order_begin, false },
	{ "trust", "ZONE", 1, 1, order_trust, false },
	{ NULL, NULL, 0, 0, NULL, false },
};

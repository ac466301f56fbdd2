/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/look.h"

#include <stdlib.h>

#include "keeper/look_ask.h"
#include "keeper/look_judge.h"

static const char *const fault_texts[LOOK_FAULTS] = {
	[LOOK_SEEN] = "it answers",
	[LOOK_SILENT] = "no answer came, over UDP or TCP",
	[LOOK_REFUSED] = "no server listens there, or the way there is closed",
	[LOOK_NO_WAY] = "this machine has no route to addresses of this family",
	[LOOK_NO_ROOM] = "this machine has no sockets or memory left",
	[LOOK_ERROR] = "it answers with an error",
	[LOOK_LAME] = "it is not authoritative for the zone",
	[LOOK_MALFORMED] = "its answer cannot be read",
	[LOOK_UNPROVED] = "its signatures do not prove the answer",
};

const char *look_fault_text(enum look_fault fault)
{
	return fault_texts[fault];
}

static void judge_ds_sets(const struct look_order *order, struct zone_look *look)
{
	for (unsigned i = 0; i < look->parents.count; i++) {
		struct look_set *set = &look->parents.at[i].sets[LOOK_DS];
		if (set->fault != LOOK_SEEN)
			continue;
		set->outcome = look_judge_response(
		        order->judge, span_of(set->octets, set->len), order->now_s, order->stop_fd);
		if (set->outcome.status > STATUS_INSECURE)
			set->fault = LOOK_UNPROVED;
	}
}

struct zone_look *look_at(const struct look_order *order, struct complaint *error)
{
	struct zone_look *look = calloc(1, sizeof(*look));
	static const uint16_t ds[] = { TYPE_DS };
	static const uint16_t types[LOOK_QUESTIONS] = {
		[LOOK_DNSKEY] = TYPE_DNSKEY,
		[LOOK_CDS] = TYPE_CDS,
		[LOOK_CDNSKEY] = TYPE_CDNSKEY,
		[LOOK_SOA] = TYPE_SOA,
	};
	struct look_asker asker;

	if (!look) {
		complaint_no_memory(error);
		return NULL;
	}
	look->zone = *order->zone;
	look->at_s = order->now_s;
	if (look_asker_init(&asker, order, error) == 0 && look_find(&asker, look, error) == 0 &&
	        look_ask_servers(&asker, &look->parents, ds, 1, error) == 0 &&
	        look_ask_servers(&asker, &look->servers, types, LOOK_QUESTIONS, error) == 0) {
		if (order->judge)
			judge_ds_sets(order, look);
	} else {
		look_free(look);
		look = NULL;
	}
	look_asker_fini(&asker);
	return look;
}

static void free_servers(struct look_servers *servers)
{
	for (unsigned i = 0; i < servers->count; i++) {
		for (unsigned q = 0; q < LOOK_QUESTIONS; q++)
			free(servers->at[i].sets[q].octets);
	}
	free(servers->at);
}

void look_free(struct zone_look *look)
{
	if (!look)
		return;
	free_servers(&look->servers);
	free_servers(&look->parents);
	free(look);
}

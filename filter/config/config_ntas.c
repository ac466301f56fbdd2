/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/config_ntas.h"

#include <stdlib.h>
#include <string.h>

#include "base/complaint.h"
#include "config/config.h"
#include "config/config_reader.h"
#include "config/nta_text.h"

struct placed_ntas {
	struct nta_list list;              /* comes first: the configuration points to it */
	char *places[NTAS_CONFIGURED_MAX]; /* of each entry: "FILE:LINE", from the heap */
};

static void nta_list_fini(void *value)
{
	struct nta_list **list = value;
	struct placed_ntas *placed = (struct placed_ntas *)*list;

	for (unsigned i = 0; placed && i < NTAS_CONFIGURED_MAX; i++)
		free(placed->places[i]);
	free(placed);
	*list = NULL;
}

/* Returns false if the list is full, or if memory runs out. A zone that is named twice keeps its
 * later entry. */
static bool add_placed(struct config_reader *r, struct placed_ntas *placed, const struct nta *nta,
        const config_setting_t *at)
{
	struct nta_list *list = &placed->list;
	char *place = reader_place(r, at);
	unsigned i = 0;

	if (!place || !nta_add(list, &nta->zone, nta->expires_s)) {
		free(place);
		return false;
	}
	while (!name_equal(&list->items[i].zone, &nta->zone))
		i++;
	free(placed->places[i]);
	placed->places[i] = place;
	return true;
}

static bool nta_list_read(
        struct config_reader *r, const struct config_key *k, const config_setting_t *s, void *value)
{
	struct placed_ntas *placed;

	(void)k;
	if (!reader_is_list(s, NTAS_CONFIGURED_MAX))
		return false;
	placed = reader_array(r, 1, sizeof(*placed));
	*(struct nta_list **)value = placed ? &placed->list : NULL;
	if (!placed)
		return false;
	for (unsigned i = 0; i < (unsigned)config_setting_length(s); i++) {
		const config_setting_t *item = config_setting_get_elem(s, i);
		const char *text = config_setting_get_string(item);
		struct nta nta;
		if (!text || !nta_read(text, &nta) || !add_placed(r, placed, &nta, item))
			return false;
	}
	return true;
}

static void nta_list_say_allowed(const struct config_key *k, FILE *out)
{
	(void)k;
	fprintf(out,
	        "a list of at most %d zones, such as "
	        "[ \"broken.example\", \"other.example until 20261224120000\" ]",
	        NTAS_CONFIGURED_MAX);
}

static void nta_list_show(const struct config_key *k, const void *value, FILE *out)
{
	const struct nta_list *list = *(struct nta_list *const *)value;

	(void)k;
	fputs("[", out);
	for (unsigned i = 0; list && i < list->count; i++) {
		char text[NTA_TEXT_SIZE];
		nta_write(&list->items[i], text);
		fputs(i ? ", " : " ", out);
		kind_show_text(text, out);
	}
	fputs(" ]", out);
}

const struct config_kind kind_ntas = { .read = nta_list_read,
	.say_allowed = nta_list_say_allowed,
	.show = nta_list_show,
	.fini = nta_list_fini };

bool config_nta_doubt(const struct config *c, unsigned i, int64_t now_s, struct complaint *why)
{
	const struct placed_ntas *placed = (const struct placed_ntas *)c->ntas;
	const struct nta *nta = &c->ntas->items[i];
	const char *says = NULL;
	char text[NTA_TEXT_SIZE];

	if (nta->expires_s <= now_s)
		says = "its time is over, so it has no effect: remove it";
	else if (nta->zone.labels == 0)
		says = "it turns validation off for every name: name the zone that is broken";
	else if (nta->expires_s == NTA_FOREVER)
		says = "it has no end, and anybody on the path can forge names below it: add "
		       "\"until YYYYMMDDHHMMSS\"";
	if (!says)
		return false;
	nta_write(nta, text);
	complaint_set(why, "%s: negative_trust_anchors: \"%s\": %s", placed->places[i], text, says);
	return true;
}

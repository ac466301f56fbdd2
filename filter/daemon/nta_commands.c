/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/nta_commands.h"

#include <stdio.h>
#include <string.h>

#include "base/advice.h"
#include "config/nta_text.h"
#include "daemon/service.h"

#define SHOWN_MAX  8 /* in a status */
#define SHOWN_SIZE (SHOWN_MAX * (NTA_TEXT_SIZE + 2))

static void refuse(struct control_reply *reply, enum control_code code, const char *what)
{
	reply->code = code;
	complaint_set(&reply->error, "%s", what);
}

static void refuse_root(struct control_reply *reply)
{
	reply->code = CONTROL_NO;
	complaint_set(&reply->error,
	        "a negative trust anchor for \".\" turns validation off for every name: name the "
	        "zone that is broken, or use `sealgate ctl pause%s`",
	        advice_options());
}

/* True if this daemon validates; a signer judges nothing, so it has none. */
static bool are_used(const struct service *s, struct control_reply *reply)
{
	if (!s->zones)
		return true;
	refuse(reply, CONTROL_NO,
	        "role \"signer\" judges nothing, so it has no negative trust anchors");
	return false;
}

static bool read_zone(const char *text, struct name *zone, struct control_reply *reply)
{
	if (name_from_text(text, zone))
		return true;
	reply->code = CONTROL_USAGE;
	complaint_set(&reply->error, "\"%.300s\" is not a domain name", text);
	return false;
}

/* Reads the end; without a text it is that of NTA_DEFAULT_S. */
static bool read_end(
        const char *text, int64_t now_s, int64_t *expires_s, struct control_reply *reply)
{
	*expires_s = now_s + NTA_DEFAULT_S;
	if (text && !nta_end_read(text, now_s, expires_s))
		refuse(reply, CONTROL_USAGE,
		        "nta add NAME [UNTIL]: UNTIL is a span such as 30m, 12h or 2d, or a time "
		        "in UTC, YYYYMMDDHHMMSS");
	else if (*expires_s <= now_s)
		refuse(reply, CONTROL_USAGE, "nta add: this end is over already");
	else if (*expires_s - now_s > NTA_LONGEST_S)
		refuse(reply, CONTROL_USAGE,
		        "nta add: at most seven days (RFC 7646); what must last longer belongs "
		        "into negative_trust_anchors of the configuration");
	return reply->code == CONTROL_FINE;
}

static void add_one(struct control_reply *reply, const struct nta *nta)
{
	char name[NAME_TEXT_SIZE], end[NTA_END_SIZE];

	control_add_text(reply, "name", name_text(&nta->zone, name));
	control_add_text(reply, "until", nta_end_write(nta->expires_s, end));
}

void nta_command_add(void *context, char *const words[], struct control_reply *reply)
{
	struct service *s = context;
	struct nta_now now = service_nta_now(s);
	struct nta nta;

	if (!are_used(s, reply) || !read_zone(words[0], &nta.zone, reply))
		return;
	if (nta.zone.labels == 0)
		refuse_root(reply);
	else if (now.wall_s < 0)
		refuse(reply, CONTROL_NO, "the clock is not set, so its end would mean nothing");
	else if (read_end(words[1], now.wall_s, &nta.expires_s, reply) &&
	         nta_keeper_add(&s->ntas, &nta, now, &reply->error) != 0)
		reply->code = CONTROL_NO;
	if (reply->code == CONTROL_FINE)
		add_one(reply, &nta);
}

void nta_command_remove(void *context, char *const words[], struct control_reply *reply)
{
	struct service *s = context;
	struct name zone;
	char name[NAME_TEXT_SIZE];

	if (!are_used(s, reply) || !read_zone(words[0], &zone, reply))
		return;
	if (nta_keeper_remove(&s->ntas, &zone, service_nta_now(s), &reply->error) != 0) {
		reply->code = CONTROL_NO;
		return;
	}
	control_add_text(reply, "name", name_text(&zone, name));
	/* the configuration may have one for this name, too */
	control_add_flag(reply, "in_force", nta_find(nta_keeper_list(&s->ntas), &zone) != NULL);
}

static const char *origin_word(const struct nta_row *row)
{
	return row->is_added ? "ctl" : "configuration";
}

void nta_command_list(void *context, char *const words[], struct control_reply *reply)
{
	const struct service *s = context;
	struct nta_now now = service_nta_now(s);
	struct nta_row row;
	unsigned shown = 0, left_out = 0;

	(void)words;
	if (!are_used(s, reply))
		return;
	control_begin_rows(reply, "ntas");
	for (unsigned i = 0; nta_keeper_at(&s->ntas, i, now, &row); i++) {
		if (!control_begin_row(reply)) {
			left_out++;
			continue;
		}
		add_one(reply, row.nta);
		control_add_text(reply, "from", origin_word(&row));
		control_add_text(reply, "state", nta_state_word(row.state));
		shown++;
	}
	control_end_rows(reply);
	control_add_number(reply, "shown", shown);
	control_add_number(reply, "left_out", left_out);
}

void nta_add_status(const struct service *s, struct control_reply *reply)
{
	const struct nta_list *list = nta_keeper_list(&s->ntas);
	char all[SHOWN_SIZE] = "", one[NTA_TEXT_SIZE];

	for (unsigned i = 0; i < list->count && i < SHOWN_MAX; i++) {
		size_t len = strlen(all);
		nta_write(&list->items[i], one);
		snprintf(all + len, sizeof(all) - len, "%s%s", i ? ", " : "", one);
	}
	control_add_number(reply, "ntas", list->count);
	control_add_text(reply, "ntas_first", all);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/rdata.h"

/* A digit stands for that many octets, `s` for a character-string, `n` for a name, and `a` for the
 * prefix length, address suffix and name of A6 (RFC 2874, 3.1). The octets after the layout are
 * plain. The list is that of RFC 4034, 6.2 as corrected by RFC 6840, 5.1, so NSEC is not in it.
 * HINFO is in the list of the RFC but contains no names. */
static const char *const layouts[] = {
	[TYPE_NS] = "n",
	[TYPE_MD] = "n",
	[TYPE_MF] = "n",
	[TYPE_CNAME] = "n",
	[TYPE_SOA] = "nn",
	[TYPE_MB] = "n",
	[TYPE_MG] = "n",
	[TYPE_MR] = "n",
	[TYPE_PTR] = "n",
	[TYPE_MINFO] = "nn",
	[TYPE_MX] = "2n",
	[TYPE_RP] = "nn",
	[TYPE_AFSDB] = "2n",
	[TYPE_RT] = "2n",
	[TYPE_SIG] = "99n",
	[TYPE_PX] = "2nn",
	[TYPE_NXT] = "n",
	[TYPE_SRV] = "6n",
	[TYPE_NAPTR] = "4sssn",
	[TYPE_KX] = "2n",
	[TYPE_A6] = "a",
	[TYPE_DNAME] = "n",
};

static const char *layout_of(uint16_t type)
{
	bool has = type < sizeof(layouts) / sizeof(layouts[0]) && layouts[type];
	return has ? layouts[type] : "";
}

bool rdata_has_names(uint16_t type)
{
	return layout_of(type)[0] != '\0';
}

bool rdata_may_compress(uint16_t type)
{
	return type <= TYPE_MX;
}

struct rdata_walk rdata_walk_begin(const struct message *m, const struct rr *rr)
{
	struct rdata_walk w = { cursor_at(m->octets, rr->rdata_at), layout_of(rr->type) };
	if (!w.c.bad)
		w.c.end = w.c.at + rr->rdata_len;
	return w;
}

/* Reads the prefix length and the address suffix; a name follows unless the prefix length is 0. */
static void take_a6_address(struct rdata_walk *w)
{
	uint8_t prefix = cursor_u8(&w->c);
	if (prefix > 128)
		w->c.bad = true;
	else
		cursor_take(&w->c, (128u - prefix + 7) / 8);
	w->layout = prefix ? "n" : "";
}

bool rdata_walk_next(struct rdata_walk *w, struct rdata_part *part)
{
	size_t start = cursor_offset(&w->c);
	char field = *w->layout;
	struct name name;

	if (w->c.bad || (field == '\0' && cursor_left(&w->c) == 0))
		return false;
	if (field != '\0')
		w->layout++;
	if (field == '\0')
		cursor_rest(&w->c);
	else if (field == 'n')
		name_read(&w->c, &name);
	else if (field == 's')
		cursor_take(&w->c, cursor_u8(&w->c));
	else if (field == 'a')
		take_a6_address(w);
	else
		cursor_take(&w->c, (size_t)(field - '0'));
	*part = (struct rdata_part){ .is_name = field == 'n',
		.octets = span_of(w->c.base + start, cursor_offset(&w->c) - start),
		.at = start };
	return !w->c.bad;
}

bool rdata_walk_done(const struct rdata_walk *w)
{
	return *w->layout == '\0' && cursor_done(&w->c);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/silent.h"

#include "wire/protocol.h"

static bool is_unspecified_address(const struct message *m, const struct rr *rr)
{
	struct span address = message_rdata(m, rr);
	bool is_address = (rr->type == TYPE_A && address.len == 4) ||
	                  (rr->type == TYPE_AAAA && address.len == 16);

	for (size_t i = 0; is_address && i < address.len; i++)
		is_address = address.base[i] == 0;
	return is_address;
}

static bool is_on_the_way(const struct message *m, const struct rr *rr)
{
	return rr->type != m->qtype &&
	       (rr->type == TYPE_CNAME || rr->type == TYPE_DNAME || rr->type == TYPE_RRSIG);
}

static bool is_silent(const struct message *m, bool skips_aliases)
{
	for (unsigned i = 0; i < m->rr_count; i++) {
		const struct rr *rr = &m->rrs[i];
		bool is_skipped =
		        rr->section != SECTION_ANSWER || (skips_aliases && is_on_the_way(m, rr));
		if (!is_skipped && !is_unspecified_address(m, rr))
			return false;
	}
	return true;
}

bool response_is_silent(const struct message *m)
{
	return is_silent(m, false);
}

bool response_ends_silent(const struct message *m)
{
	return is_silent(m, true);
}

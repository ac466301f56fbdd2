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

bool response_is_silent(const struct message *m)
{
	for (unsigned i = 0; i < m->rr_count; i++) {
		const struct rr *rr = &m->rrs[i];
		if (rr->section == SECTION_ANSWER && !is_unspecified_address(m, rr))
			return false;
	}
	return true;
}

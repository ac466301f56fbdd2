/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each record that message_parse() accepts lies within the octets, and its owner is a name as text
 * too. */
#include "../unit/test.h"

#include "wire/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct rr rrs[MESSAGE_RRS_MAX];
	char text[NAME_TEXT_SIZE];
	struct message m;

	if (!message_parse(&m, span_of(data, size), rrs, COUNT(rrs)))
		return 0;
	for (unsigned i = 0; i < m.rr_count; i++) {
		struct name owner, again;
		assert_in_range(rrs[i].rdata_at + rrs[i].rdata_len, DNS_HEADER_SIZE, size);
		if (message_owner(&m, &rrs[i], &owner))
			assert_true(name_from_text(name_text(&owner, text), &again) &&
			            name_equal(&owner, &again));
	}
	return 0;
}

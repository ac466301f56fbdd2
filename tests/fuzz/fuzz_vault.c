/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A message between the keeper and the process with the PKCS#11 module that is read is written with
 * the same octets, but for those of a reason that cannot be printed. */
#include "../unit/test.h"

#include "keeper/vault_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool request_holds(struct span message)
{
	static uint8_t octets[VAULT_MESSAGE_OCTETS];
	struct writer w = writer_over(octets, sizeof(octets));
	struct vault_request request;

	if (!vault_request_read(&request, message))
		return false;
	vault_request_write(&request, &w);
	assert_true(w.full || span_equal(writer_span(&w), message));
	assert_true(!w.full || message.len > sizeof(octets));
	return true;
}

static bool reply_holds(struct span message)
{
	static uint8_t octets[2][VAULT_MESSAGE_OCTETS];
	struct writer w[2] = { writer_over(octets[0], sizeof(octets[0])),
		writer_over(octets[1], sizeof(octets[1])) };
	struct vault_reply reply;

	if (!vault_reply_read(&reply, message))
		return false;
	vault_reply_write(&reply, &w[0]);
	assert_int_equal(writer_span(&w[0]).len, message.len);
	assert_true(vault_reply_read(&reply, writer_span(&w[0])));
	vault_reply_write(&reply, &w[1]);
	assert_true(span_equal(writer_span(&w[0]), writer_span(&w[1])));
	for (const char *c = reply.why.text; *c; c++)
		assert_in_range(*c, ' ', '~');
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span message = span_of(data, size);

	assert_true(vault_message_is_ours(message) ||
	            (!request_holds(message) && !reply_holds(message)));
	request_holds(message);
	reply_holds(message);
	return 0;
}

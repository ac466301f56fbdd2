/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where signatures are kept. */
#include "test.h"

#include "sign/sign_kept.h"

/* Names that fall into one bucket of a signer's table would make each look-up in it long. */
static void nobody_can_know_where_a_signature_is_kept(void **state)
{
	(void)state;
	static const struct sign_policy policy = { .life_s = SIGN_LIFE_S };
	static const struct span data = { (const uint8_t *)"data", 4 };
	struct crypto *crypto = crypto_new();
	struct signkey *key = signkey_generate(ALGORITHM_ECDSAP256);
	struct signer *one = signer_new(crypto, &policy, NULL);
	struct signer *other = signer_new(crypto, &policy, NULL);

	assert_true(crypto && key && one && other);
	struct signature_id a = signature_identify(one, key, data);
	struct signature_id again = signature_identify(one, key, data);
	struct signature_id b = signature_identify(other, key, data);
	assert_memory_equal(&a, &again, sizeof(a));
	assert_memory_not_equal(&a, &b, sizeof(uint64_t));
	signer_free(one);
	signer_free(other);
	signkey_free(key);
	crypto_free(crypto);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_can_know_where_a_signature_is_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kept signatures. */
#include "test.h"

#include "sign/sign_kept.h"

/* An attacker who knows the place of an entry could choose names that share a bucket of the
 * table. */
static void the_place_of_a_kept_signature_is_secret(void **state)
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
		cmocka_unit_test(the_place_of_a_kept_signature_is_secret),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

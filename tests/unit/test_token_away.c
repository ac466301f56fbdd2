/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A token that is away for a while must not look like a token without the key: an operator would be
 * told to give the key up. */
#include "softhsm.h"

static struct vault_key ksk;
static unsigned labels;

/* A vault with a session in which the key was used. Returns what vault_close() frees. */
static struct vault *used_vault(void)
{
	struct vault_signature signature;
	struct complaint why;
	char label[16];

	snprintf(label, sizeof(label), "away%u", labels++);
	make_token(label);
	use_token(label, SOFTHSM);
	struct vault *vault = open_vault(0);
	assert_good(vault_make(vault, 13, "ksk", &ksk, &why), &why);
	assert_good(sign_test_octets(vault, &ksk, &signature, &why), &why);
	return vault;
}

static void take_token_away(void)
{
	assert_int_equal(rename(in_place("tokens"), in_place("elsewhere")), 0);
}

static void bring_token_back(void)
{
	assert_int_equal(rename(in_place("elsewhere"), in_place("tokens")), 0);
}

static enum vault_fault find_by_name(struct vault *vault, struct complaint *why)
{
	struct vault_key key;

	return vault_find(vault, ksk.name, &key, why);
}

static enum vault_fault sign_with_it(struct vault *vault, struct complaint *why)
{
	struct vault_signature signature;

	return sign_test_octets(vault, &ksk, &signature, why);
}

static enum vault_fault make_another(struct vault *vault, struct complaint *why)
{
	struct vault_key key;

	return vault_make(vault, 13, "another", &key, why);
}

static const struct call {
	const char *what;
	enum vault_fault (*call)(struct vault *vault, struct complaint *why);
} calls[] = {
	{ "find", find_by_name },
	{ "sign", sign_with_it },
	{ "make", make_another },
};

static void a_token_that_is_away_is_called_so_and_used_when_it_is_back(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COUNT(calls); i++) {
		struct complaint why = { "" };
		struct vault *vault = used_vault();
		take_token_away();
		enum vault_fault fault = calls[i].call(vault, &why);
		bring_token_back();
		if (fault != VAULT_AWAY)
			fail_msg("%s: %s: %s", calls[i].what, vault_fault_word(fault), why.text);
		assert_good(calls[i].call(vault, &why), &why);
		vault_close(vault);
	}
}

/* SoftHSM2 drops the objects of a token whose files it did not find once, and a session from before
 * never has them again. */
static void a_token_that_was_away_between_two_calls_has_its_keys(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COUNT(calls); i++) {
		struct complaint why = { "" };
		struct vault *vault = used_vault();
		take_token_away();
		find_by_name(vault, &why);
		bring_token_back();
		assert_good(calls[i].call(vault, &why), &why);
		vault_close(vault);
	}
}

/* The process of the vault, which is our only child. */
static long process_of_vault(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	char *text = file_read(path, 1 << 10);
	long pid = text ? strtol(text, NULL, 10) : 0;
	free(text);
	return pid;
}

/* Neither without end, nor for each list, whose end is no fault. */
static void a_key_that_is_not_there_costs_one_new_session(void **state)
{
	struct complaint why = { "" };
	struct vault_key key;

	(void)state;
	struct vault *vault = used_vault();
	long first = process_of_vault();
	assert_true(first > 0);
	assert_good(vault_list(vault, 0, &key, &why), &why);
	assert_int_equal(vault_list(vault, 1, &key, &why), VAULT_NO_KEY);
	assert_int_equal(process_of_vault(), first);
	assert_int_equal(vault_find(vault, "nobody", &key, &why), VAULT_NO_KEY);
	long second = process_of_vault();
	assert_true(second > 0 && second != first);
	assert_good(find_by_name(vault, &why), &why);
	assert_int_equal(process_of_vault(), second);
	vault_close(vault);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_that_is_away_is_called_so_and_used_when_it_is_back),
		cmocka_unit_test(a_token_that_was_away_between_two_calls_has_its_keys),
		cmocka_unit_test(a_key_that_is_not_there_costs_one_new_session),
	};
	if (!has_softhsm()) {
		puts("1..0 # SKIP softhsm2 is not installed");
		return 0;
	}
	return cmocka_run_group_tests_name("token_away", tests, make_place, remove_place);
}

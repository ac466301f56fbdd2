/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the PIN of a token comes from, and the memory of one that was refused. */
#include "softhsm.h"

#include "keeper/vault_pin.h"
#include "keeper/vault_refused.h"
#include "keeper/vault_uri.h"

#define SECRET "s3cret!"

static bool read_from(
        const char *prefix, const char *path, struct vault_pin *pin, struct complaint *why)
{
	char source[PATH_MAX + 16];

	snprintf(source, sizeof(source), "%s%s", prefix, path);
	return vault_pin_read(pin, source, why);
}

static void a_file_counts_by_its_mode_and_form(void **state)
{
	static const struct {
		const char *why, *text;
		mode_t mode;
		size_t want; /* length of the PIN; 0: refused */
	} rows[] = {
		{ "a line", SECRET "\n", 0600, sizeof(SECRET) - 1 },
		{ "no line end", SECRET, 0400, sizeof(SECRET) - 1 },
		{ "a line end of Windows", SECRET "\r\n", 0600, sizeof(SECRET) - 1 },
		{ "blanks are of the PIN", " a b \n", 0600, 5 },
		{ "the group may read it", SECRET "\n", 0640, 0 },
		{ "all may read it", SECRET "\n", 0604, 0 },
		{ "the group may write it", SECRET "\n", 0620, 0 },
		{ "nothing in it", "", 0600, 0 },
		{ "an empty line", "\n", 0600, 0 },
		{ "two lines", "a\nb\n", 0600, 0 },
	};
	struct vault_pin pin;
	struct complaint why;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		unlink(in_place("p"));
		assert_int_equal(file_create(in_place("p"), rows[i].text, 0600), 0);
		chmod(in_place("p"), rows[i].mode);
		bool good = read_from(i % 2 ? "file:" : "", in_place("p"), &pin, &why);
		assert_row(rows[i].why, good == (rows[i].want > 0));
		assert_row(rows[i].why, pin.len == rows[i].want);
		if (good)
			assert_memory_equal(pin.octets, rows[i].text, pin.len);
		else
			assert_row(
			        rows[i].why, strstr(why.text, "/p: ") && !strstr(why.text, SECRET));
	}
}

static void the_longest_pin_fits_and_a_longer_one_is_refused(void **state)
{
	char text[VAULT_PIN_OCTETS + 3];
	struct vault_pin pin;
	struct complaint why;

	(void)state;
	memset(text, '7', sizeof(text));
	text[VAULT_PIN_OCTETS] = '\n';
	text[VAULT_PIN_OCTETS + 1] = '\0';
	put_file("long", text);
	assert_true(read_from("", in_place("long"), &pin, &why));
	assert_int_equal(pin.len, VAULT_PIN_OCTETS);
	text[VAULT_PIN_OCTETS] = '7';
	put_file("long", text);
	assert_false(read_from("", in_place("long"), &pin, &why));
}

static void sources_that_are_none_are_named(void **state)
{
	static const struct {
		const char *why, *source, *says;
	} rows[] = {
		{ "a relative path", "file:pin", "no source" },
		{ "the PIN itself", "1234", "no source" },
		{ "a command, as RFC 7512 has it", "|cat /etc/pin", "no source" },
		{ "a file that is not there", "/nowhere/pin", "No such file" },
		{ "a directory", "/tmp", "not a regular file" },
		{ "a device", "file:/dev/null", "not a regular file" },
		{ "credentials that are not there", "credential:pin", "LoadCredential=pin:" },
	};
	struct vault_pin pin;
	struct complaint why;

	(void)state;
	unsetenv("CREDENTIALS_DIRECTORY");
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_row(rows[i].why, !vault_pin_read(&pin, rows[i].source, &why));
		assert_row(rows[i].why, strstr(why.text, rows[i].says));
	}
	assert_true(vault_pin_read(&pin, "", &why));
	assert_int_equal(pin.len, 0);
}

static void a_credential_of_systemd_is_taken_whatever_its_mode_shows(void **state)
{
	struct vault_pin pin;
	struct complaint why;

	(void)state;
	setenv("CREDENTIALS_DIRECTORY", place, 1);
	put_file("token-pin", SECRET);
	chmod(in_place("token-pin"), 0440);
	assert_true(vault_pin_read(&pin, "credential:token-pin", &why));
	assert_int_equal(pin.len, strlen(SECRET));
	assert_false(vault_pin_read(&pin, "credential:../token-pin", &why));
	assert_false(vault_pin_read(&pin, "credential:", &why));
	unsetenv("CREDENTIALS_DIRECTORY");
}

static void uris_are_read_and_never_hold_a_pin(void **state)
{
	static const struct {
		const char *why, *text, *source; /* source: NULL if it is refused */
	} rows[] = {
		{ "a token", "pkcs11:token=a?module-path=/x.so", "" },
		{ "no module", "pkcs11:token=a", NULL },
		{ "no module, in the path", "pkcs11:token=module-path=/x.so", NULL },
		{ "a file", "pkcs11:token=a?pin-source=file:/etc/pin&module-path=/x.so",
		        "file:/etc/pin" },
		{ "percents", "pkcs11:token=a%20b?pin-source=file%3A%2Fp&module-name=m",
		        "file:/p" },
		{ "a credential", "PKCS11:token=a?module-name=m&pin-source=credential:pin",
		        "credential:pin" },
		{ "the name of a token is no attribute", "pkcs11:token=pin-source?module-name=m",
		        "" },
		{ "a PIN", "pkcs11:token=a?module-name=m&pin-value=" SECRET, NULL },
		{ "a PIN in the path", "pkcs11:token=a;pin-value=" SECRET "?module-name=m", NULL },
		{ "a PIN in capitals", "pkcs11:token=a?module-name=m&PIN-VALUE=" SECRET, NULL },
		{ "a key", "pkcs11:token=a;object=ksk?module-name=m", NULL },
		{ "a key by its id", "pkcs11:id=%01;token=a?module-name=m", NULL },
		{ "a blank", "pkcs11:token=a b?module-name=m", NULL },
		{ "a line", "pkcs11:token=a\nb?module-name=m", NULL },
		{ "half an escape", "pkcs11:token=a?module-name=m&pin-source=%2", NULL },
		{ "a zero octet", "pkcs11:token=a?module-name=m&pin-source=/a%00b", NULL },
		{ "no URI", "/etc/keys", NULL },
	};
	struct vault_uri read;
	struct complaint why;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		bool good = vault_uri_read(&read, rows[i].text, &why);
		assert_row(rows[i].why, good == (rows[i].source != NULL));
		if (good) {
			assert_string_equal(read.pin_source, rows[i].source);
			assert_null(strchr(read.shown, '?'));
		} else {
			assert_row(rows[i].why, !strstr(why.text, SECRET));
		}
	}
}

static struct vault_pin pin_of(const char *text)
{
	struct vault_pin pin = { .len = strlen(text) };

	memcpy(pin.octets, text, pin.len);
	return pin;
}

#define TOKEN_A "pkcs11:token=a;serial=1"
#define TOKEN_B "pkcs11:token=b;serial=2"

static enum vault_fault look(
        struct vault_refused *refused, const char *token, const struct vault_pin *pin)
{
	struct complaint why = { "" };
	enum vault_fault fault = vault_refused_look(refused, token, pin, &why);

	if (fault == VAULT_SETTING)
		assert_non_null(strstr(why.text, refused->path));
	return fault;
}

static struct vault_mark refuse(
        struct vault_refused *refused, const char *token, const struct vault_pin *pin)
{
	struct vault_mark mark;

	assert_true(vault_mark_make(&mark, token, pin));
	assert_int_equal(vault_refused_begin(refused, &mark), 0);
	assert_int_equal(look(refused, token, pin), VAULT_PIN_DOUBT);
	vault_refused_set(refused, &mark, VAULT_PIN_WRONG);
	return mark;
}

static void refused_pins_are_remembered_across_restarts_each_for_its_token_alone(void **state)
{
	struct vault_pin wrong = pin_of("1111"), other = pin_of("11111"), third = pin_of("777");
	struct vault_refused refused;
	char path[PATH_MAX];

	(void)state;
	snprintf(path, sizeof(path), "%s", in_place("memory"));
	vault_refused_init(&refused, path);
	assert_int_equal(look(&refused, TOKEN_A, &wrong), VAULT_GOOD);
	refuse(&refused, TOKEN_A, &wrong);
	refuse(&refused, TOKEN_A, &third);
	refuse(&refused, TOKEN_B, &third);

	vault_refused_init(&refused, path);
	assert_int_equal(look(&refused, TOKEN_A, &wrong), VAULT_PIN_WRONG);
	assert_int_equal(look(&refused, TOKEN_A, &third), VAULT_PIN_WRONG);
	assert_int_equal(look(&refused, TOKEN_A, &other), VAULT_GOOD);
	assert_int_equal(look(&refused, TOKEN_B, &wrong), VAULT_GOOD);
	char *text = file_read(path, 4096);
	assert_null(strstr(text, "1111"));
	free(text);

	/* a token that takes a PIN counts from zero again; the other token does not */
	vault_refused_forget(&refused, TOKEN_A);
	assert_int_equal(look(&refused, TOKEN_A, &wrong), VAULT_GOOD);
	assert_int_equal(look(&refused, TOKEN_B, &third), VAULT_PIN_WRONG);

	/* who removes the file ends the memory, in this process too */
	unlink(path);
	assert_int_equal(look(&refused, TOKEN_B, &third), VAULT_GOOD);
}

static void a_memory_that_is_full_loses_the_oldest_pin_alone(void **state)
{
	struct vault_refused refused;
	struct vault_pin pins[VAULT_MARKS_MAX + 1];
	char text[8];

	(void)state;
	vault_refused_init(&refused, in_place("full"));
	for (unsigned i = 0; i < COUNT(pins); i++) {
		snprintf(text, sizeof(text), "%u", 1000 + i);
		pins[i] = pin_of(text);
		refuse(&refused, TOKEN_A, &pins[i]);
	}
	assert_int_equal(look(&refused, TOKEN_A, &pins[0]), VAULT_GOOD);
	for (unsigned i = 1; i < COUNT(pins); i++)
		assert_int_equal(look(&refused, TOKEN_A, &pins[i]), VAULT_PIN_WRONG);
}

static void a_memory_that_cannot_be_read_lets_no_pin_through(void **state)
{
	static const char *const damaged[] = { "", "zz\n", "\n",
		"00112233445566778899aabbccddeeff 00 00 pin-wrong\n" };
	struct vault_pin pin = pin_of("1111");
	struct vault_refused refused;
	struct vault_mark mark;
	char path[PATH_MAX];

	(void)state;
	snprintf(path, sizeof(path), "%s", in_place("damaged"));
	for (size_t i = 0; i < COUNT(damaged); i++) {
		put_file("damaged", damaged[i]);
		vault_refused_init(&refused, path);
		assert_row(damaged[i], look(&refused, TOKEN_A, &pin) == VAULT_SETTING);
		assert_true(vault_mark_make(&mark, TOKEN_A, &pin));
		assert_row(damaged[i], vault_refused_begin(&refused, &mark) != 0);
	}
	/* a whole file whose end was lost */
	unlink(path);
	refuse(&refused, TOKEN_A, &pin);
	char *text = file_read(path, 4096);
	text[strlen(text) - 3] = '\0';
	put_file("damaged", text);
	free(text);
	assert_int_equal(look(&refused, TOKEN_A, &pin), VAULT_SETTING);
}

static void a_pin_that_cannot_be_remembered_is_not_begun(void **state)
{
	struct vault_pin wrong = pin_of("1111");
	struct vault_refused refused;
	struct vault_mark mark;

	(void)state;
	vault_refused_init(&refused, "/nowhere/at/all/memory");
	assert_true(vault_mark_make(&mark, TOKEN_A, &wrong));
	assert_true(vault_refused_begin(&refused, &mark) < 0);
	assert_int_equal(look(&refused, TOKEN_A, &wrong), VAULT_GOOD);
	/* but what a token has said is not forgotten while the process lives */
	vault_refused_set(&refused, &mark, VAULT_PIN_WRONG);
	assert_int_equal(look(&refused, TOKEN_A, &wrong), VAULT_PIN_WRONG);
	vault_refused_drop(&refused, &mark);
	assert_int_equal(look(&refused, TOKEN_A, &wrong), VAULT_GOOD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_counts_by_its_mode_and_form),
		cmocka_unit_test(the_longest_pin_fits_and_a_longer_one_is_refused),
		cmocka_unit_test(sources_that_are_none_are_named),
		cmocka_unit_test(a_credential_of_systemd_is_taken_whatever_its_mode_shows),
		cmocka_unit_test(uris_are_read_and_never_hold_a_pin),
		cmocka_unit_test(
		        refused_pins_are_remembered_across_restarts_each_for_its_token_alone),
		cmocka_unit_test(a_memory_that_is_full_loses_the_oldest_pin_alone),
		cmocka_unit_test(a_memory_that_cannot_be_read_lets_no_pin_through),
		cmocka_unit_test(a_pin_that_cannot_be_remembered_is_not_begun),
	};
	return cmocka_run_group_tests_name("vault_pin", tests, make_place, remove_place);
}

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
		{ "a token", "pkcs11:token=a", "" },
		{ "a file", "pkcs11:token=a?pin-source=file:/etc/pin&module-path=/x.so",
		        "file:/etc/pin" },
		{ "percents", "pkcs11:token=a%20b?pin-source=file%3A%2Fp", "file:/p" },
		{ "a credential", "PKCS11:token=a?module-name=m&pin-source=credential:pin",
		        "credential:pin" },
		{ "the name of a token is no attribute", "pkcs11:token=pin-source", "" },
		{ "a PIN", "pkcs11:token=a?pin-value=" SECRET, NULL },
		{ "a PIN in the path", "pkcs11:token=a;pin-value=" SECRET, NULL },
		{ "a PIN in capitals", "pkcs11:token=a?PIN-VALUE=" SECRET, NULL },
		{ "a key", "pkcs11:token=a;object=ksk", NULL },
		{ "a key by its id", "pkcs11:id=%01;token=a", NULL },
		{ "a blank", "pkcs11:token=a b", NULL },
		{ "a line", "pkcs11:token=a\nb", NULL },
		{ "half an escape", "pkcs11:token=a?pin-source=%2", NULL },
		{ "a zero octet", "pkcs11:token=a?pin-source=/a%00b", NULL },
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

static void a_refused_pin_is_remembered_across_restarts_for_its_token_alone(void **state)
{
	struct vault_pin wrong = pin_of("1111"), other = pin_of("11111");
	struct vault_refused refused;
	char path[PATH_MAX];

	(void)state;
	snprintf(path, sizeof(path), "%s", in_place("memory"));
	vault_refused_init(&refused, path);
	assert_false(vault_refused_is(&refused, "pkcs11:token=a", &wrong));
	assert_int_equal(vault_refused_set(&refused, "pkcs11:token=a", &wrong), 0);

	vault_refused_init(&refused, path);
	assert_true(vault_refused_is(&refused, "pkcs11:token=a", &wrong));
	assert_false(vault_refused_is(&refused, "pkcs11:token=a", &other));
	assert_false(vault_refused_is(&refused, "pkcs11:token=b", &wrong));
	char *text = file_read(path, 1024);
	assert_null(strstr(text, "1111"));
	free(text);

	/* who removes the file ends the memory, in this process too */
	unlink(path);
	assert_false(vault_refused_is(&refused, "pkcs11:token=a", &wrong));

	/* a file that is damaged remembers nothing, and is no trap */
	put_file("memory", "zz\n");
	vault_refused_init(&refused, path);
	assert_false(vault_refused_is(&refused, "pkcs11:token=a", &wrong));
}

static void a_memory_that_cannot_be_written_lasts_as_long_as_the_process(void **state)
{
	struct vault_pin wrong = pin_of("1111");
	struct vault_refused refused;

	(void)state;
	vault_refused_init(&refused, "/nowhere/at/all/memory");
	assert_true(vault_refused_set(&refused, "pkcs11:token=a", &wrong) < 0);
	assert_true(vault_refused_is(&refused, "pkcs11:token=a", &wrong));
	vault_refused_clear(&refused);
	assert_false(vault_refused_is(&refused, "pkcs11:token=a", &wrong));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_counts_by_its_mode_and_form),
		cmocka_unit_test(the_longest_pin_fits_and_a_longer_one_is_refused),
		cmocka_unit_test(sources_that_are_none_are_named),
		cmocka_unit_test(a_credential_of_systemd_is_taken_whatever_its_mode_shows),
		cmocka_unit_test(uris_are_read_and_never_hold_a_pin),
		cmocka_unit_test(a_refused_pin_is_remembered_across_restarts_for_its_token_alone),
		cmocka_unit_test(a_memory_that_cannot_be_written_lasts_as_long_as_the_process),
	};
	return cmocka_run_group_tests_name("vault_pin", tests, make_place, remove_place);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A token of SoftHSM2 in a directory of its own, for tests of the vault. */
#ifndef TESTS_SOFTHSM_H
#define TESTS_SOFTHSM_H

#include "test.h"

#include <dirent.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encoding.h"
#include "base/file.h"
#include "base/process.h"
#include "keeper/vault_session.h"

#define SOFTHSM     "/usr/lib/softhsm/libsofthsm2.so"
#define CLIENT      "/usr/lib/x86_64-linux-gnu/pkcs11/p11-kit-client.so"
#define TOKEN_PIN   "1234"
#define TEST_OCTETS "octets that are signed"
#define URI_SIZE    700

static char place[] = "/tmp/sealgate-test-token-XXXXXX";
static char uri[URI_SIZE];

/* Returns a path in the directory of the test; the next four calls leave it alone. */
static inline const char *in_place(const char *file)
{
	static char paths[5][PATH_MAX];
	static unsigned next;
	char *path = paths[next++ % 5];

	snprintf(path, PATH_MAX, "%s/%s", place, file);
	return path;
}

static inline void put_file(const char *file, const char *text)
{
	assert_int_equal(file_replace(in_place(file), text, 0600), 0);
}

/* Runs a program that must succeed. Returns its output, for the caller to free. */
static inline char *run_tool(const char *const argv[])
{
	struct process p;

	assert_int_equal(process_run(&p, argv, NULL), 0);
	if (p.status != 0)
		fail_msg("%s: %d: %s%s", argv[0], p.status, p.out, p.err);
	char *out = strdup(p.out);
	process_fini(&p);
	return out;
}

/* Where sealgate-vault is: one directory above the tests. */
static inline const char *vault_program(void)
{
	static char path[PATH_MAX + 32];
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	assert_true(len > 0);
	self[len] = '\0';
	*strrchr(self, '/') = '\0';
	snprintf(path, sizeof(path), "%s/../sealgate-vault", self);
	return path;
}

/* Makes an empty token, and the URI of it by this module. */
static inline void make_token(const char *label)
{
	free(run_tool((const char *const[]){ "softhsm2-util", "--init-token", "--free", "--label",
	        label, "--pin", TOKEN_PIN, "--so-pin", "5678", NULL }));
}

static inline void use_token(const char *label, const char *module)
{
	int len = snprintf(uri, sizeof(uri), "pkcs11:token=%s?module-path=%s&pin-source=file:%s",
	        label, module, in_place("pin"));

	assert_in_range(len, 1, sizeof(uri) - 1);
}

/* For the set-up and the end of a group of tests. */
static inline int make_place(void **state)
{
	char conf[PATH_MAX + 128];

	(void)state;
	if (!mkdtemp(place) || mkdir(in_place("tokens"), 0700) != 0)
		return -1;
	snprintf(conf, sizeof(conf),
	        "directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n",
	        in_place("tokens"));
	put_file("softhsm2.conf", conf);
	put_file("pin", TOKEN_PIN "\n");
	setenv("SOFTHSM2_CONF", in_place("softhsm2.conf"), 1);
	return 0;
}

static inline int remove_place(void **state)
{
	struct process p;
	const char *const argv[] = { "rm", "-rf", place, NULL };

	(void)state;
	if (process_run(&p, argv, NULL) == 0)
		process_fini(&p);
	return 0;
}

static inline bool has_softhsm(void)
{
	return access(SOFTHSM, R_OK) == 0 && access("/usr/bin/softhsm2-util", X_OK) == 0;
}

static inline struct vault *open_vault(unsigned limit_ms)
{
	struct vault_place where = {
		.where = uri, .program = vault_program(), .limit_ms = limit_ms
	};
	struct complaint why = { "" };
	struct vault *vault;

	if (vault_open(&vault, &where, &why) != VAULT_GOOD)
		fail_msg("%s", why.text);
	return vault;
}

/* A token that hung is left alone for a while. */
static inline void outwait_pause(enum vault_fault fault, unsigned limit_ms)
{
	if (fault == VAULT_HANGS)
		usleep((VAULT_PAUSE_LIMITS * limit_ms + 100) * 1000);
}

static inline enum vault_fault sign_test_octets(struct vault *vault, const struct vault_key *key,
        struct vault_signature *signature, struct complaint *why)
{
	return vault_sign(vault, key, span_of(TEST_OCTETS, strlen(TEST_OCTETS)), signature, why);
}

/* Verified by a program that has no line of ours. Returns the key tag as dnspython computes it for
 * a KSK. */
static inline unsigned verified_elsewhere(
        const struct vault_key *key, const struct vault_signature *signature)
{
	char number[8], public[2 * PUBLIC_KEY_MAX_OCTETS + 1], data[2 * sizeof(TEST_OCTETS)],
	        octets[2 * SIGNATURE_MAX_OCTETS + 1];

	snprintf(number, sizeof(number), "%u", key->algorithm);
	hex_encode(vault_key_public(key), public);
	hex_encode(span_of(TEST_OCTETS, strlen(TEST_OCTETS)), data);
	hex_encode(span_of(signature->octets, signature->len), octets);
	char *tag = run_tool(
	        (const char *const[]){ "tests/vault/verify", number, public, data, octets, NULL });
	unsigned value = (unsigned)strtoul(tag, NULL, 10);
	free(tag);
	return value;
}

static inline void assert_good(enum vault_fault fault, const struct complaint *why)
{
	if (fault != VAULT_GOOD)
		fail_msg("%s: %s", vault_fault_word(fault), why->text);
}

#endif

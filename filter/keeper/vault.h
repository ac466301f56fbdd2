/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The vault: where KSKs lie. It is a directory with BIND's key files, or a PKCS#11 token. Only the
 * keeper opens it.
 *
 * All calls come from one thread, which lives as long as the vault is open: the process of a token
 * is killed when the thread that started it ends.
 *
 * Calls wait for the vault, at most its limit, and a second more for a process that was killed to
 * end. Each returns VAULT_GOOD, or a fault with a complaint; vault_fault_passes() says whether the
 * same may succeed later. Nothing is tried again behind the caller's back, except for a session
 * that is lost or may be out of date, once. A token that hung is left alone for a while. An order
 * to make a key may be repeated. Keys are never deleted. */
#ifndef KEEPER_VAULT_H
#define KEEPER_VAULT_H

#include "base/complaint.h"
#include "crypto/crypto.h"
#include "keeper/vault_fault.h"
#include "keeper/vault_key.h"
#include "keeper/vault_wait.h"
#include "keys/keypair.h"

#define VAULT_LIMIT_MS     30000  /* by default: a smart card makes an RSA key in ten seconds */
#define VAULT_LIMIT_MAX_MS 600000 /* a longer limit is cut to this one */

struct vault;

/* Where a vault is. The texts are needed while the vault is opened, and `notes` as long as it is
 * open. */
struct vault_place {
	const char *where;       /* a directory, or the URI of a token (RFC 7512) */
	const char *refused_pin; /* the file that remembers PINs which a token refused; or NULL */
	/* the directory where it is noted which key a token is to make; NULL: it is not */
	const char *notes;
	const char *program; /* sealgate-vault; NULL: where it is installed */
	unsigned limit_ms;   /* for each call; 0: VAULT_LIMIT_MS */
};

/* Opens a vault. A token need not be there yet: faults of the token come with the first call that
 * needs it. After VAULT_GOOD, vault_close() frees the vault; otherwise there is none. */
enum vault_fault vault_open(
        struct vault **vault, const struct vault_place *place, struct complaint *why);
void vault_close(struct vault *vault); /* NULL: does nothing */

/* What the thread does from now on while it waits for a token. Functions of the vault that are
 * called meanwhile return VAULT_AWAY. */
void vault_set_wait(struct vault *vault, const struct vault_wait *wait);

/* Finds the key with the number `number`, from 0 on; after the last one, VAULT_NO_KEY. Keys that
 * cannot sign zones are left out, and so are key files whose private half cannot be used, as by its
 * mode; vault_find() says why. Keys that come or go meanwhile may shift the numbers. */
enum vault_fault vault_list(
        struct vault *vault, unsigned number, struct vault_key *key, struct complaint *why);

/* Finds a key by its name, or by a part of it: "example.org" in a directory, the label "ksk" or
 * "id=%01" on a token. VAULT_SEVERAL if the part fits several keys. */
enum vault_fault vault_find(
        struct vault *vault, const char *name, struct vault_key *key, struct complaint *why);

/* Makes a new key. `label` is the name of a zone in a directory, and any text of printable ASCII on
 * a token. Another key of the zone may have the same tag (keypair_collides()): the caller looks,
 * and makes another one. So it does if the key is noted already: then a crash came before
 * vault_make_is_done(). */
enum vault_fault vault_make(struct vault *vault, uint8_t algorithm, const char *label,
        struct vault_key *key, struct complaint *why);

/* The key that vault_make() gave last is noted by the caller, or not wanted. Until then, and also
 * after a crash, an order with the same label and algorithm gives that key, if the place has
 * `notes`: a token makes none in vain. A directory has room enough, and gives another one. */
void vault_make_is_done(struct vault *vault);

/* Signs `data`, at most VAULT_DATA_MAX octets. The signature has the form of an RRSIG's, and is
 * checked with the public key of `key`. */
struct vault_signature {
	size_t len;
	uint8_t octets[SIGNATURE_MAX_OCTETS];
};

enum vault_fault vault_sign(struct vault *vault, const struct vault_key *key, struct span data,
        struct vault_signature *signature, struct complaint *why);

/* Makes the DNSKEY of a zone with the public key of a vault's key. Returns false if it may not sign
 * zones. */
bool vault_key_pair(
        const struct vault_key *key, const struct name *zone, uint16_t flags, struct keypair *pair);

#endif

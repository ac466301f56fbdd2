/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/keys_hand.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/complaint.h"
#include "base/file.h"
#include "base/log.h"
#include "cmd/keys_check.h"
#include "cmd/keys_run.h"
#include "config/config.h"
#include "daemon/zone_foreign.h"
#include "daemon/zone_key_files.h"
#include "keys/key_text.h"
#include "keys/presign.h"
#include "keys/record_write.h"
#include "netfilter/service_user.h"
#include "wire/protocol.h"

#define DS_TTL_S  86400
#define DS_OCTETS (4 + DIGEST_MAX_OCTETS)

/* The work on one zone. */
struct by_hand {
	const struct keys_run *run;
	gid_t group; /* that may read what a signer needs; (gid_t)-1: it stays as it comes */
	bool directory_is_new;
	struct zone_key_files files;
	struct crypto *crypto;
	struct complaint error;
};

static enum exit_code hand_failed(struct by_hand *h)
{
	log_error("%s", h->error.text);
	return EXIT_NO;
}

/* Reads the zone's keys, and lets `act` work on them. */
static enum exit_code hand_work(struct by_hand *h, enum exit_code (*act)(struct by_hand *h))
{
	enum exit_code code = EXIT_NO;

	h->crypto = crypto_new();
	if (!h->crypto)
		log_error("out of memory, or OpenSSL lacks a digest that sealgate needs");
	else if (zone_key_files_read(&h->files, h->run->directory, &h->run->zone, &h->error) < 0)
		code = hand_failed(h);
	else
		code = act(h);
	zone_key_files_free(&h->files);
	crypto_free(h->crypto);
	return code;
}

/* For what only reads, or writes for its own user. */
static enum exit_code hand_work_alone(void *run, enum exit_code (*act)(struct by_hand *h))
{
	struct by_hand h = { .run = run, .group = (gid_t)-1 };

	return hand_work(&h, act);
}

/* ---- What a signer needs ---- */

/* Finds the group of the signer's user. Only root can give files to it. */
static bool hand_find_group(struct by_hand *h)
{
	struct config c;

	h->group = (gid_t)-1;
	if (geteuid() != 0)
		return true;
	if (config_load(&c, h->run->config, NULL, &h->error) < 0) {
		hand_failed(h);
		return false;
	}
	h->group = service_group(&c);
	config_fini(&c);
	return true;
}

/* The signer runs as a user of its own, which must read the private half of the ZSK. That of the
 * KSK is for root alone. A directory that was there already stays as it is: it may be that of
 * another program. */
static enum exit_code hand_share(struct by_hand *h, unsigned made)
{
	if (h->group == (gid_t)-1)
		return EXIT_FINE;
	int error = h->directory_is_new ? file_share(h->run->directory, 0750, h->group) : 0;
	if (error)
		complaint_set(&h->error, "%s: %s", h->run->directory, strerror(-error));
	if (error || zone_keys_share(&h->files, made, h->group, &h->error) < 0)
		return hand_failed(h);
	return EXIT_FINE;
}

static void tell_change(void *context, const struct dnskey *key, bool is_new)
{
	(void)context;
	printf("%s %u is %s the DNSKEY records\n", key->flags & DNSKEY_SEP ? "KSK" : "ZSK",
	        key->tag, is_new ? "new in" : "no longer in");
}

static enum exit_code hand_sign(struct by_hand *h)
{
	const struct zone_signing how = { .now_s = clock_wall_s(),
		.days = h->run->days,
		.group = h->group,
		.is_forced = h->run->is_forced,
		.told = tell_change };

	if (zone_keys_sign(&h->files, h->crypto, &how, &h->error) < 0)
		return hand_failed(h);
	printf("DNSKEY, CDS and CDNSKEY are signed for the next %u days\n", h->run->days);
	return EXIT_FINE;
}

static enum exit_code hand_generate(struct by_hand *h)
{
	char name[KEY_NAME_SIZE];
	unsigned made;

	if (zone_keys_generate(&h->files, h->run->algorithm, clock_wall_s(), &made, &h->error) < 0)
		return hand_failed(h);
	if (made == 0) {
		log_error("%s: the zone has keys there already; they are kept", h->run->directory);
		return EXIT_NO;
	}
	enum exit_code code = hand_share(h, made);
	if (code != EXIT_FINE)
		return code;
	for (unsigned i = h->files.count - made; i < h->files.count; i++)
		printf("%s/%s (%s)\n", h->run->directory, key_name(&h->files.keys[i], name),
		        keypair_is_ksk(&h->files.keys[i]) ? "KSK" : "ZSK");
	return hand_sign(h);
}

enum exit_code keys_hand_sign(void *context)
{
	struct by_hand h = { .run = context };

	return hand_find_group(&h) ? hand_work(&h, hand_sign) : EXIT_USAGE;
}

enum exit_code keys_hand_generate(void *context)
{
	struct by_hand h = { .run = context };

	if (!hand_find_group(&h))
		return EXIT_USAGE;
	h.directory_is_new = access(h.run->directory, F_OK) < 0;
	int error = file_make_directory(h.run->directory, 0700);
	if (error) {
		log_error("%s: %s", h.run->directory, strerror(-error));
		return EXIT_NO;
	}
	return hand_work(&h, hand_generate);
}

/* ---- The parent ---- */

static enum exit_code hand_ds(struct by_hand *h)
{
	unsigned shown = 0;

	for (unsigned i = 0; i < h->files.count; i++) {
		const struct keypair *k = &h->files.keys[i];
		uint8_t octets[DS_OCTETS];
		struct writer w = writer_over(octets, sizeof(octets));
		if (!keypair_is_ksk(k) || !presign_ds(h->crypto, k, &w))
			continue;
		key_record_write(stdout, &h->run->zone, DS_TTL_S, TYPE_DS, writer_span(&w));
		shown++;
	}
	if (shown > 0)
		return EXIT_FINE;
	log_error("%s: no KSK of the zone is there", h->run->directory);
	return EXIT_NO;
}

static enum exit_code hand_ask(
        struct by_hand *h, enum exit_code (*act)(const struct keys_checking *checking))
{
	const struct keys_checking checking = { .zone = &h->run->zone,
		.files = &h->files,
		.crypto = h->crypto,
		.config = h->run->config,
		.server = h->run->has_server ? &h->run->server : NULL };

	return act(&checking);
}

static enum exit_code hand_check(struct by_hand *h)
{
	return hand_ask(h, keys_check);
}

static enum exit_code hand_notify(struct by_hand *h)
{
	return hand_ask(h, keys_notify);
}

enum exit_code keys_hand_ds(void *context)
{
	return hand_work_alone(context, hand_ds);
}

enum exit_code keys_hand_check(void *context)
{
	return hand_work_alone(context, hand_check);
}

enum exit_code keys_hand_notify(void *context)
{
	return hand_work_alone(context, hand_notify);
}

/* ---- Another signer of the zone (RFC 8901) ---- */

static enum exit_code hand_export(struct by_hand *h)
{
	if (zone_keys_export(&h->files, h->crypto, clock_wall_s(), stdout, &h->error) < 0)
		return hand_failed(h);
	return EXIT_FINE;
}

static void tell_import(const struct foreign_count *count)
{
	printf("%u DNSKEY, %u CDS and %u CDNSKEY records of another signer are imported; run "
	       "`sealgate keys sign` to add them to ours\n",
	        count->dnskey, count->cds, count->cdnskey);
	if (count->ours > 0)
		printf("%u records of our own keys are left out\n", count->ours);
	if (count->ksks == 0)
		printf("there is no KSK among them: a resolver that has our DNSKEY records takes "
		       "the other signer's CDS records for Bogus\n");
	if (count->cds == 0)
		printf("there is no CDS among them: if the parent follows CDS records, it takes "
		       "the other signer's DS records away\n");
}

static enum exit_code hand_import(struct by_hand *h)
{
	struct foreign_count count;

	if (zone_keys_import(&h->files, h->crypto, h->run->file, &count, &h->error) < 0)
		return hand_failed(h);
	tell_import(&count);
	return EXIT_FINE;
}

enum exit_code keys_hand_export(void *context)
{
	return hand_work_alone(context, hand_export);
}

enum exit_code keys_hand_import(void *context)
{
	return hand_work_alone(context, hand_import);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/known_errors.h"

#include "base/sockaddr.h"
#include "base/writer.h"

#define ADDRESS_OCTETS 16

int known_errors_init(struct known_errors *k)
{
	*k = (struct known_errors){ 0 };
	return hash_key_draw(&k->key);
}

void known_errors_forget(struct known_errors *k)
{
	*k = (struct known_errors){ .key = k->key };
}

static void address_of(const struct sockaddr_storage *server, uint8_t address[ADDRESS_OCTETS])
{
	struct span octets = sockaddr_octets(server);

	memset(address, 0, ADDRESS_OCTETS);
	memcpy(address, octets.base, octets.len);
}

/* Letter case does not count. The octets before the name's letters are lengths, below 'A'. */
static uint64_t error_hash(const struct known_errors *k, const struct given_error *error)
{
	uint8_t octets[ADDRESS_OCTETS + 1 + QUESTION_MAX];
	const struct client_query *asked = error->asked;
	size_t name_len = asked->question_len > 4 ? asked->question_len - 4u : 0;

	address_of(error->server, octets);
	octets[ADDRESS_OCTETS] = (uint8_t)error->rcode;
	for (size_t i = 0; i < asked->question_len; i++)
		octets[ADDRESS_OCTETS + 1 + i] =
		        i < name_len ? name_lower(asked->question[i]) : asked->question[i];
	return keyed_hash(&k->key, span_of(octets, ADDRESS_OCTETS + 1u + asked->question_len));
}

static struct failing_server *failing_find(
        struct known_errors *k, const struct sockaddr_storage *server)
{
	uint8_t address[ADDRESS_OCTETS];

	address_of(server, address);
	for (unsigned i = 0; i < FAILING_SERVERS; i++) {
		struct failing_server *f = &k->servers[i];
		if (f->row > 0 && memcmp(f->address, address, ADDRESS_OCTETS) == 0)
			return f;
	}
	return NULL;
}

bool known_errors_has(struct known_errors *k, const struct given_error *error, uint64_t now_ms)
{
	const struct failing_server *f = failing_find(k, error->server);

	if (f && f->rcode == error->rcode && f->row >= KNOWN_ERROR_ROW && now_ms < f->until_ms)
		return true;
	uint64_t hash = error_hash(k, error);
	const struct known_error *known = &k->questions[hash % KNOWN_ERRORS];
	return known->hash == hash && now_ms < known->until_ms;
}

/* Returns a free slot, or the one whose row ends first. */
static struct failing_server *failing_room(struct known_errors *k)
{
	struct failing_server *room = &k->servers[0];

	for (unsigned i = 0; i < FAILING_SERVERS && room->row > 0; i++) {
		struct failing_server *f = &k->servers[i];
		if (f->row == 0 || f->until_ms < room->until_ms)
			room = f;
	}
	k->failing += room->row == 0;
	return room;
}

/* A row goes on although its time was over: then one error was held back again, in vain. */
static void note_row(struct known_errors *k, const struct given_error *error, uint64_t now_ms)
{
	struct failing_server *f = failing_find(k, error->server);

	if (!f) {
		f = failing_room(k);
		*f = (struct failing_server){ .rcode = error->rcode };
		address_of(error->server, f->address);
	}
	if (f->rcode != error->rcode)
		f->row = 0;
	if (f->row < KNOWN_ERROR_ROW)
		f->row++;
	f->rcode = error->rcode;
	f->until_ms = now_ms + KNOWN_ERROR_MS;
}

void known_errors_note(struct known_errors *k, const struct given_error *error, uint64_t now_ms)
{
	uint64_t hash = error_hash(k, error);

	k->questions[hash % KNOWN_ERRORS] = (struct known_error){ hash, now_ms + KNOWN_ERROR_MS };
	note_row(k, error, now_ms);
}

void known_errors_end_row(struct known_errors *k, const struct sockaddr_storage *server)
{
	struct failing_server *f = failing_find(k, server);

	if (!f)
		return;
	f->row = 0;
	k->failing--;
}

void known_errors_refute(struct known_errors *k, const struct given_error *error)
{
	uint64_t hash = error_hash(k, error);
	struct known_error *known = &k->questions[hash % KNOWN_ERRORS];

	if (known->hash == hash)
		known->until_ms = 0;
	known_errors_end_row(k, error->server);
}

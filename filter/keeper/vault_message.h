/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The messages between the keeper and the process that has the PKCS#11 module. Each is one packet
 * of a socket. The module is somebody else's code, so the keeper reads replies as it reads octets
 * from the network. */
#ifndef KEEPER_VAULT_MESSAGE_H
#define KEEPER_VAULT_MESSAGE_H

#include "base/complaint.h"
#include "base/writer.h"
#include "keeper/vault_fault.h"
#include "keeper/vault_key.h"

#define VAULT_MESSAGE_OCTETS (VAULT_DATA_MAX + VAULT_NAME_SIZE + 16)

#define VAULT_ID_OCTETS 16 /* of the id of a new key: so many that no two are equal */

enum vault_order {
	VAULT_ORDER_OPEN = 1, /* name: the URI of the token; number: 1 if a PIN will come */
	VAULT_ORDER_LOGIN,    /* data: the PIN, or nothing */
	VAULT_ORDER_LIST,     /* number: of the key, from 0 on */
	VAULT_ORDER_FIND,     /* name: of the key */
	VAULT_ORDER_MAKE,     /* name: the label of the new key; algorithm; data: its id */
	VAULT_ORDER_SIGN,     /* name: of the key; algorithm; data: what is signed */
	VAULT_ORDER_END
};

struct vault_request {
	enum vault_order order;
	uint8_t algorithm;
	uint16_t number;
	char name[VAULT_NAME_SIZE];
	struct span data; /* borrowed */
};

struct vault_reply {
	enum vault_fault fault;
	struct complaint why; /* if there is a fault */
	/* of LIST, FIND and MAKE; of OPEN only the name: the URI of this very token */
	struct vault_key key;
	size_t signature_len; /* of SIGN */
	uint8_t signature[SIGNATURE_MAX_OCTETS];
};

/* True if the message is of this version, whose number is the first octet in every version. Both
 * programs come from one build. */
bool vault_message_is_ours(struct span message);

/* Write a message. A value that does not fit sets `out->full`. */
void vault_request_write(const struct vault_request *request, struct writer *out);
void vault_reply_write(const struct vault_reply *reply, struct writer *out);

/* Read a message, which a request borrows its data from. Return false for any other octets: a field
 * too long, a name that is not printable ASCII, an unknown order or fault, octets behind the end.
 * The reason of a fault becomes printable. */
bool vault_request_read(struct vault_request *request, struct span message);
bool vault_reply_read(struct vault_reply *reply, struct span message);

#endif

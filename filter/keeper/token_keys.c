/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/token_keys.h"

#include <p11-kit/uri.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keeper/token_attributes.h"
#include "keeper/token_error.h"
#include "keeper/vault_public.h"

#define IDS_SHOWN 8 /* keys that a message about several names */

/* ---- Names ---- */

static size_t take_name_part(P11KitUri *uri, CK_ATTRIBUTE_TYPE type, uint8_t *out, size_t capacity)
{
	CK_ATTRIBUTE *attribute = p11_kit_uri_get_attribute(uri, type);

	if (!attribute || attribute->ulValueLen > capacity)
		return 0;
	memcpy(out, attribute->pValue, attribute->ulValueLen);
	return attribute->ulValueLen;
}

bool token_name_read(struct token_name *name, const char *text)
{
	char whole[VAULT_NAME_SIZE + 8];
	P11KitUri *uri = NULL;

	*name = (struct token_name){ 0 };
	if (strncmp(text, "object=", 7) != 0 && strncmp(text, "id=", 3) != 0) {
		name->label_len = strnlen(text, sizeof(name->label));
		memcpy(name->label, text, name->label_len);
	} else if ((uri = p11_kit_uri_new())) {
		snprintf(whole, sizeof(whole), "pkcs11:%s", text);
		if (p11_kit_uri_parse(whole, P11_KIT_URI_FOR_OBJECT, uri) == P11_KIT_URI_OK) {
			name->label_len =
			        take_name_part(uri, CKA_LABEL, name->label, sizeof(name->label));
			name->id_len = take_name_part(uri, CKA_ID, name->id, sizeof(name->id));
		}
		p11_kit_uri_free(uri);
	}
	return name->label_len + name->id_len > 0;
}

/* Writes a name that token_name_read() reads. Returns false if the object has neither label nor id. */
static bool write_name(const struct token_name *name, char text[static VAULT_NAME_SIZE])
{
	CK_ATTRIBUTE attributes[] = {
		{ CKA_LABEL, (void *)(uintptr_t)name->label, name->label_len },
		{ CKA_ID, (void *)(uintptr_t)name->id, name->id_len },
	};
	P11KitUri *uri = p11_kit_uri_new();
	char *whole = NULL;

	for (size_t i = 0; uri && i < 2; i++) {
		if (attributes[i].ulValueLen > 0)
			p11_kit_uri_set_attribute(uri, &attributes[i]);
	}
	bool good =
	        uri && name->label_len + name->id_len > 0 &&
	        p11_kit_uri_format(uri, P11_KIT_URI_FOR_OBJECT, &whole) == P11_KIT_URI_OK &&
	        snprintf(text, VAULT_NAME_SIZE, "%s", whole + strlen("pkcs11:")) < VAULT_NAME_SIZE;
	free(whole);
	p11_kit_uri_free(uri);
	return good;
}

/* ---- Objects ---- */

/* Finds objects of a class. Returns their number, at most `capacity`, or -1 with fault and reason. */
static int find_objects(struct token *token, CK_OBJECT_CLASS class, const struct token_name *name,
        struct token_found *found, struct vault_reply *reply)
{
	CK_ATTRIBUTE template[3] = { { CKA_CLASS, &class, sizeof(class) } };
	CK_ULONG parts = 1, count = 0;
	const char *what = "the token finds no keys";

	if (name && name->label_len > 0)
		template[parts++] = (CK_ATTRIBUTE){ CKA_LABEL, (void *)(uintptr_t)name->label,
			name->label_len };
	if (name && name->id_len > 0)
		template[parts++] =
		        (CK_ATTRIBUTE){ CKA_ID, (void *)(uintptr_t)name->id, name->id_len };
	CK_RV value = token->module->C_FindObjectsInit(token->session, template, parts);
	found->count = 0;
	while (value == CKR_OK && found->count < VAULT_KEYS_MAX) {
		value = token->module->C_FindObjects(token->session, found->object + found->count,
		        VAULT_KEYS_MAX - found->count, &count);
		if (value != CKR_OK || count == 0 || count > VAULT_KEYS_MAX - found->count)
			break;
		found->count += (unsigned)count;
	}
	if (value == CKR_OK)
		value = token->module->C_FindObjectsFinal(token->session);
	if (value == CKR_OK)
		return (int)found->count;
	token_fail(reply, value, what);
	return -1;
}

/* Reads the public key from the object with the same name, or from the private key itself: RSA keys have
 * it, and so have keys on tokens that keep no public halves. */
static bool read_public(struct token *token, CK_OBJECT_HANDLE private,
        const struct token_name *name, struct vault_key *key)
{
	struct token_found *found = malloc(sizeof(*found));
	struct vault_reply ignored;
	bool good = false;

	if (found && find_objects(token, CKO_PUBLIC_KEY, name, found, &ignored) == 1)
		good = token_public_read(token, found->object[0], key);
	free(found);
	return good || token_public_read(token, private, key);
}

/* Returns NULL if the private key can sign zones, and its name and public key are in `key`; or why not. */
static const char *read_key(struct token *token, CK_OBJECT_HANDLE object, struct vault_key *key)
{
	struct token_name name = { 0 };

	name.label_len = token_octets(token, object, CKA_LABEL, name.label, sizeof(name.label));
	name.id_len = token_octets(token, object, CKA_ID, name.id, sizeof(name.id));
	if (!write_name(&name, key->name))
		return "it has no label and no id: give it an id, so that it can be named";
	if (!token_flag(token, object, CKA_SIGN))
		return "it may not sign (CKA_SIGN)";
	if (!read_public(token, object, &name, key))
		return "it has no public key for RSA (2048 to 4096 bits), P-256 or Ed25519";
	return NULL;
}

void token_list(struct token *token, unsigned number, struct vault_reply *reply)
{
	struct token_found *found = malloc(sizeof(*found));
	unsigned seen = 0;
	int count = found ? find_objects(token, CKO_PRIVATE_KEY, NULL, found, reply) : 0;

	for (int i = 0; i < count; i++) {
		if (!read_key(token, found->object[i], &reply->key) && seen++ == number)
			goto out;
	}
	if (count >= 0)
		token_refuse(reply, VAULT_NO_KEY, "there are no more keys");
out:
	free(found);
}

/* ---- Finding one ---- */

/* Names the keys, so that the operator can copy one. */
static void refuse_several(struct token *token, const char *name, const struct token_found *found,
        struct vault_reply *reply)
{
	char names[400] = "";
	struct vault_key key;
	size_t len = 0;

	for (unsigned i = 0; i < found->count && i < IDS_SHOWN; i++) {
		if (!read_key(token, found->object[i], &key) && len < sizeof(names))
			len += (size_t)snprintf(names + len, sizeof(names) - len, " %s", key.name);
	}
	token_refuse(reply, VAULT_SEVERAL, "%u keys are called \"%s\"; name one by its id:%s",
	        found->count, name, names[0] ? names : " but their ids are missing or equal");
}

/* Returns false with fault and reason, unless one private key has this name. */
static bool find_private(
        struct token *token, const char *text, CK_OBJECT_HANDLE *object, struct vault_reply *reply)
{
	struct token_found *found = malloc(sizeof(*found));
	struct token_name name;

	if (!found || !token_name_read(&name, text)) {
		token_refuse(reply, VAULT_NO_KEY,
		        "\"%s\" names no key: write a label, id=%%01, or object=LABEL;id=%%01",
		        text);
		free(found);
		return false;
	}
	int count = find_objects(token, CKO_PRIVATE_KEY, &name, found, reply);
	if (count == 0)
		token_refuse(reply, VAULT_NO_KEY,
		        "there is no private key \"%s\" that this PIN opens; labels count letter "
		        "for letter",
		        text);
	if (count > 1)
		refuse_several(token, text, found, reply);
	if (count == 1)
		*object = found->object[0];
	free(found);
	return count == 1;
}

void token_find(struct token *token, const char *name, struct vault_reply *reply)
{
	CK_OBJECT_HANDLE object;
	const char *fault;

	if (!find_private(token, name, &object, reply))
		return;
	fault = read_key(token, object, &reply->key);
	if (fault)
		token_refuse(
		        reply, VAULT_UNFIT, "the key \"%s\" cannot sign zones: %s", name, fault);
}

const struct token_handle *token_handle_of(
        struct token *token, const char *name, struct vault_reply *reply)
{
	CK_OBJECT_HANDLE object;

	for (unsigned i = 0; i < token->handles; i++) {
		if (strcmp(token->handle[i].name, name) == 0)
			return &token->handle[i];
	}
	if (!find_private(token, name, &object, reply))
		return NULL;
	struct token_handle *handle = &token->handle[token->next_handle];
	token->next_handle = (token->next_handle + 1) % TOKEN_HANDLES;
	if (token->handles < TOKEN_HANDLES)
		token->handles++;
	snprintf(handle->name, sizeof(handle->name), "%s", name);
	handle->key = object;
	handle->wants_pin = token_flag(token, object, CKA_ALWAYS_AUTHENTICATE);
	return handle;
}

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

/* Returns false if the value is longer than any that counts. */
static bool take_name_part(
        P11KitUri *uri, CK_ATTRIBUTE_TYPE type, uint8_t out[static TOKEN_NAME_OCTETS], size_t *len)
{
	CK_ATTRIBUTE *attribute = p11_kit_uri_get_attribute(uri, type);

	if (!attribute)
		return true;
	if (attribute->ulValueLen > TOKEN_NAME_OCTETS)
		return false;
	memcpy(out, attribute->pValue, attribute->ulValueLen);
	*len = attribute->ulValueLen;
	return true;
}

static bool begins_with_word(const char *text, const char *word)
{
	return strncmp(text, word, strlen(word)) == 0;
}

/* True for object= and id=, each at most once, and nothing else: a name with a part that does not
 * count would find another key than is meant. */
static bool has_good_parts(const char *text)
{
	unsigned labels = 0, ids = 0, parts = 0;

	for (const char *at = text; at; at = strchr(at, ';'), at = at ? at + 1 : NULL) {
		labels += begins_with_word(at, "object=");
		ids += begins_with_word(at, "id=");
		parts++;
	}
	return labels <= 1 && ids <= 1 && labels + ids == parts && !strchr(text, '?');
}

static bool read_uri_name(struct token_name *name, const char *text)
{
	char whole[VAULT_NAME_SIZE + 8];
	P11KitUri *uri = p11_kit_uri_new();

	snprintf(whole, sizeof(whole), "pkcs11:%s", text);
	bool good = uri && has_good_parts(text) &&
	            p11_kit_uri_parse(whole, P11_KIT_URI_FOR_OBJECT, uri) == P11_KIT_URI_OK &&
	            take_name_part(uri, CKA_LABEL, name->label, &name->label_len) &&
	            take_name_part(uri, CKA_ID, name->id, &name->id_len);
	p11_kit_uri_free(uri);
	return good && name->label_len + name->id_len > 0;
}

bool token_name_read(struct token_name *name, const char *text)
{
	size_t len = strlen(text);

	*name = (struct token_name){ 0 };
	if (begins_with_word(text, "object=") || begins_with_word(text, "id="))
		return read_uri_name(name, text);
	if (len == 0 || len > sizeof(name->label))
		return false;
	name->label_len = len;
	memcpy(name->label, text, len);
	return true;
}

/* Writes a name that token_name_read() reads. Returns false if the object has neither label nor
 * id. */
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

/* Finds objects of a class. Returns their number, at most `capacity`, or -1 with fault and
 * reason. */
static int find_objects(struct token *token, CK_OBJECT_CLASS class, const struct token_name *name,
        struct token_found *found, struct vault_reply *reply)
{
	CK_ATTRIBUTE template[3] = { { CKA_CLASS, &class, sizeof(class) } };
	CK_ULONG parts = 1, count = 0;

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
		if (value != CKR_OK || count == 0)
			break;
		if (count > VAULT_KEYS_MAX - found->count) {
			token_refuse(reply, VAULT_BROKEN,
			        "the token finds more keys than it was asked for");
			return -1;
		}
		found->count += (unsigned)count;
	}
	if (value == CKR_OK)
		value = token->module->C_FindObjectsFinal(token->session);
	if (value == CKR_OK)
		return (int)found->count;
	token_fail(reply, value, "the token finds no keys");
	return -1;
}

/* Says that a key is unfit, unless the token failed at reading it. Returns false, for the caller to
 * return. */
static bool refuse_read(
        const struct token_reading *reading, const char *what, struct vault_reply *reply)
{
	if (reading->failure != CKR_OK)
		token_fail(reply, reading->failure, "the token does not show what its key is");
	else
		token_refuse(reply, VAULT_UNFIT, "the key cannot sign zones: %s", what);
	return false;
}

/* Reads the one public key with this name, unless its id is another one. Returns false if there is
 * none; with a fault in the reply if the token failed. */
static bool read_public_named(struct token *token, const struct token_name *name,
        const struct token_name *private, struct vault_key *key, struct vault_reply *reply)
{
	struct token_found *found = malloc(sizeof(*found));
	uint8_t id[TOKEN_NAME_OCTETS];
	int count = found ? find_objects(token, CKO_PUBLIC_KEY, name, found, reply) : 0;
	struct token_reading reading = { token, count == 1 ? found->object[0] : 0, CKR_OK };

	free(found);
	if (count != 1)
		return false;
	size_t id_len = token_octets(&reading, CKA_ID, id, sizeof(id));
	bool is_other = id_len > 0 && private->id_len > 0 &&
	                (id_len != private->id_len || memcmp(id, private->id, id_len) != 0);
	bool good = !is_other && token_public_read(&reading, key);
	if (reading.failure != CKR_OK)
		refuse_read(&reading, "", reply);
	return good;
}

/* Reads the public key from the object with the same id, whose label may be another one; or else
 * with the same label; or from the private key itself: RSA keys have it, and so have keys on tokens
 * that keep no public halves. */
static bool read_public(struct token_reading *private, const struct token_name *name,
        struct vault_key *key, struct vault_reply *reply)
{
	struct token_name tried[] = { *name, *name, *name };

	tried[0].label_len = tried[2].id_len = 0; /* by the id, by both, by the label */
	for (size_t i = 0; i < sizeof(tried) / sizeof(tried[0]); i++) {
		if (tried[i].label_len + tried[i].id_len == 0)
			continue;
		if (read_public_named(private->token, &tried[i], name, key, reply))
			return true;
		if (reply->fault != VAULT_GOOD)
			return false;
	}
	return token_public_read(private, key) ||
	       refuse_read(private,
	               "it has no public key for RSA (2048 to 4096 bits), P-256 or Ed25519", reply);
}

/* Sets name and public key of `key`. Returns false with fault and reason: VAULT_UNFIT if the
 * private key cannot sign zones. */
static bool read_key(struct token *token, CK_OBJECT_HANDLE object, struct vault_key *key,
        struct vault_reply *reply)
{
	struct token_reading reading = { token, object, CKR_OK };
	struct token_name name = { 0 };

	reply->fault = VAULT_GOOD;
	name.label_len = token_octets(&reading, CKA_LABEL, name.label, sizeof(name.label));
	name.id_len = token_octets(&reading, CKA_ID, name.id, sizeof(name.id));
	bool may_sign = token_flag(&reading, CKA_SIGN);
	if (reading.failure != CKR_OK || !write_name(&name, key->name))
		return refuse_read(&reading,
		        "it has no label and no id: give it an id, so that it can be named", reply);
	if (!may_sign)
		return refuse_read(&reading, "it may not sign (CKA_SIGN)", reply);
	return read_public(&reading, &name, key, reply);
}

void token_list(struct token *token, unsigned number, struct vault_reply *reply)
{
	struct token_found *found = malloc(sizeof(*found));
	unsigned seen = 0;
	int count = found ? find_objects(token, CKO_PRIVATE_KEY, NULL, found, reply) : 0;

	for (int i = 0; i < count; i++) {
		bool good = read_key(token, found->object[i], &reply->key, reply);
		if (good ? seen++ == number : reply->fault != VAULT_UNFIT)
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
		if (read_key(token, found->object[i], &key, reply) && len < sizeof(names))
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
		        "for letter, and one that begins with id= is written object=id%%3D",
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

	if (find_private(token, name, &object, reply))
		read_key(token, object, &reply->key, reply);
}

int token_count(struct token *token, const struct token_name *name, struct vault_reply *reply)
{
	struct token_found *found = malloc(sizeof(*found));
	int count = -1;

	if (found)
		count = find_objects(token, CKO_PRIVATE_KEY, name, found, reply);
	else
		token_refuse(reply, VAULT_AWAY, "there is no memory");
	free(found);
	return count;
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
	struct token_reading reading = { token, object, CKR_OK };
	bool wants_pin = token_flag(&reading, CKA_ALWAYS_AUTHENTICATE);
	if (reading.failure != CKR_OK) {
		refuse_read(&reading, "", reply);
		return NULL;
	}
	struct token_handle *handle = &token->handle[token->next_handle];
	token->next_handle = (token->next_handle + 1) % TOKEN_HANDLES;
	if (token->handles < TOKEN_HANDLES)
		token->handles++;
	snprintf(handle->name, sizeof(handle->name), "%s", name);
	handle->key = object;
	handle->wants_pin = wants_pin;
	return handle;
}

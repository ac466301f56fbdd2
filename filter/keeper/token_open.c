/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/token_open.h"

#include <p11-kit/uri.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keeper/token_error.h"
#include "keeper/token_login.h"

#define SLOTS_MAX 256 /* of one module */

/* ---- Modules ---- */

/* Not "managed": p11-kit's wrapping of a module has an option that logs all calls with their
 * arguments to stderr, and the PIN is an argument. */
#define MODULE_FLAGS P11_KIT_MODULE_UNMANAGED

static CK_FUNCTION_LIST *load_module_by_path(const char *path, struct vault_reply *reply)
{
	CK_FUNCTION_LIST *module = p11_kit_module_load(path, MODULE_FLAGS);

	if (!module) {
		const char *why = p11_kit_message();
		token_refuse(reply, VAULT_SETTING, "the PKCS#11 module %s cannot be loaded: %s",
		        path, why ? why : "is it there, and does `p11-kit list-modules` know it?");
	}
	return module;
}

/* p11-kit can only load all modules that it is configured with. Of these, one is started. */
static CK_FUNCTION_LIST *load_module_by_name(const char *name, struct vault_reply *reply)
{
	CK_FUNCTION_LIST **modules = p11_kit_modules_load(NULL, MODULE_FLAGS);
	CK_FUNCTION_LIST *module = modules ? p11_kit_module_for_name(modules, name) : NULL;

	if (!module)
		token_refuse(reply, VAULT_SETTING,
		        "p11-kit knows no module \"%s\"; `p11-kit list-modules` shows those that "
		        "it knows",
		        name);
	return module;
}

static bool start_module(struct token *token, P11KitUri *uri, struct vault_reply *reply)
{
	const char *path = p11_kit_uri_get_module_path(uri);
	const char *name = p11_kit_uri_get_module_name(uri);
	CK_FUNCTION_LIST *module = NULL;

	if (!path && !name)
		token_refuse(reply, VAULT_SETTING, "the URI names no module: add module-path=");
	else
		module = path ? load_module_by_path(path, reply) : load_module_by_name(name, reply);
	if (!module)
		return false;
	CK_RV value = p11_kit_module_initialize(module);
	if (value != CKR_OK) {
		token_fail(reply, value, "the PKCS#11 module cannot be started");
		return false;
	}
	token->module = module;
	return true;
}

/* ---- Tokens ---- */

struct search {
	P11KitUri *uri;
	unsigned slots, found;
	CK_RV value; /* of the last slot that failed */
};

static bool slot_fits(struct token *token, struct search *s, CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	CK_SLOT_INFO slot_info;
	CK_SLOT_ID wanted = p11_kit_uri_get_slot_id(s->uri);
	CK_RV value = token->module->C_GetSlotInfo(slot, &slot_info);

	if (value == CKR_OK)
		value = token->module->C_GetTokenInfo(slot, info);
	if (value != CKR_OK) {
		s->value = value;
		return false;
	}
	s->slots++;
	return (info->flags & CKF_TOKEN_INITIALIZED) &&
	       (wanted == (CK_SLOT_ID)-1 || wanted == slot) &&
	       p11_kit_uri_match_slot_info(s->uri, &slot_info) == 1 &&
	       p11_kit_uri_match_token_info(s->uri, info) == 1;
}

static void search_slots(struct token *token, struct search *s)
{
	CK_SLOT_ID slots[SLOTS_MAX];
	CK_ULONG count = SLOTS_MAX;
	CK_TOKEN_INFO info;
	CK_RV value = token->module->C_GetSlotList(CK_TRUE, slots, &count);

	if (value != CKR_OK) {
		s->value = value;
		return;
	}
	for (CK_ULONG i = 0; i < count && i < SLOTS_MAX; i++) {
		if (!slot_fits(token, s, slots[i], &info))
			continue;
		s->found++;
		token->slot = slots[i];
		token->info = info;
	}
}

static bool find_token(struct token *token, P11KitUri *uri, struct vault_reply *reply)
{
	struct search s = { .uri = uri, .value = CKR_OK };

	search_slots(token, &s);
	if (s.found == 1)
		return true;
	if (s.found > 1)
		token_refuse(reply, VAULT_SETTING,
		        "%u tokens fit: add serial= to the URI; `p11-kit list-modules` shows it",
		        s.found);
	else if (s.value != CKR_OK && s.slots == 0)
		token_fail(reply, s.value, "the token cannot be looked at");
	else
		token_refuse(reply, VAULT_AWAY,
		        "there is no such token now, among %u that are there", s.slots);
	return false;
}

/* ---- Sessions ---- */

/* Writes who the token is, as a URI. The model is left out: it may change with the firmware. */
static bool write_identity(const struct token *token, char text[static VAULT_NAME_SIZE])
{
	P11KitUri *uri = p11_kit_uri_new();
	CK_TOKEN_INFO *info = uri ? p11_kit_uri_get_token_info(uri) : NULL;
	char *whole = NULL;

	if (info) {
		memcpy(info->label, token->info.label, sizeof(info->label));
		memcpy(info->serialNumber, token->info.serialNumber, sizeof(info->serialNumber));
		memcpy(info->manufacturerID, token->info.manufacturerID,
		        sizeof(info->manufacturerID));
	}
	bool good = info &&
	            p11_kit_uri_format(uri, P11_KIT_URI_FOR_TOKEN, &whole) == P11_KIT_URI_OK &&
	            snprintf(text, VAULT_NAME_SIZE, "%s", whole) < VAULT_NAME_SIZE;
	free(whole);
	p11_kit_uri_free(uri);
	return good;
}

static bool open_token_session(struct token *token, bool has_pin, struct vault_reply *reply)
{
	if (has_pin && !token_may_try_pin(token, reply))
		return false;
	if (!write_identity(token, reply->key.name)) {
		token_refuse(reply, VAULT_BROKEN, "the token does not say who it is");
		return false;
	}
	CK_RV value = token->module->C_OpenSession(
	        token->slot, CKF_SERIAL_SESSION, NULL, NULL, &token->session);
	if (value == CKR_OK)
		return true;
	token_fail(reply, value, "the token opened no session");
	return false;
}

static bool open_by_uri(struct token *token, P11KitUri *uri, const struct vault_request *request,
        struct vault_reply *reply)
{
	int error = p11_kit_uri_parse(request->name,
	        P11_KIT_URI_FOR_OBJECT_ON_TOKEN_AND_MODULE | P11_KIT_URI_FOR_SLOT, uri);

	if (error != P11_KIT_URI_OK || p11_kit_uri_any_unrecognized(uri)) {
		token_refuse(reply, VAULT_SETTING, "the URI is malformed: %s",
		        error ? p11_kit_uri_message(error) : "it has an unknown attribute");
		return false;
	}
	return start_module(token, uri, reply) && find_token(token, uri, reply) &&
	       open_token_session(token, request->number > 0, reply);
}

bool token_open(struct token *token, const struct vault_request *request, struct vault_reply *reply)
{
	P11KitUri *uri = p11_kit_uri_new();

	if (!uri) {
		token_refuse(reply, VAULT_AWAY, "there is no memory");
		return false;
	}
	bool good = open_by_uri(token, uri, request, reply);
	p11_kit_uri_free(uri);
	return good;
}

void token_close(struct token *token)
{
	if (token->module && token->session)
		token->module->C_CloseSession(token->session);
	if (token->module)
		p11_kit_module_finalize(token->module);
	vault_pin_wipe(&token->pin);
}

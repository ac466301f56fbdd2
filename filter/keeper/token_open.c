/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/token_open.h"

#include <p11-kit/uri.h>
#include <stdlib.h>
#include <string.h>

#include "keeper/token_error.h"

#define SLOTS_MAX   256 /* of one module */
#define MODULES_MAX 64

/* ---- Modules ---- */

static bool start_module(struct token *token, CK_FUNCTION_LIST *module, struct vault_reply *reply)
{
	CK_RV value = p11_kit_module_initialize(module);

	if (value != CKR_OK) {
		token_fail(reply, value, "the PKCS#11 module cannot be started");
		return false;
	}
	token->module = module;
	return true;
}

static bool load_module_by_path(struct token *token, const char *path, struct vault_reply *reply)
{
	CK_FUNCTION_LIST *module = p11_kit_module_load(path, 0);

	if (!module) {
		const char *why = p11_kit_message();
		token_refuse(reply, VAULT_SETTING, "the PKCS#11 module %s cannot be loaded: %s",
		        path, why ? why : "is it there, and does `p11-kit list-modules` know it?");
		return false;
	}
	return start_module(token, module, reply);
}

static bool load_configured_modules(
        struct token *token, const char *name, struct vault_reply *reply)
{
	token->modules = p11_kit_modules_load(NULL, 0);
	if (!token->modules || !token->modules[0]) {
		token_refuse(reply, VAULT_SETTING,
		        "p11-kit knows no module: name one with module-path= in the URI");
		return false;
	}
	if (!name)
		return true;
	CK_FUNCTION_LIST *module = p11_kit_module_for_name(token->modules, name);
	if (module)
		return start_module(token, module, reply);
	token_refuse(reply, VAULT_SETTING,
	        "p11-kit knows no module \"%s\"; `p11-kit list-modules` shows those that it knows",
	        name);
	return false;
}

/* ---- Tokens ---- */

struct search {
	P11KitUri *uri;
	unsigned slots, found;
	CK_RV value; /* of the last slot that failed */
};

static bool slot_fits(
        struct search *s, CK_FUNCTION_LIST *module, CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	CK_SLOT_INFO slot_info;
	CK_SLOT_ID wanted = p11_kit_uri_get_slot_id(s->uri);
	CK_RV value = module->C_GetSlotInfo(slot, &slot_info);

	if (value == CKR_OK)
		value = module->C_GetTokenInfo(slot, info);
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

static void search_module(struct token *token, struct search *s, CK_FUNCTION_LIST *module)
{
	CK_SLOT_ID slots[SLOTS_MAX];
	CK_ULONG count = SLOTS_MAX;
	CK_TOKEN_INFO info;
	CK_RV value = module->C_GetSlotList(CK_TRUE, slots, &count);

	if (value != CKR_OK) {
		s->value = value;
		return;
	}
	for (CK_ULONG i = 0; i < count && i < SLOTS_MAX; i++) {
		if (!slot_fits(s, module, slots[i], &info))
			continue;
		s->found++;
		token->module = module;
		token->slot = slots[i];
		token->info = info;
	}
}

static void search_modules(struct token *token, struct search *s)
{
	for (unsigned i = 0; i < MODULES_MAX && token->modules[i]; i++) {
		/* one that cannot be started has not our token */
		if (p11_kit_module_initialize(token->modules[i]) == CKR_OK)
			search_module(token, s, token->modules[i]);
	}
}

static bool find_token(struct token *token, P11KitUri *uri, struct vault_reply *reply)
{
	struct search s = { .uri = uri, .value = CKR_OK };

	if (token->module)
		search_module(token, &s, token->module);
	else
		search_modules(token, &s);
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

/* ---- Login ---- */

/* Returns false, with the reason, if a PIN must not be tried. */
static bool may_try_pin(const struct token *token, struct vault_reply *reply)
{
	CK_FLAGS flags = token->info.flags;

	if (flags & CKF_USER_PIN_LOCKED)
		token_refuse(reply, VAULT_PIN_LOCKED,
		        "the token has locked its user PIN: unlock it with its maker's tool and "
		        "the SO PIN");
	else if (flags & CKF_USER_PIN_FINAL_TRY)
		token_refuse(reply, VAULT_PIN_LOCKED,
		        "one wrong PIN more locks the token, so none is tried: log in once by "
		        "hand, such "
		        "as with `pkcs11-tool --login --test`, with the right PIN");
	else
		return true;
	return false;
}

static bool log_in_to(struct token *token, struct vault_reply *reply)
{
	bool has_pin = token->pin.len > 0;
	bool has_pad = token->info.flags & CKF_PROTECTED_AUTHENTICATION_PATH;

	if (!has_pin && !(token->info.flags & CKF_LOGIN_REQUIRED))
		return true;
	if (!has_pin && !has_pad) {
		token_refuse(reply, VAULT_SETTING,
		        "the token wants a PIN: add pin-source=file:/path or "
		        "pin-source=credential:NAME "
		        "to the URI");
		return false;
	}
	if (has_pin && !may_try_pin(token, reply))
		return false;
	CK_RV value = token->module->C_Login(
	        token->session, CKU_USER, has_pin ? token->pin.octets : NULL, token->pin.len);
	if (value == CKR_OK || value == CKR_USER_ALREADY_LOGGED_IN)
		return true;
	token_fail(reply, value, "the token refused the login");
	return false;
}

static bool open_token_session(struct token *token, struct vault_reply *reply)
{
	CK_RV value = token->module->C_OpenSession(
	        token->slot, CKF_SERIAL_SESSION, NULL, NULL, &token->session);

	if (value == CKR_OK)
		return log_in_to(token, reply);
	token_fail(reply, value, "the token opened no session");
	return false;
}

static bool open_by_uri(
        struct token *token, P11KitUri *uri, const char *text, struct vault_reply *reply)
{
	int error = p11_kit_uri_parse(
	        text, P11_KIT_URI_FOR_OBJECT_ON_TOKEN_AND_MODULE | P11_KIT_URI_FOR_SLOT, uri);
	const char *path = p11_kit_uri_get_module_path(uri);

	if (error != P11_KIT_URI_OK || p11_kit_uri_any_unrecognized(uri)) {
		token_refuse(reply, VAULT_SETTING, "the URI is malformed: %s",
		        error ? p11_kit_uri_message(error) : "it has an unknown attribute");
		return false;
	}
	bool loaded =
	        path ? load_module_by_path(token, path, reply)
	             : load_configured_modules(token, p11_kit_uri_get_module_name(uri), reply);
	return loaded && find_token(token, uri, reply) && open_token_session(token, reply);
}

bool token_open(struct token *token, const struct vault_request *request, struct vault_reply *reply)
{
	P11KitUri *uri = p11_kit_uri_new();

	token->pin.len = request->data.len;
	if (!uri || request->data.len > sizeof(token->pin.octets)) {
		token_refuse(reply, VAULT_BROKEN, "no memory, or no PIN is so long");
		return false;
	}
	if (request->data.len)
		memcpy(token->pin.octets, request->data.base, request->data.len);
	bool good = open_by_uri(token, uri, request->name, reply);
	p11_kit_uri_free(uri);
	return good;
}

void token_close(struct token *token)
{
	if (token->module && token->session)
		token->module->C_CloseSession(token->session);
	if (token->modules)
		p11_kit_modules_finalize(token->modules);
	else if (token->module)
		p11_kit_module_finalize(token->module);
	vault_pin_wipe(&token->pin);
}

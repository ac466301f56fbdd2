/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/token_login.h"

#include <string.h>

#include "keeper/token_error.h"

bool token_may_try_pin(const struct token *token, struct vault_reply *reply)
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

/* With these the token has not looked at the PIN, or has said what it thinks of it. After any
 * other, a general error or a device that went away, a wrong PIN may have been counted. */
static bool is_clear(CK_RV value)
{
	static const CK_RV clear[] = { CKR_HOST_MEMORY, CKR_SLOT_ID_INVALID, CKR_ARGUMENTS_BAD,
		CKR_FUNCTION_NOT_SUPPORTED, CKR_SESSION_CLOSED, CKR_SESSION_HANDLE_INVALID,
		CKR_SESSION_READ_ONLY_EXISTS, CKR_OPERATION_ACTIVE, CKR_OPERATION_NOT_INITIALIZED,
		CKR_CRYPTOKI_NOT_INITIALIZED, CKR_USER_TYPE_INVALID,
		CKR_USER_ANOTHER_ALREADY_LOGGED_IN, CKR_USER_TOO_MANY_TYPES };
	enum vault_fault fault = token_fault_of(value);

	for (size_t i = 0; i < sizeof(clear) / sizeof(clear[0]); i++) {
		if (clear[i] == value)
			return true;
	}
	return fault == VAULT_PIN_WRONG || fault == VAULT_PIN_LOCKED;
}

void token_login_fail(struct vault_reply *reply, CK_RV value, const char *what)
{
	token_fail(reply, value, what);
	if (!is_clear(value))
		reply->fault = VAULT_PIN_DOUBT;
}

void token_login(
        struct token *token, const struct vault_request *request, struct vault_reply *reply)
{
	bool has_pin = request->data.len > 0;
	bool has_pad = token->info.flags & CKF_PROTECTED_AUTHENTICATION_PATH;

	if (request->data.len > sizeof(token->pin.octets)) {
		token_refuse(reply, VAULT_BROKEN, "no PIN is so long");
		return;
	}
	token->pin.len = request->data.len;
	if (has_pin)
		memcpy(token->pin.octets, request->data.base, request->data.len);
	token->is_ready = true;
	if (!has_pin && !(token->info.flags & CKF_LOGIN_REQUIRED))
		return;
	if (!has_pin && !has_pad) {
		token_refuse(reply, VAULT_SETTING,
		        "the token wants a PIN: add pin-source=file:/path or "
		        "pin-source=credential:NAME "
		        "to the URI");
		return;
	}
	CK_RV value = token->module->C_Login(
	        token->session, CKU_USER, has_pin ? token->pin.octets : NULL, token->pin.len);
	if (value != CKR_OK && value != CKR_USER_ALREADY_LOGGED_IN)
		token_login_fail(reply, value, "the token refused the login");
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/token_error.h"

static const struct {
	CK_RV value;
	enum vault_fault fault;
} value_faults[] = {
	{ CKR_OK, VAULT_GOOD },
	{ CKR_HOST_MEMORY, VAULT_AWAY },
	{ CKR_SLOT_ID_INVALID, VAULT_LOST },
	{ CKR_GENERAL_ERROR, VAULT_LOST },
	{ CKR_FUNCTION_FAILED, VAULT_LOST },
	{ CKR_DEVICE_ERROR, VAULT_LOST },
	{ CKR_DEVICE_REMOVED, VAULT_LOST },
	{ CKR_FUNCTION_CANCELED, VAULT_LOST },
	{ CKR_KEY_HANDLE_INVALID, VAULT_LOST },
	{ CKR_OBJECT_HANDLE_INVALID, VAULT_LOST },
	{ CKR_OPERATION_ACTIVE, VAULT_LOST },
	{ CKR_OPERATION_NOT_INITIALIZED, VAULT_LOST },
	{ CKR_SESSION_CLOSED, VAULT_LOST },
	{ CKR_SESSION_HANDLE_INVALID, VAULT_LOST },
	{ CKR_TOKEN_NOT_PRESENT, VAULT_LOST },
	{ CKR_TOKEN_NOT_RECOGNIZED, VAULT_LOST },
	{ CKR_USER_NOT_LOGGED_IN, VAULT_LOST },
	{ CKR_CRYPTOKI_NOT_INITIALIZED, VAULT_LOST },
	{ CKR_SESSION_COUNT, VAULT_AWAY },
	{ CKR_DEVICE_MEMORY, VAULT_FULL },
	{ CKR_TOKEN_WRITE_PROTECTED, VAULT_READ_ONLY },
	{ CKR_SESSION_READ_ONLY, VAULT_READ_ONLY },
	{ CKR_ATTRIBUTE_VALUE_INVALID, VAULT_CANNOT },
	{ CKR_ATTRIBUTE_TYPE_INVALID, VAULT_CANNOT },
	{ CKR_TEMPLATE_INCONSISTENT, VAULT_CANNOT },
	{ CKR_DOMAIN_PARAMS_INVALID, VAULT_CANNOT },
	{ CKR_MECHANISM_INVALID, VAULT_CANNOT },
	{ CKR_MECHANISM_PARAM_INVALID, VAULT_CANNOT },
	{ CKR_FUNCTION_NOT_SUPPORTED, VAULT_CANNOT },
	{ CKR_TEMPLATE_INCOMPLETE, VAULT_CANNOT },
	{ CKR_CURVE_NOT_SUPPORTED, VAULT_CANNOT },
	{ CKR_ACTION_PROHIBITED, VAULT_CANNOT },
	{ CKR_KEY_SIZE_RANGE, VAULT_CANNOT },
	{ CKR_KEY_TYPE_INCONSISTENT, VAULT_UNFIT },
	{ CKR_KEY_FUNCTION_NOT_PERMITTED, VAULT_UNFIT },
	{ CKR_PIN_INCORRECT, VAULT_PIN_WRONG },
	{ CKR_PIN_INVALID, VAULT_PIN_WRONG },
	{ CKR_PIN_LEN_RANGE, VAULT_PIN_WRONG },
	{ CKR_PIN_EXPIRED, VAULT_PIN_LOCKED },
	{ CKR_PIN_LOCKED, VAULT_PIN_LOCKED },
	{ CKR_USER_PIN_NOT_INITIALIZED, VAULT_PIN_LOCKED },
};

enum vault_fault token_fault_of(CK_RV value)
{
	for (size_t i = 0; i < sizeof(value_faults) / sizeof(value_faults[0]); i++) {
		if (value_faults[i].value == value)
			return value_faults[i].fault;
	}
	return VAULT_BROKEN;
}

void token_fail(struct vault_reply *reply, CK_RV value, const char *what)
{
	token_refuse(reply, token_fault_of(value), "%s: %s (CKR 0x%lx)", what,
	        p11_kit_strerror(value), value);
}

void token_refuse(struct vault_reply *reply, enum vault_fault fault, const char *format, ...)
{
	va_list args;

	reply->fault = fault;
	reply->why.text[0] = '\0';
	va_start(args, format);
	complaint_add(&reply->why, format, args);
	va_end(args);
}

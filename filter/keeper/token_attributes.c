/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/token_attributes.h"

#include "keeper/vault_public.h"

/* True if the object has no such attribute, or does not show it, or has a longer one than anybody
 * needs. */
static bool is_nothing(CK_RV value)
{
	return value == CKR_ATTRIBUTE_TYPE_INVALID || value == CKR_ATTRIBUTE_SENSITIVE ||
	       value == CKR_BUFFER_TOO_SMALL;
}

size_t token_octets(
        struct token_reading *reading, CK_ATTRIBUTE_TYPE type, uint8_t *out, size_t capacity)
{
	CK_ATTRIBUTE attribute = { type, out, capacity };

	if (reading->failure != CKR_OK)
		return 0;
	CK_RV value = reading->token->module->C_GetAttributeValue(
	        reading->token->session, reading->object, &attribute, 1);
	if (value != CKR_OK && !is_nothing(value))
		reading->failure = value;
	/* CK_UNAVAILABLE_INFORMATION is larger than any capacity */
	return value == CKR_OK && attribute.ulValueLen <= capacity ? attribute.ulValueLen : 0;
}

bool token_flag(struct token_reading *reading, CK_ATTRIBUTE_TYPE type)
{
	CK_BBOOL flag = CK_FALSE;

	return token_octets(reading, type, &flag, sizeof(flag)) == sizeof(flag) && flag != CK_FALSE;
}

bool token_public_read(struct token_reading *reading, struct vault_key *key)
{
	uint8_t first[SIGNATURE_MAX_OCTETS + 1], second[SIGNATURE_MAX_OCTETS + 1];
	CK_KEY_TYPE type = 0;
	size_t first_len, second_len;

	if (token_octets(reading, CKA_KEY_TYPE, (uint8_t *)&type, sizeof(type)) != sizeof(type))
		return false;
	bool is_rsa = type == CKK_RSA;
	if (!is_rsa && type != CKK_EC && type != CKK_EC_EDWARDS)
		return false;
	first_len =
	        token_octets(reading, is_rsa ? CKA_MODULUS : CKA_EC_PARAMS, first, sizeof(first));
	second_len = token_octets(
	        reading, is_rsa ? CKA_PUBLIC_EXPONENT : CKA_EC_POINT, second, sizeof(second));
	return is_rsa ? vault_public_of_rsa(
	                        key, span_of(first, first_len), span_of(second, second_len))
	              : vault_public_of_point(
	                        key, span_of(first, first_len), span_of(second, second_len));
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A PKCS#11 module with the troubles that a token can have. SoftHSM2 behind it does the work. The file $TROUBLES says
 * what goes wrong, a line each: a function of PKCS#11 or one of the words below, a value, and how often. The file
 * outlives the process, so troubles are used up across restarts. $TROUBLES.calls lists the calls.
 *
 *	C_Sign 0xb3 1       the next C_Sign returns CKR_SESSION_HANDLE_INVALID
 *	C_Sign 0xdead 1     it never returns; 0xcafe: the process crashes
 *	flags 0x400000 9    nine times the token's info has this flag, too
 *	always 1 9          keys want the PIN for each signature
 *	raw 1 9             points are not wrapped
 *	wants-pin 1 9       C_Sign wants the PIN of a moment ago
 *	no-sign 1 9         keys are not for signing
 *	no-hash 1 9         RSA does not hash
 *	other-label 1 9     public keys have another label than their private keys
 *	many 1 1            more objects are found than were asked for
 *	C_FindObjectsInit_made 0x5 1   this fails after a key was made
 *	slow 384 9          a login takes 900 ms
 *	spoil 1 1           the signature is wrong */
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HANGS   0xdead
#define CRASHES 0xcafe

static CK_FUNCTION_LIST *real, ours;
static bool was_asked_for_pin; /* since C_SignInit */
static bool has_made_key;      /* in this process */

static void note(const char *word)
{
	char path[512];

	snprintf(path, sizeof(path), "%s.calls", getenv("TROUBLES"));
	FILE *out = fopen(path, "a");
	if (!out)
		return;
	fprintf(out, "%s\n", word);
	fclose(out);
}

/* Returns the value for the word if its trouble is not used up, and uses it; 0 otherwise. */
static unsigned long trouble(const char *word)
{
	struct {
		char word[32];
		unsigned long value;
		int times;
	} row[16];
	unsigned long found = 0;
	int rows = 0;
	FILE *in = fopen(getenv("TROUBLES"), "r");

	while (in && rows < 16 &&
	        fscanf(in, "%31s %lx %d", row[rows].word, &row[rows].value, &row[rows].times) == 3)
		rows++;
	if (in)
		fclose(in);
	for (int i = 0; i < rows && !found; i++) {
		if (strcmp(row[i].word, word) == 0 && row[i].times-- > 0)
			found = row[i].value;
	}
	FILE *out = found ? fopen(getenv("TROUBLES"), "w") : NULL;
	for (int i = 0; out && i < rows; i++)
		fprintf(out, "%s %lx %d\n", row[i].word, row[i].value, row[i].times);
	if (out)
		fclose(out);
	while (found == HANGS)
		pause();
	if (found == CRASHES)
		abort();
	return found;
}

/* Calls that are noted, and fail if they are to. */
#define FAILS(name)                                                                                \
	do {                                                                                       \
		note(#name);                                                                       \
		CK_RV value = trouble(#name);                                                      \
		if (value)                                                                         \
			return value;                                                              \
	} while (0)

static CK_RV initialize(CK_VOID_PTR arguments)
{
	FAILS(C_Initialize);
	return real->C_Initialize(arguments);
}

static CK_RV get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	FAILS(C_GetTokenInfo);
	CK_RV value = real->C_GetTokenInfo(slot, info);
	unsigned long flags = trouble("flags");

	if (flags)
		info->flags |= flags;
	return value;
}

static CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS flags, CK_VOID_PTR application,
        CK_NOTIFY notify, CK_SESSION_HANDLE *session)
{
	FAILS(C_OpenSession);
	return real->C_OpenSession(slot, flags, application, notify, session);
}

static CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR *pin, CK_ULONG len)
{
	if (user == CKU_CONTEXT_SPECIFIC) {
		FAILS(C_Login_again);
		was_asked_for_pin = pin && len == 4 && memcmp(pin, "1234", 4) == 0;
		return was_asked_for_pin ? CKR_OK : CKR_PIN_INCORRECT;
	}
	FAILS(C_Login);
	usleep(1000 * (unsigned)trouble("slow"));
	return real->C_Login(session, user, pin, len);
}

static CK_RV find_objects_init(CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG count)
{
	FAILS(C_FindObjectsInit);
	if (has_made_key)
		FAILS(C_FindObjectsInit_made);
	CK_ATTRIBUTE changed[8];
	bool is_public = false;
	for (CK_ULONG i = 0; i < count && i < 8; i++) {
		changed[i] = template[i];
		if (template[i].type == CKA_CLASS)
			is_public = *(CK_OBJECT_CLASS *)template[i].pValue == CKO_PUBLIC_KEY;
		if (template[i].type == CKA_LABEL && is_public && trouble("other-label"))
			changed[i].ulValueLen--;
	}
	if (count <= 8)
		template = changed;
	return real->C_FindObjectsInit(session, template, count);
}

static CK_RV find_objects(
        CK_SESSION_HANDLE session, CK_OBJECT_HANDLE *objects, CK_ULONG most, CK_ULONG *count)
{
	FAILS(C_FindObjects);
	CK_RV value = real->C_FindObjects(session, objects, most, count);
	if (value == CKR_OK && trouble("many"))
		*count = most + 1;
	return value;
}

static CK_RV get_attribute_value(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
        CK_ATTRIBUTE *attributes, CK_ULONG count)
{
	FAILS(C_GetAttributeValue);
	CK_RV value = real->C_GetAttributeValue(session, object, attributes, count);

	for (CK_ULONG i = 0; value == CKR_OK && i < count; i++) {
		CK_ATTRIBUTE *a = &attributes[i];
		unsigned char *octets = a->pValue;
		if (a->type == CKA_ALWAYS_AUTHENTICATE && trouble("always"))
			*octets = CK_TRUE;
		if (a->type == CKA_SIGN && trouble("no-sign"))
			*octets = CK_FALSE;
		if (a->type == CKA_EC_POINT && octets && trouble("raw")) {
			a->ulValueLen -= 2;
			memmove(octets, octets + 2, a->ulValueLen);
		}
	}
	return value;
}

static CK_RV sign_init(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	FAILS(C_SignInit);
	was_asked_for_pin = false;
	if (mechanism->mechanism == CKM_SHA256_RSA_PKCS && trouble("no-hash"))
		return CKR_MECHANISM_INVALID;
	return real->C_SignInit(session, mechanism, key);
}

static CK_RV sign(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG len, CK_BYTE *signature,
        CK_ULONG *signature_len)
{
	FAILS(C_Sign);
	if (trouble("wants-pin") && !was_asked_for_pin)
		return CKR_USER_NOT_LOGGED_IN;
	CK_RV value = real->C_Sign(session, data, len, signature, signature_len);
	if (value == CKR_OK && trouble("spoil"))
		signature[5] ^= 1;
	return value;
}

static CK_RV generate_key_pair(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism,
        CK_ATTRIBUTE *public_template, CK_ULONG public_count, CK_ATTRIBUTE *private_template,
        CK_ULONG private_count, CK_OBJECT_HANDLE *public_key, CK_OBJECT_HANDLE *private_key)
{
	FAILS(C_GenerateKeyPair);
	CK_RV value = real->C_GenerateKeyPair(session, mechanism, public_template, public_count,
	        private_template, private_count, public_key, private_key);
	has_made_key = value == CKR_OK;
	return value;
}

static CK_RV get_mechanism_info(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info)
{
	FAILS(C_GetMechanismInfo);
	return real->C_GetMechanismInfo(slot, type, info);
}

static CK_RV close_session(CK_SESSION_HANDLE session)
{
	FAILS(C_CloseSession);
	return real->C_CloseSession(session);
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list)
{
	void *module = dlopen("/usr/lib/softhsm/libsofthsm2.so", RTLD_NOW);
	CK_RV (*get)(CK_FUNCTION_LIST **) = NULL;

	if (!module || !getenv("TROUBLES"))
		return CKR_GENERAL_ERROR;
	*(void **)&get = dlsym(module, "C_GetFunctionList");
	if (!get || get(&real) != CKR_OK)
		return CKR_GENERAL_ERROR;
	ours = *real;
	ours.C_Initialize = initialize;
	ours.C_GetTokenInfo = get_token_info;
	ours.C_OpenSession = open_session;
	ours.C_CloseSession = close_session;
	ours.C_Login = login;
	ours.C_FindObjectsInit = find_objects_init;
	ours.C_FindObjects = find_objects;
	ours.C_GetAttributeValue = get_attribute_value;
	ours.C_SignInit = sign_init;
	ours.C_Sign = sign;
	ours.C_GenerateKeyPair = generate_key_pair;
	ours.C_GetMechanismInfo = get_mechanism_info;
	*list = &ours;
	return CKR_OK;
}

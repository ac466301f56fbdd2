/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The meaning of the errors of PKCS#11 for the keeper. */
#ifndef KEEPER_TOKEN_ERROR_H
#define KEEPER_TOKEN_ERROR_H

#include "keeper/token.h"

/* Returns the fault for a return value of a module. Values that a module uses for anything
 * (CKR_GENERAL_ERROR, CKR_FUNCTION_FAILED, CKR_DEVICE_ERROR) count as a lost session: opening it
 * anew helps, or shows that it does not. */
enum vault_fault token_fault_of(CK_RV value);

/* Sets fault and reason of a reply: "WHAT: words (CKR 0xNN)". */
void token_fail(struct vault_reply *reply, CK_RV value, const char *what);

/* Sets fault and reason of a reply where PKCS#11 has no word for it. */
__attribute__((format(printf, 3, 4))) void token_refuse(
        struct vault_reply *reply, enum vault_fault fault, const char *format, ...);

#endif

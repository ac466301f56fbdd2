/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The faults of a vault. A fault that passes may be gone at the next try: a token that is away
 * comes back. Any other stays until an operator acts, and trying again only costs: a wrong PIN
 * locks a token. */
#ifndef KEEPER_VAULT_FAULT_H
#define KEEPER_VAULT_FAULT_H

#include <stdbool.h>

/* Name, word for logs and metrics, whether the fault passes. */
#define VAULT_FAULTS(X)                                                                            \
	X(VAULT_GOOD, "good", true)                                                                \
	X(VAULT_LOST, "session-lost", true)     /* the session or an object of it is gone */       \
	X(VAULT_AWAY, "away", true)             /* no token, no module, no process */              \
	X(VAULT_HANGS, "hangs", true)           /* no answer within the limit */                   \
	X(VAULT_BROKEN, "broken", true)         /* an answer that cannot be right */               \
	X(VAULT_NO_KEY, "no-such-key", false)   /* no key has this name */                         \
	X(VAULT_SEVERAL, "several-keys", false) /* several keys have this name */                  \
	X(VAULT_UNFIT, "unfit-key", false)      /* the key cannot sign zones */                    \
	X(VAULT_CANNOT, "unsupported", false)   /* the token lacks the algorithm */                \
	X(VAULT_FULL, "full", false)            /* no room for another key */                      \
	X(VAULT_READ_ONLY, "read-only", false)  /* no key can be made here */                      \
	X(VAULT_PIN_WRONG, "pin-wrong", false)  /* the token refused the PIN */                    \
	X(VAULT_PIN_LOCKED, "pin-locked",                                                          \
	        false) /* locked, expired, or one try left: none is tried */                       \
	X(VAULT_PIN_DOUBT, "pin-in-doubt",                                                         \
	        false) /* a login had no clear outcome: a PIN may have been counted */             \
	X(VAULT_SETTING, "setting", false) /* the configuration, or the mode of a file */

#define VAULT_FAULT_NAME(name, word, passes) name,
enum vault_fault { VAULT_FAULTS(VAULT_FAULT_NAME) VAULT_FAULT_COUNT };
#undef VAULT_FAULT_NAME

/* Returns the word, such as "pin-wrong". */
const char *vault_fault_word(enum vault_fault fault);

/* True if the same may succeed later though nobody did anything. */
bool vault_fault_passes(enum vault_fault fault);

#endif

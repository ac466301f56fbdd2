/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tools of the keeper: the locked directory of states, the vault, and the threads that ask
 * servers and judge what they say. */
#ifndef KEEPER_KEEPER_TOOLS_H
#define KEEPER_KEEPER_TOOLS_H

#include "config/config.h"
#include "keeper/keeper_anchors.h"
#include "keeper/keeper_store.h"
#include "keeper/look_pool.h"
#include "keeper/vault.h"

struct keeper_tools {
	const struct config *config; /* borrowed */
	const char *vault_program;   /* borrowed */
	struct keeper_store store;
	struct vault *vault;        /* NULL: it could not be opened */
	struct complaint vault_why; /* why */
	struct crypto *crypto;
	struct keeper_anchors anchors;
	struct look_pool *pool; /* asks and judges */
};

/* Gets all that `c` names. Returns false with a complaint, and then there is nothing to free. A
 * vault that cannot be opened is no reason: zones live on. */
bool keeper_tools_init(struct keeper_tools *t, const struct config *c, const char *vault_program,
        struct complaint *error);
void keeper_tools_fini(struct keeper_tools *t);

/* Tries again to open the vault if it is not open. */
void keeper_tools_open_vault(struct keeper_tools *t);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The vault, as the keeper uses it: people are served, and the work can end, while it is waited
 * for. */
#ifndef KEEPER_KEEPER_VAULT_H
#define KEEPER_KEEPER_VAULT_H

#include "keeper/keeper.h"

/* Opens the vault if it is not open, and has it wait so. To be called before the vault is asked:
 * after a start or a reload it may be another one. */
void keeper_vault_prepare(struct keeper *k);

#endif

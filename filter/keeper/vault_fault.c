/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/vault_fault.h"

#define VAULT_FAULT_ROW(name, word, passes) [name] = { word, passes },

static const struct {
	const char *word;
	bool passes;
} fault_rows[] = { VAULT_FAULTS(VAULT_FAULT_ROW) };

const char *vault_fault_word(enum vault_fault fault)
{
	return fault_rows[fault].word;
}

bool vault_fault_passes(enum vault_fault fault)
{
	return fault_rows[fault].passes;
}

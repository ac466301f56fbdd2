/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/keeper_vault.h"

static void serve_meanwhile(void *context)
{
	struct keeper *k = context;

	k->job->serve(k->job->context, k);
}

void keeper_vault_prepare(struct keeper *k)
{
	const struct vault_wait wait = { .call_fd = k->job->control_fd,
		.stop_fd = k->job->stop_fd,
		.call = serve_meanwhile,
		.context = k };

	keeper_tools_open_vault(&k->tools);
	if (k->tools.vault)
		vault_set_wait(k->tools.vault, &wait);
}

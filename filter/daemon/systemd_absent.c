/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replaces systemd.c in a build without libsystemd. */
#include "daemon/systemd.h"

bool systemd_is_built(void)
{
	return false;
}

void systemd_ready(void)
{
}

void systemd_stopping(void)
{
}

void systemd_status(const char *text)
{
	(void)text;
}

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

void systemd_take(systemd_taker *take, void *context)
{
	(void)take;
	(void)context;
}

void systemd_keep(const char *name, int fd)
{
	(void)name;
	(void)fd;
}

void systemd_forget(const char *name)
{
	(void)name;
}

uint64_t systemd_watchdog_ms(void)
{
	return 0;
}

void systemd_alive(void)
{
}

bool systemd_started_us(void)
{
	return false;
}

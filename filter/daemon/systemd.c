/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/systemd.h"

#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>

bool systemd_is_built(void)
{
	return true;
}

void systemd_ready(void)
{
	sd_notify(0, "READY=1");
}

void systemd_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

void systemd_status(const char *text)
{
	sd_notifyf(0, "STATUS=%s", text);
}

#define STATE_SIZE 128

void systemd_take(systemd_taker *take, void *context)
{
	char **names = NULL;
	int count = sd_listen_fds_with_names(1, &names);

	for (int i = 0; i < count; i++) {
		take(context, names[i], SD_LISTEN_FDS_START + i);
		free(names[i]);
	}
	free(names);
}

/* FDPOLL=0: otherwise systemd drops a netlink socket on its first error, such as ENOBUFS. */
void systemd_keep(const char *name, int fd)
{
	char state[STATE_SIZE];

	snprintf(state, sizeof(state), "FDSTORE=1\nFDPOLL=0\nFDNAME=%s", name);
	sd_pid_notify_with_fds(0, 0, state, &fd, 1);
}

void systemd_forget(const char *name)
{
	sd_notifyf(0, "FDSTOREREMOVE=1\nFDNAME=%s", name);
}

uint64_t systemd_watchdog_ms(void)
{
	uint64_t within_us = 0;

	return sd_watchdog_enabled(0, &within_us) > 0 ? within_us / 1000 : 0;
}

void systemd_alive(void)
{
	sd_notify(0, "WATCHDOG=1");
}

bool systemd_started_us(void)
{
	return getenv("NOTIFY_SOCKET") != NULL;
}

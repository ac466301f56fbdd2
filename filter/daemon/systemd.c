/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/systemd.h"

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

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/systemd.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>

/* The private socket of systemd, which root may use. At boot there is no D-Bus yet. */
#define ADDRESS     "unix:path=/run/systemd/private"
#define DESTINATION "org.freedesktop.systemd1"
#define MANAGER     "/org/freedesktop/systemd1"

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

static int open_bus(sd_bus **bus)
{
	int result = sd_bus_new(bus);

	if (result >= 0)
		result = sd_bus_set_address(*bus, ADDRESS);
	return result < 0 ? result : sd_bus_start(*bus);
}

/* Writes the path of the job of our unit: "/" if it has none. Returns 0, or a negative number. */
static int find_job(sd_bus *bus, char *path, size_t size)
{
	sd_bus_message *unit = NULL, *job = NULL;
	const char *text;
	uint32_t id;
	int result = sd_bus_call_method(bus, DESTINATION, MANAGER, DESTINATION ".Manager",
	        "GetUnitByPID", NULL, &unit, "u", (uint32_t)0);

	if (result >= 0)
		result = sd_bus_message_read(unit, "o", &text);
	if (result >= 0)
		result = sd_bus_get_property(
		        bus, DESTINATION, text, DESTINATION ".Unit", "Job", NULL, &job, "(uo)");
	if (result >= 0)
		result = sd_bus_message_read(job, "(uo)", &id, &text);
	if (result >= 0)
		result = strlen(text) < size ? 0 : -1;
	if (result >= 0)
		strcpy(path, text);
	sd_bus_message_unref(job);
	sd_bus_message_unref(unit);
	return result;
}

bool systemd_restarts_us(void)
{
	sd_bus *bus = NULL;
	char path[200], *type = NULL;
	bool restarts = false;

	if (open_bus(&bus) >= 0 && find_job(bus, path, sizeof(path)) >= 0 &&
	        sd_bus_get_property_string(
	                bus, DESTINATION, path, DESTINATION ".Job", "JobType", NULL, &type) >= 0)
		restarts = strcmp(type, "restart") == 0 || strcmp(type, "try-restart") == 0;
	free(type);
	sd_bus_flush_close_unref(bus);
	return restarts;
}

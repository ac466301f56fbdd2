/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/manager.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

/* systemd's own socket, which root may use: at boot there is no D-Bus yet. */
#define ADDRESS     "unix:path=/run/systemd/private"
#define DESTINATION "org.freedesktop.systemd1"
#define MANAGER     "/org/freedesktop/systemd1"

static int open_bus(sd_bus **bus)
{
	int result = sd_bus_new(bus);

	if (result >= 0)
		result = sd_bus_set_address(*bus, ADDRESS);
	return result < 0 ? result : sd_bus_start(*bus);
}

/* Writes the path of the job that our unit has. "/" stands for none. */
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

bool manager_restarts_us(void)
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

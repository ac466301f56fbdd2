/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/config_instance.h"

#include <string.h>

#include "config/config_table.h"
#include "config/instance.h"

/* More than twice the largest queue.count. */
#define QUEUES_APART 200

/* By instance_number(). The bits of marks are those of the highest octet, which other programs
 * leave alone (docs/packet-marks.md). The third has no shortcut, because it is a signer. */
static const struct {
	uint32_t mask, own, relay, shortcut_bit;
} marks[] = {
	{ 0x30000000, 0x10000000, 0x20000000, 27 },
	{ 0x03000000, 0x01000000, 0x02000000, 26 },
	{ 0xc0000000, 0x40000000, 0x80000000, 27 },
};

/* A file in the directory of states comes into that of the instance. */
static void move_state(struct config *c, const struct config_key *k)
{
	static const char states[] = "/var/lib/sealgate/";
	const char *before = k->size == CONFIG_PATH_MAX && k->text ? k->text : "";
	char path[CONFIG_PATH_MAX];

	if (strncmp(before, states, strlen(states)) != 0)
		return;
	snprintf(path, sizeof(path), "/var/lib/sealgate-%s/%s", c->instance,
	        before + strlen(states));
	strcpy(key_value(k, c), path);
}

void config_instance_take(struct config *c, const char *name)
{
	strcpy(c->instance, name);
	if (!name[0])
		return;
	unsigned number = instance_number(c);
	const struct config_key *k;

	c->queue_first += number * QUEUES_APART;
	c->tcp_port += number;
	c->mark_mask = marks[number].mask;
	c->mark_own = marks[number].own;
	c->mark_relay = marks[number].relay;
	c->shortcut_mark_bit = marks[number].shortcut_bit;
	instance_socket(c->instance, c->control_socket);
	snprintf(c->keeper_directory, CONFIG_PATH_MAX, "/var/lib/sealgate-keeper-%s", c->instance);
	snprintf(c->keeper_timelines, CONFIG_PATH_MAX, "/var/lib/sealgate-timelines-%s",
	        c->instance);
	snprintf(c->keeper_control_socket, CONFIG_PATH_MAX, "/run/sealgate-keeper-%s/control",
	        c->instance);
	snprintf(c->shortcut_directory, CONFIG_PATH_MAX, "/run/sealgate_bpf-%s", c->instance);
	for (size_t i = 0; (k = config_key_at(i)) != NULL; i++)
		move_state(c, k);
}

/* True if the file gives the key this one of its words. */
static bool file_has_word(const config_t *file, const char *path, uint32_t word)
{
	const char *text;

	return config_lookup_string(file, path, &text) == CONFIG_TRUE &&
	       strcmp(text, key_find(path)->words[word]) == 0;
}

void config_instance_defaults(struct config *c, const config_t *file, const char *name)
{
	if (!name && (config_lookup_string(file, "instance", &name) != CONFIG_TRUE ||
	                     !instance_name_is_good(name)))
		return;
	if (file_has_word(file, "role", ROLE_SIGNER))
		c->role = ROLE_SIGNER;
	if (file_has_word(file, "sign.place", PLACE_GATEWAY))
		c->sign_place = PLACE_GATEWAY;
	config_instance_take(c, name);
}

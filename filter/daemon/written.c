/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/written.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "base/file.h"
#include "config/config_table.h"

static const struct {
	const char *key;
	bool is_of_validator; /* a signer does not write it */
} written[] = {
	{ "control_socket", false },
	{ "clock_state", false },
	{ "trust_anchor_state", true },
	{ "nta_state", true },
};

static_assert(sizeof(written) / sizeof(written[0]) == WRITTEN_MAX, "a row for each");

unsigned written_directories(
        const struct config *c, struct written_directory found[static WRITTEN_MAX])
{
	unsigned count = 0, same;

	for (unsigned i = 0; i < WRITTEN_MAX; i++) {
		const struct config_key *key = key_find(written[i].key);
		struct written_directory *d = &found[count];
		char usual[PATH_MAX];

		if (written[i].is_of_validator && c->role == ROLE_SIGNER)
			continue;
		file_directory(key_value_const(key, c), d->path);
		file_directory(key->text, usual);
		d->is_our_own = strcmp(d->path, usual) == 0;
		for (same = 0; strcmp(found[same].path, d->path) != 0;)
			same++;
		found[same].is_our_own |= d->is_our_own; /* another key may have named it first */
		count += same == count;
	}
	return count;
}

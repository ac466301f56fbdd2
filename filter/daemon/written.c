/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/written.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "base/file.h"
#include "config/config_table.h"

static const struct {
	const char *key;
	enum { OF_ANY_ROLE, OF_VALIDATORS, OF_SIGNERS } writers;
} written[] = {
	{ "control_socket", OF_ANY_ROLE },
	{ "clock_state", OF_ANY_ROLE },
	{ "trust_anchor_state", OF_VALIDATORS },
	{ "nta_state", OF_VALIDATORS },
	{ "timeline_state", OF_SIGNERS },
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

		if (written[i].writers == (c->role == ROLE_SIGNER ? OF_VALIDATORS : OF_SIGNERS))
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/synthesis.h"

int synthesis_init(struct synthesis *s)
{
	int error = hash_key_draw(&s->key);

	return error ? error : table_init(&s->names, sizeof(struct synthesised), SYNTHESIS_NAMES);
}

void synthesis_fini(struct synthesis *s)
{
	table_fini(&s->names);
}

void synthesis_forget(struct synthesis *s)
{
	while (s->names.used > 0)
		table_remove(&s->names, table_oldest(&s->names));
}

static bool is_of_name(const void *entry, const void *name)
{
	return name_equal(&((const struct synthesised *)entry)->name, name);
}

struct synthesised *synthesis_get(struct synthesis *s, const struct name *name)
{
	uint64_t hash = keyed_hash(&s->key, name_span(name));
	struct synthesised *entry = table_find(&s->names, hash, is_of_name, name);

	if (entry) {
		table_touch(&s->names, entry);
		return entry;
	}
	entry = table_add_or_replace(&s->names, hash);
	entry->name = *name;
	return entry;
}

const struct synthesis_address *synthesised_find(
        const struct synthesised *entry, const uint8_t octets[static 4], int64_t now_s)
{
	for (unsigned i = 0; i < entry->address_count; i++) {
		const struct synthesis_address *a = &entry->addresses[i];
		if (a->until_s > now_s && memcmp(a->octets, octets, sizeof(a->octets)) == 0)
			return a;
	}
	return NULL;
}

bool synthesised_has_address(const struct synthesised *entry, int64_t now_s)
{
	for (unsigned i = 0; i < entry->address_count; i++) {
		if (entry->addresses[i].until_s > now_s)
			return true;
	}
	return false;
}

static void drop_expired(struct synthesised *entry, int64_t now_s)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < entry->address_count; i++) {
		if (entry->addresses[i].until_s > now_s)
			entry->addresses[kept++] = entry->addresses[i];
	}
	entry->address_count = kept;
}

static void add_address(struct synthesised *entry, const struct synthesis_address *address)
{
	unsigned i = 0;

	while (i < entry->address_count &&
	        memcmp(entry->addresses[i].octets, address->octets, sizeof(address->octets)) != 0)
		i++;
	entry->addresses[i] = *address;
	if (i == entry->address_count)
		entry->address_count++;
}

void synthesised_add(struct synthesised *entry, const struct synthesis_address *addresses,
        unsigned count, int64_t now_s)
{
	drop_expired(entry, now_s);
	if (entry->address_count + count > SYNTHESIS_ADDRESSES)
		entry->address_count = 0;
	for (unsigned i = 0; i < count; i++)
		add_address(entry, &addresses[i]);
	entry->addresses_at_s = now_s;
}

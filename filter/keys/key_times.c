/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/key_times.h"

#include <stddef.h>
#include <string.h>

#include "base/encoding.h"

static bool is_past(int64_t time_s, int64_t now_s)
{
	return time_s != 0 && time_s <= now_s;
}

/* The labels of times, in the order of dnssec-settime. */
static const struct {
	const char *label;
	size_t place;
} time_labels[] = {
	{ "Created", offsetof(struct key_times, created_s) },
	{ "Publish", offsetof(struct key_times, publish_s) },
	{ "Activate", offsetof(struct key_times, activate_s) },
	{ "Revoke", offsetof(struct key_times, revoke_s) },
	{ "Inactive", offsetof(struct key_times, inactive_s) },
	{ "Delete", offsetof(struct key_times, delete_s) },
	{ "SyncPublish", offsetof(struct key_times, sync_publish_s) },
	{ "SyncDelete", offsetof(struct key_times, sync_delete_s) },
};

#define TIME_LABELS (sizeof(time_labels) / sizeof(time_labels[0]))

/* Returns where the time with this label is kept, or NULL. */
static int64_t *time_labelled(struct key_times *t, const char *label, size_t len)
{
	for (size_t i = 0; i < TIME_LABELS; i++) {
		if (strlen(time_labels[i].label) == len &&
		        memcmp(time_labels[i].label, label, len) == 0)
			return (int64_t *)(void *)((char *)t + time_labels[i].place);
	}
	return NULL;
}

void key_times_write(FILE *out, const struct key_times *t, const char *prefix)
{
	for (size_t i = 0; i < TIME_LABELS; i++) {
		char digits[DIGITS_TIME_SIZE];
		const char *at = (const char *)t + time_labels[i].place;
		int64_t time_s = *(const int64_t *)(const void *)at;
		if (time_s)
			fprintf(out, "%s%s: %s\n", prefix, time_labels[i].label,
			        digits_time_write(time_s, digits));
	}
}

/* Reads "LABEL: YYYYMMDDHHmmSS", with "; " before it in a .key file. Behind it may be the time in
 * words. */
static bool read_time_line(struct key_times *t, const char *line)
{
	char digits[DIGITS_TIME_SIZE] = "";

	line += strspn(line, "; ");
	size_t len = strcspn(line, ":\n");
	int64_t *time_s = line[len] == ':' ? time_labelled(t, line, len) : NULL;
	if (!time_s)
		return true;
	t->is_timed = true;
	line += len + 1;
	line += strspn(line, " ");
	len = strcspn(line, " \r\n");
	if (len >= sizeof(digits))
		return false;
	memcpy(digits, line, len);
	if (!digits_time_read(digits, time_s))
		return false;
	if (*time_s == 0) /* the begin of 1970 is a time, too */
		*time_s = 1;
	return true;
}

bool key_times_read(
        struct key_times *t, const char *text, const char *path, struct complaint *error)
{
	unsigned number = 1;

	*t = (struct key_times){ 0 };
	for (const char *line = text; line; number++) {
		if (!read_time_line(t, line)) {
			complaint_set(error,
			        "%s:%u: malformed time: fourteen digits expected, as "
			        "dnssec-settime writes",
			        path, number);
			return false;
		}
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return true;
}

bool key_is_published(const struct key_times *t, int64_t now_s)
{
	return !t->is_timed || ((is_past(t->publish_s, now_s) || is_past(t->activate_s, now_s)) &&
	                               !is_past(t->delete_s, now_s));
}

bool key_is_active(const struct key_times *t, int64_t now_s)
{
	return !t->is_timed || (is_past(t->activate_s, now_s) && !is_past(t->inactive_s, now_s) &&
	                               !is_past(t->delete_s, now_s));
}

bool key_is_synced(const struct key_times *t, int64_t now_s)
{
	if (is_past(t->sync_delete_s, now_s))
		return false;
	return t->sync_publish_s ? is_past(t->sync_publish_s, now_s) : key_is_published(t, now_s);
}

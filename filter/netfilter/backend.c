/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netfilter/backend.h"

#include <errno.h>
#include <string.h>

static int line_len(const char *text)
{
	return (int)strcspn(text, "\n");
}

/* Takes what a program says first; of nft, which shows the place in the line after it, that too. */
static void complaint(const char *text, char *why, size_t size)
{
	const char *error = strstr(text, "Error: "), *place;

	if (error) {
		error += strlen("Error: ");
		place = error + line_len(error);
		place += strspn(place, "\n\t ");
		snprintf(why, size, "%.*s (%.*s)", line_len(error), error, line_len(place), place);
		return;
	}
	/* iptables puts remarks before its errors: "# Warning: iptables-legacy tables present". */
	while (text[0] == '#' && text[line_len(text)] == '\n')
		text += line_len(text) + 1;
	snprintf(why, size, "%.*s", line_len(text), text);
}

int backend_run(
        struct process *p, const char *const argv[], const char *input, char *why, size_t why_size)
{
	int error = process_run(p, argv, input);

	if (error == -ENOENT) {
		snprintf(why, why_size, "%s is not installed", argv[0]);
		return error;
	}
	if (error) {
		snprintf(why, why_size, "%s: %s", argv[0], strerror(-error));
		return error;
	}
	if (p->status != 0) {
		complaint(p->err, why, why_size);
		process_fini(p);
		return -EIO;
	}
	return 0;
}

int backend_do(const char *const argv[], char *why, size_t why_size)
{
	struct process p;
	int error = backend_run(&p, argv, NULL, why, why_size);

	if (!error)
		process_fini(&p);
	return error;
}

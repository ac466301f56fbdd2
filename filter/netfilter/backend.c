/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netfilter/backend.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/complaint.h"

static int line_len(const char *text)
{
	return (int)strcspn(text, "\n");
}

/* Takes the first line of a program's error output. nft shows the faulty rule in the next line, and
 * iptables-nft the fault, so that line is taken too. */
static void take_complaint(const char *text, struct complaint *why)
{
	const char *error = strstr(text, "Error: "), *place;

	if (error) {
		error += strlen("Error: ");
		place = error + line_len(error);
		place += strspn(place, "\n\t ");
		complaint_set(why, "%.*s (%.*s)", line_len(error), error, line_len(place), place);
		return;
	}
	/* iptables writes remarks before its errors: "# Warning: iptables-legacy tables
	 * present". */
	while (text[0] == '#' && text[line_len(text)] == '\n')
		text += line_len(text) + 1;
	place = text + line_len(text);
	/* "iptables-nft-restore v1.8.9 (nf_tables): " is a line of its own. */
	if (place > text + 1 && strncmp(place - 2, ": \n", 3) == 0)
		complaint_set(
		        why, "%.*s%.*s", line_len(text), text, line_len(place + 1), place + 1);
	else
		complaint_set(why, "%.*s", line_len(text), text);
}

bool backend_has_ipv6(void)
{
	return access("/proc/net/if_inet6", F_OK) == 0;
}

int backend_run(
        struct process *p, const char *const argv[], const char *input, struct complaint *why)
{
	int error = process_run(p, argv, input);

	if (error == -ENOENT) {
		complaint_set(why, "%s is not installed", argv[0]);
		return error;
	}
	if (error) {
		complaint_set(why, "%s: %s", argv[0], strerror(-error));
		return error;
	}
	if (p->status != 0) {
		take_complaint(p->err, why);
		process_fini(p);
		return -EIO;
	}
	return 0;
}

int backend_do(const char *const argv[], struct complaint *why)
{
	struct process p;
	int error = backend_run(&p, argv, NULL, why);

	if (!error)
		process_fini(&p);
	return error;
}

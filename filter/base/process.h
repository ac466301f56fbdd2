/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs another program to its end. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

/* What a program wrote, as strings; both are the caller's, who calls process_fini(). */
struct process {
	char *out, *err;
	int status; /* what it exited with; 128 + the signal that ended it */
};

/* Runs `argv` (argv[0] is looked for in PATH; NULL ends it) with `input` as its standard input,
 * NULL for none. Returns 0 when the program ran, whatever its status; -errno when it could not be
 * run: -ENOENT when there is none. `p` is to be given to process_fini() only after 0. */
int process_run(struct process *p, const char *const argv[], const char *input);
void process_fini(struct process *p);

#endif

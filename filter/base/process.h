/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs another program and waits until it ends. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

/* The output of a program, as strings. The caller owns them and frees them with process_fini(). */
struct process {
	char *out, *err;
	int status; /* exit code, or 128 + the number of the signal that ended the program */
};

/* Runs `argv` (argv[0] is searched in PATH; NULL ends the list) with `input` as standard input;
 * NULL is empty input. Returns 0 if the program ran, whatever its status, and -errno if it could
 * not be run (-ENOENT: no such program). Call process_fini() on `p` only after a return of 0. */
int process_run(struct process *p, const char *const argv[], const char *input);
void process_fini(struct process *p);

#endif

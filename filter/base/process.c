/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/process.h"

#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Files in memory instead of pipes, so that neither process waits for the other to read. */
enum { IN, OUT, ERR, STREAMS };

static int open_streams(int fd[static STREAMS], const char *input)
{
	static const char *const names[STREAMS] = { "in", "out", "err" };
	size_t len = input ? strlen(input) : 0;

	for (int i = 0; i < STREAMS; i++) {
		fd[i] = memfd_create(names[i], MFD_CLOEXEC);
		if (fd[i] < 0)
			return -errno;
	}
	for (size_t done = 0; done < len;) {
		ssize_t n = write(fd[IN], input + done, len - done);
		if (n < 0)
			return -errno;
		done += (size_t)n;
	}
	return lseek(fd[IN], 0, SEEK_SET) < 0 ? -errno : 0;
}

static void close_streams(const int fd[static STREAMS])
{
	for (int i = 0; i < STREAMS; i++) {
		if (fd[i] >= 0)
			close(fd[i]);
	}
}

static char *process_read_all(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *text = size < 0 ? NULL : malloc((size_t)size + 1);
	ssize_t n;

	if (!text)
		return NULL;
	n = pread(fd, text, (size_t)size, 0);
	text[n < 0 ? 0 : n] = '\0';
	return text;
}

static int spawn_and_wait(const char *const argv[], const int fd[static STREAMS], int *status)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int error, how;

	error = posix_spawn_file_actions_init(&actions);
	if (error)
		return -error;
	for (int i = 0; i < STREAMS && !error; i++)
		error = posix_spawn_file_actions_adddup2(&actions, fd[i], i);
	if (!error) {
		/* posix_spawnp() does not write to the strings; its prototype is older than
		 * const. */
		char *const *args;
		memcpy(&args, &argv, sizeof(args));
		error = posix_spawnp(&pid, argv[0], &actions, NULL, args, environ);
	}
	posix_spawn_file_actions_destroy(&actions);
	if (error)
		return -error;

	while (waitpid(pid, &how, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	*status = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
	return 0;
}

int process_run(struct process *p, const char *const argv[], const char *input)
{
	int fd[STREAMS] = { -1, -1, -1 };
	int error;

	*p = (struct process){ 0 };
	error = open_streams(fd, input);
	if (error)
		goto out;
	error = spawn_and_wait(argv, fd, &p->status);
	if (error)
		goto out;
	p->out = process_read_all(fd[OUT]);
	p->err = process_read_all(fd[ERR]);
	if (!p->out || !p->err) {
		process_fini(p);
		error = -ENOMEM;
	}
out:
	close_streams(fd);
	return error;
}

void process_fini(struct process *p)
{
	free(p->out);
	free(p->err);
	*p = (struct process){ 0 };
}

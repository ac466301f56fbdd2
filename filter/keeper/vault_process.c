/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/vault_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

extern char **environ;

#define PROGRAM        "sealgate-vault"
#define CHANNEL        3    /* its descriptor in the program */
#define KILLED_MS      1000 /* after SIGKILL. A process that sleeps in the kernel ends later */
#define LOOK_MS        5
#define CHANNEL_OCTETS (4 * VAULT_MESSAGE_OCTETS)

bool vault_process_is_built(void)
{
	return VAULT_IS_BUILT;
}

bool vault_process_program(char path[static PATH_MAX], struct complaint *why)
{
	static const char *const places[] = { "/" PROGRAM, "/../libexec/sealgate/" PROGRAM };
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[len < 0 ? 0 : len] = '\0';
	char *slash = strrchr(self, '/');
	if (slash)
		*slash = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (snprintf(path, PATH_MAX, "%s%s", self, places[i]) < PATH_MAX &&
		        access(path, X_OK) == 0)
			return true;
	}
	complaint_set(why,
	        "there is no " PROGRAM " in %s or %s/../libexec/sealgate: it is the program that "
	        "loads PKCS#11 modules, and is built if libp11-kit-dev is there",
	        self, self);
	return false;
}

/* The program has a session of its own. So what a module starts can be killed with its process
 * group, and a module does not have the terminal of root who imports keys: by TIOCSTI it could type
 * commands there. Signals that the keeper ignores are not ignored. */
static void set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(attributes);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &all);
	posix_spawnattr_setflags(
	        attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
}

static int spawn_program(struct vault_process *process, const char *program, int theirs)
{
	char name[] = PROGRAM;
	char *const argv[] = { name, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, theirs, CHANNEL);
	set_attributes(&attributes);
	int error = posix_spawn(&process->pid, program, &actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

/* dup2() to the same number would leave it to be closed by exec: the program's end must not have
 * that number. */
static int open_channel(int fd[static 2])
{
	const int octets = CHANNEL_OCTETS;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) != 0)
		return -errno;
	int moved = fcntl(fd[1], F_DUPFD_CLOEXEC, CHANNEL + 1);
	close(fd[1]);
	fd[1] = moved;
	setsockopt(fd[0], SOL_SOCKET, SO_SNDBUF, &octets, sizeof(octets));
	return moved < 0 ? -errno : 0;
}

enum vault_fault vault_process_start(
        struct vault_process *process, const char *program, struct complaint *why)
{
	int fd[2] = { -1, -1 };

	if (process->pid > 0) { /* the last one could not be killed yet */
		vault_process_end(process, 0);
		if (process->pid > 0) {
			complaint_set(why,
			        "process %d, which has the PKCS#11 module, hangs in the kernel "
			        "and cannot be killed",
			        (int)process->pid);
			return VAULT_HANGS;
		}
	}
	int error = -open_channel(fd);
	if (!error)
		error = spawn_program(process, program, fd[1]);
	if (fd[1] >= 0)
		close(fd[1]);
	if (!error) {
		process->channel = fd[0];
		return VAULT_GOOD;
	}
	if (fd[0] >= 0)
		close(fd[0]);
	process->pid = 0;
	complaint_set(why, "%s: cannot be started: %s", program, strerror(error));
	return VAULT_AWAY;
}

/* Waits once for one of the four. A caller is served, and the end of the work brings the end of the
 * wait closer. */
static enum vault_fault wait_once(struct pollfd fds[static 4], const struct vault_wait *wait,
        uint64_t now_ms, uint64_t *end_ms)
{
	uint64_t left_ms = *end_ms - now_ms;

	if (poll(fds, 4, left_ms < INT_MAX ? (int)left_ms : INT_MAX) <= 0)
		return VAULT_HANGS;
	if (fds[0].revents)
		return VAULT_GOOD;
	if (fds[1].revents)
		return VAULT_AWAY;
	if (fds[2].revents) {
		fds[2].fd = -1;
		now_ms = clock_monotonic_ms();
		if (now_ms + VAULT_PARTING_MS < *end_ms)
			*end_ms = now_ms + VAULT_PARTING_MS;
	}
	if (fds[3].revents)
		wait->call(wait->context);
	return VAULT_HANGS;
}

/* Waits until there is a packet, or the process has ended. The channel alone does not tell that:
 * what the module has started may hold the other end. */
static enum vault_fault wait_for_reply(
        const struct vault_process *process, unsigned limit_ms, const struct vault_wait *wait)
{
	uint64_t end_ms = clock_monotonic_ms() + limit_ms, now_ms;
	int ended = (int)syscall(SYS_pidfd_open, process->pid, 0); /* -1: poll() leaves it out */
	struct pollfd fds[] = { { process->channel, POLLIN, 0 }, { ended, POLLIN, 0 },
		{ wait->stop_fd, POLLIN, 0 }, { wait->call_fd, POLLIN, 0 } };
	enum vault_fault fault = VAULT_HANGS;

	while (fault == VAULT_HANGS && (now_ms = clock_monotonic_ms()) < end_ms)
		fault = wait_once(fds, wait, now_ms, &end_ms);
	if (ended >= 0)
		close(ended);
	return fault;
}

static bool send_request(int channel, const struct vault_request *request, uint8_t *octets)
{
	struct writer w = writer_over(octets, VAULT_MESSAGE_OCTETS);

	vault_request_write(request, &w);
	bool good = !w.full &&
	            send(channel, octets, w.len, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)w.len;
	explicit_bzero(octets, w.len); /* there may be a PIN in it */
	return good;
}

static enum vault_fault take_reply(int channel, struct vault_reply *reply, uint8_t *octets)
{
	ssize_t len = recv(channel, octets, VAULT_MESSAGE_OCTETS, MSG_DONTWAIT | MSG_TRUNC);

	if (len <= 0)
		return VAULT_AWAY;
	if (len > VAULT_MESSAGE_OCTETS)
		return VAULT_BROKEN;
	struct span message = span_of(octets, (size_t)len);
	if (!vault_message_is_ours(message))
		return VAULT_SETTING;
	return vault_reply_read(reply, message) ? VAULT_GOOD : VAULT_BROKEN;
}

enum vault_fault vault_process_ask(struct vault_process *process,
        const struct vault_request *request, unsigned limit_ms, const struct vault_wait *wait,
        struct vault_reply *reply)
{
	uint8_t *octets = malloc(VAULT_MESSAGE_OCTETS);
	enum vault_fault fault = VAULT_BROKEN;

	if (!octets)
		return VAULT_AWAY;
	if (send_request(process->channel, request, octets))
		fault = wait_for_reply(process, limit_ms, wait);
	else if (errno == EPIPE || errno == ECONNRESET)
		fault = VAULT_AWAY;
	if (fault == VAULT_GOOD)
		fault = take_reply(process->channel, reply, octets);
	free(octets);
	return fault;
}

/* Returns true if the process has ended, and is forgotten. */
static bool reap_within(struct vault_process *process, unsigned wait_ms)
{
	const struct timespec pause = { 0, LOOK_MS * 1000000 };

	for (unsigned waited_ms = 0;; waited_ms += LOOK_MS) {
		siginfo_t ended = { .si_pid = 0 };
		int error = waitid(P_PID, (id_t)process->pid, &ended, WEXITED | WNOHANG | WNOWAIT);
		if (ended.si_pid == process->pid || (error && errno != EINTR)) {
			/* before it is reaped, no other group can have its number */
			if (!error)
				kill(-process->pid, SIGKILL);
			waitpid(process->pid, NULL, WNOHANG);
			process->pid = 0;
			return true;
		}
		if (waited_ms >= wait_ms)
			return false;
		nanosleep(&pause, NULL);
	}
}

void vault_process_end(struct vault_process *process, unsigned patience_ms)
{
	if (process->channel >= 0)
		close(process->channel);
	process->channel = -1;
	if (process->pid <= 0 || reap_within(process, patience_ms))
		return;
	kill(-process->pid, SIGKILL);
	reap_within(process, KILLED_MS);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "daemon/landlock.h"
#include "daemon/seccomp.h"

/* Each try is made in a process of its own, which ends with one of these codes, or by a signal. */
enum { DONE = 10, REFUSED = 11, NO_FILTER = 12 };

static const char *const kinds[SECCOMP_KINDS] = { [SECCOMP_WORKER] = "worker",
	[SECCOMP_ANCHORS] = "keeper of anchors",
	[SECCOMP_PREFIXES] = "keeper of prefixes",
	[SECCOMP_MAIN] = "main",
	[SECCOMP_GUARD] = "guard" };

static int end_of(bool is_done)
{
	return is_done ? DONE : REFUSED;
}

/* Never refused without a filter: the arguments make the kernel fail in another way, or let it
 * succeed. */
static int try_execve(void)
{
	char *const none[] = { NULL };

	execve("/bin/true", none, none);
	return REFUSED;
}

static int try_ptrace(void)
{
	return end_of(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0);
}

static int try_mount(void)
{
	return end_of(mount("none", "/nowhere", "tmpfs", 0, NULL) == 0 || errno == ENOENT);
}

static int try_bpf(void)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_ARRAY };

	return end_of(
	        syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)) >= 0 || errno == EINVAL);
}

static int try_setuid(void)
{
	return end_of(setuid(0) == 0);
}

static int try_unshare(void)
{
	return end_of(unshare(0) == 0);
}

static int try_socket(int family, int type)
{
	int fd = socket(family, type, 0);

	return end_of(fd >= 0);
}

static int try_packets(void)
{
	return try_socket(AF_PACKET, SOCK_RAW);
}

static int try_inet(void)
{
	return try_socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC);
}

static int try_unix_stream(void)
{
	return try_socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC);
}

static int try_netlink(void)
{
	return try_socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC);
}

static int try_shadow(void)
{
	return end_of(open("/etc/shadow", O_RDONLY) >= 0);
}

static int try_null(void)
{
	return end_of(open("/dev/null", O_RDONLY) >= 0);
}

static int try_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return end_of(pid > 0);
}

static void *nothing(void *context)
{
	return context;
}

static int try_thread(void)
{
	pthread_t thread;

	return end_of(pthread_create(&thread, NULL, nothing, NULL) == 0 &&
	              pthread_join(thread, NULL) == 0);
}

static int try_code(void)
{
	void *at = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return end_of(at != MAP_FAILED);
}

static int try_memory(void)
{
	void *at = malloc(64u << 20); /* more than the heap has: by mmap() */

	return end_of(at != NULL);
}

static int try_interface(void)
{
	return end_of(if_nametoindex("lo") > 0);
}

static int try_kill(void)
{
	return end_of(kill(getppid(), 0) == 0);
}

static int try_limit(void)
{
	struct rlimit limit;

	return end_of(getrlimit(RLIMIT_NOFILE, &limit) == 0);
}

static int try_new_limit(void)
{
	const struct rlimit limit = { 64, 64 };

	return end_of(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

static int try_limit_of_parent(void)
{
	struct rlimit limit;

	return end_of(prlimit(getppid(), RLIMIT_NOFILE, NULL, &limit) == 0);
}

static int try_owner(void)
{
	return end_of(fcntl(STDIN_FILENO, F_SETOWN, getppid()) == 0);
}

static int try_flags(void)
{
	return end_of(fcntl(STDIN_FILENO, F_GETFL) >= 0);
}

/* As unshare() does, with clone(). */
static int try_namespace(void)
{
	long pid = syscall(SYS_clone, CLONE_NEWUTS | SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		_exit(0);
	return end_of(pid > 0);
}

/* ANY: the guard has no filter for it, and the kernel may refuse it to the user. */
enum { PASSES = DONE, FAILS = REFUSED, DIES = SIGSYS, ANY = -1 };

struct attempt {
	const char *what;
	int (*try)(void);
	int ends[SECCOMP_KINDS]; /* worker, anchors, prefixes, main, guard */
};

static const struct attempt attempts[] = {
	{ "execute a program", try_execve, { DIES, DIES, DIES, DIES, 0 } },
	{ "trace", try_ptrace, { DIES, DIES, DIES, DIES, FAILS } },
	{ "mount", try_mount, { DIES, DIES, DIES, DIES, FAILS } },
	{ "load a program into the kernel", try_bpf, { DIES, DIES, DIES, DIES, ANY } },
	{ "become root", try_setuid, { DIES, DIES, DIES, DIES, FAILS } },
	{ "leave the namespaces", try_unshare, { DIES, DIES, DIES, DIES, FAILS } },
	{ "a socket for all packets", try_packets, { FAILS, FAILS, FAILS, FAILS, FAILS } },
	{ "a socket to a local service", try_unix_stream, { FAILS, FAILS, FAILS, FAILS, PASSES } },
	{ "a socket to the kernel", try_netlink, { FAILS, FAILS, PASSES, PASSES, PASSES } },
	{ "a socket to a server", try_inet, { PASSES, PASSES, PASSES, PASSES, PASSES } },
	{ "open a file", try_null, { FAILS, PASSES, FAILS, PASSES, PASSES } },
	{ "make a process", try_fork, { FAILS, FAILS, FAILS, FAILS, PASSES } },
	{ "make a thread", try_thread, { FAILS, FAILS, FAILS, PASSES, PASSES } },
	{ "memory with code", try_code, { FAILS, FAILS, FAILS, FAILS, PASSES } },
	{ "memory", try_memory, { PASSES, PASSES, PASSES, PASSES, PASSES } },
	{ "look up an interface", try_interface, { PASSES, PASSES, PASSES, PASSES, PASSES } },
	{ "ask for a limit", try_limit, { PASSES, PASSES, PASSES, PASSES, PASSES } },
	{ "set a limit", try_new_limit, { FAILS, FAILS, FAILS, FAILS, PASSES } },
	{ "limits of another process", try_limit_of_parent,
	        { FAILS, FAILS, FAILS, FAILS, PASSES } },
	{ "flags of a file", try_flags, { PASSES, PASSES, PASSES, PASSES, PASSES } },
	{ "signals to another process", try_owner, { FAILS, FAILS, FAILS, FAILS, ANY } },
	{ "a process in a namespace", try_namespace, { FAILS, FAILS, FAILS, FAILS, FAILS } },
	{ "signal another process", try_kill, { FAILS, FAILS, FAILS, FAILS, PASSES } },
};

/* Returns the code with which the process ended, or the number of the signal. */
static int outcome_of(int (*try)(void), int kind)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		if (kind < SECCOMP_KINDS && seccomp_enter((enum seccomp_kind)kind, false) != 0)
			_exit(NO_FILTER);
		_exit(try());
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

static void each_kind_of_thread_can_do_its_work_and_no_more(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(attempts); i++) {
		for (int kind = 0; kind < SECCOMP_KINDS; kind++) {
			int end = outcome_of(attempts[i].try, kind);
			if (attempts[i].ends[kind] != ANY && end != attempts[i].ends[kind])
				fail_msg("%s, %s: %d instead of %d", kinds[kind], attempts[i].what,
				        end, attempts[i].ends[kind]);
		}
	}
}

/* Otherwise a refusal would say nothing about the filters. */
static void without_a_filter_each_attempt_would_succeed(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < COUNT(attempts); i++) {
		int end = outcome_of(attempts[i].try, SECCOMP_KINDS);
		assert_row(attempts[i].what,
		        end == DONE || (attempts[i].try == try_execve && end == 0));
	}
}

static int try_narrower(void)
{
	return seccomp_enter(SECCOMP_ANCHORS, false) == 0 ? try_netlink() : NO_FILTER;
}

static void a_keeper_narrows_the_filter_that_it_begins_with(void **state)
{
	(void)state;
	assert_int_equal(outcome_of(try_narrower, SECCOMP_MAIN), REFUSED);
}

static int try_map(void)
{
	union bpf_attr attr = { .map_fd = (uint32_t)-1 };

	if (seccomp_enter(SECCOMP_WORKER, true) != 0)
		return NO_FILTER;
	syscall(SYS_bpf, BPF_MAP_LOOKUP_ELEM, &attr, sizeof(attr));
	bool is_let_through = errno == EBADF || errno == EPERM || errno == EFAULT;
	syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	return is_let_through && errno == ENOSYS ? DONE : REFUSED;
}

static void the_worker_of_a_shortcut_reads_maps_and_loads_no_program(void **state)
{
	(void)state;
	assert_int_equal(outcome_of(try_map, SECCOMP_KINDS), DONE);
}

/* ---- Files ---- */

static int try_files(void)
{
	const struct landlock_place places[] = { { "/tmp", LANDLOCK_WRITE },
		{ "/nowhere", LANDLOCK_WRITE }, { "/dev/null", LANDLOCK_READ } };
	char path[] = "/tmp/sealgate-test-landlock-XXXXXX";
	int result = landlock_enter(places, COUNT(places));

	if (result == -ENOSYS || result == -EOPNOTSUPP)
		return NO_FILTER;
	int fd = result > 0 ? mkstemp(path) : -1;
	char second[sizeof(path) + 2];
	snprintf(second, sizeof(second), "%s-2", path);
	bool is_linked =
	        link(path, second) == 0 && unlink(second) == 0; /* as copies of timelines */
	bool is_written = fd >= 0 && is_linked && unlink(path) == 0;
	bool is_hidden = open("/etc/shadow", O_RDONLY) < 0 && open("/etc/passwd", O_RDONLY) < 0 &&
	                 open("/dev/null", O_RDWR) < 0 && open("/dev/null", O_RDONLY) >= 0 &&
	                 mkdir("/run/sealgate-test", 0700) < 0;
	bool is_explained = strstr(file_why("/etc/passwd", EACCES), "after a restart") != NULL;
	return is_written && is_hidden && is_explained && access("/bin/true", X_OK) == 0 &&
	                       try_execve() == REFUSED
	               ? DONE
	               : REFUSED;
}

static void files_elsewhere_are_out_of_reach(void **state)
{
	int end = outcome_of(try_files, SECCOMP_KINDS);

	(void)state;
	if (end == NO_FILTER)
		skip();
	assert_int_equal(end, DONE);
}

static void root_reads_the_shadow_file_without_the_sandbox(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(outcome_of(try_shadow, SECCOMP_KINDS), DONE);
	assert_int_equal(outcome_of(try_shadow, SECCOMP_WORKER), REFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_of_thread_can_do_its_work_and_no_more),
		cmocka_unit_test(without_a_filter_each_attempt_would_succeed),
		cmocka_unit_test(a_keeper_narrows_the_filter_that_it_begins_with),
		cmocka_unit_test(the_worker_of_a_shortcut_reads_maps_and_loads_no_program),
		cmocka_unit_test(files_elsewhere_are_out_of_reach),
		cmocka_unit_test(root_reads_the_shadow_file_without_the_sandbox),
	};
	return cmocka_run_group_tests_name("seccomp", tests, NULL, NULL);
}

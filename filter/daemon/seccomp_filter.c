/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/seccomp_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/sockios.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* The kinds of threads, as bits. */
enum {
	W = 1 << SECCOMP_WORKER,
	A = 1 << SECCOMP_ANCHORS,
	P = 1 << SECCOMP_PREFIXES,
	M = 1 << SECCOMP_MAIN,
	DAEMON = W | A | P | M,
};

/* A call, by its name, because not every architecture and not every libseccomp knows each. */
struct call {
	const char *name;
	unsigned kinds;
};

/* The calls that a kind may make with any arguments. Those of 32-bit systems stand behind their
 * likes. The guard is not here: it has all calls but those below. */
static const struct call allowed[] = {
	/* a loop that waits, memory, and the end of a thread */
	{ "poll", DAEMON },
	{ "ppoll", DAEMON },
	{ "ppoll_time64", DAEMON },
	{ "futex", DAEMON },
	{ "futex_time64", DAEMON },
	{ "clock_gettime", DAEMON },
	{ "clock_gettime64", DAEMON },
	{ "gettimeofday", DAEMON },
	{ "time", DAEMON },
	{ "nanosleep", DAEMON },
	{ "clock_nanosleep", DAEMON },
	{ "clock_nanosleep_time64", DAEMON },
	{ "restart_syscall", DAEMON },
	{ "sched_yield", DAEMON },
	{ "brk", DAEMON },
	{ "munmap", DAEMON },
	{ "mremap", DAEMON },
	{ "madvise", DAEMON },
	{ "getrandom", DAEMON },
	{ "getpid", DAEMON },
	{ "gettid", DAEMON },
	{ "rt_sigprocmask", DAEMON },
	{ "rt_sigaction", DAEMON },
	{ "rt_sigreturn", DAEMON },
	{ "sigreturn", DAEMON },
	{ "exit", DAEMON },
	{ "exit_group", DAEMON },
	/* the log, and descriptors that are open */
	{ "read", DAEMON },
	{ "readv", DAEMON }, /* fread() of musl */
	{ "write", DAEMON },
	{ "writev", DAEMON },
	{ "close", DAEMON },
	{ "lseek", DAEMON },
	{ "_llseek", DAEMON },
	{ "fstat", DAEMON },
	{ "fstat64", DAEMON },
	/* packets, connections, and queries of sealgate's own */
	{ "bind", DAEMON },
	{ "connect", DAEMON },
	{ "sendto", DAEMON },
	{ "sendmsg", DAEMON },
	{ "sendmmsg", DAEMON },
	{ "recvfrom", DAEMON },
	{ "recvmsg", DAEMON },
	{ "recvmmsg", DAEMON },
	{ "recvmmsg_time64", DAEMON },
	{ "send", DAEMON },
	{ "recv", DAEMON },
	{ "setsockopt", DAEMON },
	{ "getsockopt", DAEMON },
	{ "getsockname", DAEMON },
	{ "getpeername", DAEMON },
	{ "shutdown", DAEMON },
	{ "epoll_create1", DAEMON },
	{ "epoll_ctl", DAEMON },
	{ "epoll_wait", DAEMON },
	{ "epoll_pwait", DAEMON },
	{ "epoll_pwait2", DAEMON },
	{ "accept", W | M },
	{ "accept4", W | M },
	/* files: read by the main thread, which reads the configuration again, and written by two
	 * threads */
	{ "open", A | M },
	{ "openat", A | M },
	{ "stat", A | M },
	{ "stat64", A | M },
	{ "lstat", A | M },
	{ "lstat64", A | M },
	{ "fstatat64", A | M },
	{ "newfstatat", DAEMON }, /* fstat() of the C library */
	{ "statx", DAEMON },      /* likewise, on some architectures */
	{ "access", A | M },
	{ "faccessat", A | M },
	{ "faccessat2", A | M },
	{ "fsync", A | M },
	{ "chmod", A | M },
	{ "fchmod", A | M },
	{ "fchmodat", A | M },
	{ "rename", A | M },
	{ "renameat", A | M },
	{ "renameat2", A | M },
	{ "unlink", A | M },
	{ "unlinkat", A | M },
	{ "link", M }, /* copies of timelines, and their times */
	{ "linkat", M },
	{ "utimensat", M },
	{ "utimensat_time64", M },
	{ "mkdir", A | M },
	{ "flock", M },
	{ "mkdirat", A | M },
	{ "pread64", M },
	{ "readlink", M },
	{ "readlinkat", M },
	{ "getdents64", M },
	{ "getcwd", M },
	/* the process: threads, the control socket, the end of the guard, the clock */
	{ "set_robust_list", M },
	{ "rseq", M },
	{ "sched_getaffinity", DAEMON }, /* malloc() asks how many processors there are */
	{ "getuid", M },
	{ "geteuid", M },
	{ "getgid", M },
	{ "getegid", M },
	{ "getuid32", M },
	{ "geteuid32", M },
	{ "getgid32", M },
	{ "getegid32", M },
	{ "umask", M },
	{ "wait4", M },
	{ "waitid", M },
	{ "adjtimex", M },
	{ "clock_adjtime", M },
	{ "clock_adjtime64", M },
	{ "getrlimit", DAEMON }, /* a warning tells the limit */
	{ "ugetrlimit", DAEMON },
	{ "sysinfo", DAEMON }, /* qsort() asks how much memory there is */
	{ "uname", M },
	{ "seccomp", M }, /* a keeper narrows its filter */
	{ NULL, 0 },
};

/* No thread makes these calls, and libraries do not: foreign code runs. */
static const char *const fatal[] = { "execve", "execveat", "ptrace", "process_vm_readv",
	"process_vm_writev", "process_madvise", "pidfd_getfd", "kcmp", "init_module",
	"finit_module", "delete_module", "kexec_load", "kexec_file_load", "mount", "umount",
	"umount2", "pivot_root", "chroot", "fsopen", "fsmount", "move_mount", "open_tree",
	"mount_setattr", "setns", "unshare", "keyctl", "add_key", "request_key", "perf_event_open",
	"userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register", "open_by_handle_at",
	"setuid", "setuid32", "setgid", "setgid32", "setreuid", "setreuid32", "setregid",
	"setregid32", "setresuid", "setresuid32", "setresgid", "setresgid32", "setgroups",
	"setgroups32", "setfsuid", "setfsuid32", "setfsgid", "setfsgid32", "capset", "reboot",
	"swapon", "swapoff", "settimeofday", "clock_settime", "clock_settime64", "sethostname",
	"setdomainname", "iopl", "ioperm", "modify_ldt", NULL };

/* Calls that the guard and its programs may not make. The tools make some of them, and go on if
 * they are refused. */
static const char *const refused_to_guard[] = { "ptrace", "process_vm_readv", "process_vm_writev",
	"pidfd_getfd", "init_module", "finit_module", "delete_module", "kexec_load",
	"kexec_file_load", "mount", "umount", "umount2", "pivot_root", "chroot", "fsopen",
	"fsmount", "move_mount", "open_tree", "mount_setattr", "setns", "unshare", "keyctl",
	"add_key", "request_key", "perf_event_open", "userfaultfd", "io_uring_setup",
	"open_by_handle_at", "setuid", "setuid32", "setgid", "setgid32", "setreuid", "setreuid32",
	"setregid", "setregid32", "setresuid", "setresuid32", "setresgid", "setresgid32",
	"setgroups", "setgroups32", "reboot", "swapon", "swapoff", "settimeofday", "clock_settime",
	"clock_settime64", "sethostname", "setdomainname", "iopl", "ioperm", NULL };

#define DATAGRAM (SOCK_DGRAM | SOCK_CLOEXEC)

static const unsigned long ioctls[] = { SIOCGIFNAME, SIOCGIFINDEX };
static const unsigned long prctls[] = { PR_SET_TIMERSLACK, PR_SET_NAME, PR_SET_SECCOMP,
	PR_GET_SECCOMP };
static const unsigned long bpf_commands[] = { BPF_MAP_LOOKUP_ELEM, BPF_MAP_UPDATE_ELEM,
	BPF_MAP_DELETE_ELEM, BPF_MAP_GET_NEXT_KEY };

/* The C library uses these commands on files that it opens. Without F_SETOWN no signal goes to
 * another process. */
static const unsigned long fcntls[] = { F_GETFD, F_SETFD, F_GETFL, F_SETFL };

/* Each puts a new process into a namespace of its own; in a new namespace of users that process has
 * all rights. */
static const unsigned long namespaces[] = { CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWNET, CLONE_NEWPID,
	CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A filter that is being made. The first error stays. */
struct making {
	scmp_filter_ctx filter;
	uint32_t machine;
	int error;
};

/* A machine hands some arguments over in another way than others do. */
static bool is_s390(const struct making *m)
{
	return m->machine == SCMP_ARCH_S390X || m->machine == SCMP_ARCH_S390;
}

/* On these machines socketcall(2) does the work of all calls for sockets, beside them. Its
 * arguments are in memory, which a filter cannot read: it knows which call that is, and no
 * argument. */
static bool has_socketcall(const struct making *m)
{
	return seccomp_syscall_resolve_name_arch(m->machine, "socketcall") >= 0;
}

/* Adds a rule for a call, which this architecture may not have, with conditions that must all
 * hold. */
static void add_rule(struct making *m, uint32_t action, const char *name, unsigned count,
        const struct scmp_arg_cmp *conditions)
{
	int number = seccomp_syscall_resolve_name(name);

	if (number != __NR_SCMP_ERROR && !m->error)
		m->error = seccomp_rule_add_array(m->filter, action, number, count, conditions);
}

static void add_each(struct making *m, uint32_t action, const char *const names[])
{
	for (; *names; names++)
		add_rule(m, action, *names, 0, NULL);
}

static void allow_values(struct making *m, const char *name, unsigned argument,
        const unsigned long values[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		add_rule(m, SCMP_ACT_ALLOW, name, 1, &SCMP_CMP64(argument, SCMP_CMP_EQ, values[i]));
}

/* Memory that is filled is never executed. mmap() of an i386 takes its arguments in memory, and no
 * C library uses it: they have mmap2(). That of s390 does too, and there is no other. */
static void allow_memory(struct making *m)
{
	const struct scmp_arg_cmp not_executable = SCMP_CMP64(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);

	if (is_s390(m))
		add_rule(m, SCMP_ACT_ALLOW, "mmap", 0, NULL);
	else if (m->machine != SCMP_ARCH_X86)
		add_rule(m, SCMP_ACT_ALLOW, "mmap", 1, &not_executable);
	add_rule(m, SCMP_ACT_ALLOW, "mmap2", is_s390(m) ? 0 : 1, &not_executable);
	add_rule(m, SCMP_ACT_ALLOW, "mprotect", 1, &not_executable);
}

/* A limit is read, of this process, and not changed. */
static void allow_limits(struct making *m)
{
	const struct scmp_arg_cmp own[] = { SCMP_CMP64(0, SCMP_CMP_EQ, 0),
		SCMP_CMP64(2, SCMP_CMP_EQ, 0) };

	add_rule(m, SCMP_ACT_ALLOW, "prlimit64", COUNT(own), own);
}

/* A socket of the family UNIX finds an interface, and tells systemd; those of most services, and
 * the control socket, are of other types. With socketcall() the filter lets each family through,
 * because the C library of i386 and s390x makes every socket in that way. */
static void allow_sockets(struct making *m, enum seccomp_kind kind)
{
	const struct scmp_arg_cmp local[] = { SCMP_CMP64(0, SCMP_CMP_EQ, AF_UNIX),
		SCMP_CMP64(1, SCMP_CMP_EQ, DATAGRAM) };

	add_rule(m, SCMP_ACT_ALLOW, "socket", 1, &SCMP_CMP64(0, SCMP_CMP_EQ, AF_INET));
	add_rule(m, SCMP_ACT_ALLOW, "socket", 1, &SCMP_CMP64(0, SCMP_CMP_EQ, AF_INET6));
	add_rule(m, SCMP_ACT_ALLOW, "socket", COUNT(local), local);
	if (kind == SECCOMP_PREFIXES || kind == SECCOMP_MAIN)
		add_rule(m, SCMP_ACT_ALLOW, "socket", 1, &SCMP_CMP64(0, SCMP_CMP_EQ, AF_NETLINK));
}

/* Adds rules for clone() with all these flags. On s390 its first two arguments are the other way
 * round. */
static void add_clone(struct making *m, uint32_t action, scmp_datum_t flags)
{
	unsigned argument = is_s390(m) ? 1 : 0;

	add_rule(m, action, "clone", 1, &SCMP_CMP64(argument, SCMP_CMP_MASKED_EQ, flags, flags));
}

static void make_for_daemon(struct making *m, enum seccomp_kind kind, bool uses_bpf)
{
	for (const struct call *c = allowed; c->name; c++) {
		if (c->kinds & 1u << kind)
			add_rule(m, SCMP_ACT_ALLOW, c->name, 0, NULL);
	}
	allow_memory(m);
	allow_limits(m);
	allow_sockets(m, kind);
	allow_values(m, "fcntl", 1, fcntls, COUNT(fcntls));
	allow_values(m, "fcntl64", 1, fcntls, COUNT(fcntls));
	allow_values(m, "ioctl", 1, ioctls, COUNT(ioctls));
	allow_values(m, "prctl", 0, prctls, COUNT(prctls));
	/* abort() of glibc, and nothing to another process; musl's is refused tkill(), and crashes
	 * instead */
	add_rule(m, SCMP_ACT_ALLOW, "tgkill", 1,
	        &SCMP_CMP64(0, SCMP_CMP_EQ, (scmp_datum_t)getpid()));
	/* no process is made; clone3() hides its flags from a filter, and without it the C library
	 * uses clone() */
	if (kind == SECCOMP_MAIN)
		add_clone(m, SCMP_ACT_ALLOW, CLONE_VM | CLONE_THREAD);
	add_each(m, SCMP_ACT_KILL_PROCESS, fatal);
	if (uses_bpf)
		allow_values(m, "bpf", 0, bpf_commands, COUNT(bpf_commands));
	else
		add_rule(m, SCMP_ACT_KILL_PROCESS, "bpf", 0, NULL);
}

/* Refuses all families but those of netfilter's programs. */
static void refuse_sockets(struct making *m)
{
	static const unsigned left_out[] = { AF_UNIX, AF_INET, AF_INET6, AF_NETLINK };

	for (unsigned family = 0; family < AF_NETLINK; family++) {
		bool is_left_out = false;
		for (size_t i = 0; i < COUNT(left_out); i++)
			is_left_out = is_left_out || family == left_out[i];
		if (!is_left_out)
			add_rule(m, SCMP_ACT_ERRNO(EAFNOSUPPORT), "socket", 1,
			        &SCMP_CMP64(0, SCMP_CMP_EQ, family));
	}
	add_rule(m, SCMP_ACT_ERRNO(EAFNOSUPPORT), "socket", 1,
	        &SCMP_CMP64(0, SCMP_CMP_GT, AF_NETLINK));
}

/* The programs of netfilter are of other people, and of any version: a list of the calls that they
 * make would be wrong soon. With socketcall() a rule for a family would refuse every socket. */
static void make_for_guard(struct making *m)
{
	add_each(m, SCMP_ACT_ERRNO(EPERM), refused_to_guard);
	for (size_t i = 0; i < COUNT(namespaces); i++)
		add_clone(m, SCMP_ACT_ERRNO(EPERM), namespaces[i]);
	add_rule(m, SCMP_ACT_ERRNO(ENOSYS), "clone3", 0, NULL);
	if (!has_socketcall(m))
		refuse_sockets(m);
}

/* A program for another machine of the same processor, such as i386 on x86_64, has calls of other
 * numbers, which the rules do not know: libseccomp refuses them all. Killing a thread alone would
 * leave its locks shut. */
static void set_up(struct making *m)
{
	m->error = seccomp_attr_set(m->filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (!m->error && m->machine != seccomp_arch_native()) {
		m->error = seccomp_arch_remove(m->filter, SCMP_ARCH_NATIVE);
		if (!m->error)
			m->error = seccomp_arch_add(m->filter, m->machine);
	}
	/* privileges_drop() has set no_new_privs, and the filter of the main thread forbids it */
	if (!m->error)
		m->error = seccomp_attr_set(m->filter, SCMP_FLTATR_CTL_NNP, 0);
	/* Linux before 5.16 otherwise slows a filtered thread down, against attacks by code of its
	 * own */
	seccomp_attr_set(m->filter, SCMP_FLTATR_CTL_SSB, 1);
	/* a tree of comparisons instead of a list; an older libseccomp has none */
	seccomp_attr_set(m->filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
}

int seccomp_filter_new(enum seccomp_kind kind, bool uses_bpf, uint32_t machine, void **filter)
{
	uint32_t otherwise = kind == SECCOMP_GUARD ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(ENOSYS);
	struct making m = { .filter = seccomp_init(otherwise), .machine = machine };

	*filter = NULL;
	if (!m.filter)
		return -ENOMEM;
	set_up(&m);
	if (kind == SECCOMP_GUARD)
		make_for_guard(&m);
	else
		make_for_daemon(&m, kind, uses_bpf);
	if (m.error)
		seccomp_release(m.filter);
	else
		*filter = m.filter;
	return m.error;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs the filters of other machines, as the kernel there would: what a thread may do must not
 * depend on how a machine numbers its calls and hands their arguments over. */
#include "test.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/net.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/seccomp_filter.h"

static const struct machine {
	const char *name;
	uint32_t number;
	bool is_s390;      /* its byte order, its clone() and its mmap() are its own */
	int socket_number; /* where libseccomp gives that of socketcall(); 0: there is no socketcall() */
} machines[] = {
	{ "x86_64", SCMP_ARCH_X86_64, false, 0 },
	{ "i386", SCMP_ARCH_X86, false, 359 },
	{ "armhf", SCMP_ARCH_ARM, false, 0 },
	{ "arm64", SCMP_ARCH_AARCH64, false, 0 },
	{ "s390x", SCMP_ARCH_S390X, true, 359 },
	{ "riscv64", SCMP_ARCH_RISCV64, false, 0 },
	{ "ppc64le", SCMP_ARCH_PPC64LE, false, 326 },
};

/* ---- The kernel's part ---- */

#define PROGRAM_MAX 4096

struct program {
	struct sock_filter code[PROGRAM_MAX];
	unsigned count;
	bool is_big_endian;
};

/* Reads the filter in the byte order of its machine. */
static void export_filter(struct program *p, const struct machine *m, int kind)
{
	FILE *file = tmpfile();
	void *filter;

	assert_int_equal(seccomp_filter_new((enum seccomp_kind)kind, false, m->number, &filter), 0);
	assert_int_equal(seccomp_export_bpf(filter, fileno(file)), 0);
	seccomp_release(filter);
	rewind(file);
	p->count = (unsigned)fread(p->code, sizeof(p->code[0]), PROGRAM_MAX, file);
	p->is_big_endian = m->is_s390;
	fclose(file);
	assert_in_range(p->count, 1, PROGRAM_MAX - 1);
	for (unsigned i = 0; i < p->count; i++) {
		struct sock_filter *c = &p->code[i];
		c->code = m->is_s390 ? be16toh(c->code) : le16toh(c->code);
		c->k = m->is_s390 ? be32toh(c->k) : le32toh(c->k);
	}
}

/* Returns a word of the data, whose 64-bit fields have the machine's byte order. */
static uint32_t word_of(const struct program *p, const struct seccomp_data *data, uint32_t offset)
{
	const uint32_t *words = (const uint32_t *)(const void *)data;
	uint32_t at = offset / 4;

	assert_true(offset % 4 == 0 && offset < sizeof(*data));
	if (p->is_big_endian && at >= 2)
		at ^= 1;
	return words[at];
}

/* Returns the filter's result. */
static uint32_t run(const struct program *p, const struct seccomp_data *data)
{
	uint32_t a = 0;

	for (unsigned at = 0; at < p->count; at++) {
		const struct sock_filter *c = &p->code[at];
		switch (c->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			a = word_of(p, data, c->k);
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= c->k;
			break;
		case BPF_JMP | BPF_JA:
			at += c->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			at += a == c->k ? c->jt : c->jf;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			at += a > c->k ? c->jt : c->jf;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			at += a >= c->k ? c->jt : c->jf;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			at += a & c->k ? c->jt : c->jf;
			break;
		case BPF_RET | BPF_K:
			return c->k;
		default:
			fail_msg("instruction %u has the unexpected code %#x", at, c->code);
		}
	}
	fail_msg("the filter has no end");
	return 0;
}

/* ---- What is tried ---- */

/* KEPT: the kernel executes the call. FAMILY is the guard's refusal of a socket. */
enum { KEPT = 'k', GONE = 'g', DEAD = 'd', DENIED = 'p', FAMILY = 'f' };

static char end_of(uint32_t result)
{
	static const struct {
		uint32_t result;
		char end;
	} ends[] = {
		{ SECCOMP_RET_ALLOW, KEPT },
		{ SECCOMP_RET_ERRNO | ENOSYS, GONE },
		{ SECCOMP_RET_KILL_PROCESS, DEAD },
		{ 0x80, DEAD }, /* the same: libseccomp 2.5 turns the octets twice behind a long jump */
		{ SECCOMP_RET_ERRNO | EPERM, DENIED },
		{ SECCOMP_RET_ERRNO | EAFNOSUPPORT, FAMILY },
	};

	for (size_t i = 0; i < COUNT(ends); i++) {
		if (ends[i].result == result)
			return ends[i].end;
	}
	return '?';
}

#define ANYTHING 0x7f0012345678u /* a pointer, or what is left in a register */
#define THREAD   (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SETTLS)
#define HIGH     (UINT64_C(1) << 32)

struct attempt {
	const char *call;
	uint64_t args[4];
	char ends[SECCOMP_KINDS + 1]; /* worker, anchors, prefixes, main, guard */
};

/* A machine that lacks a call has another one for the same purpose. */
static const struct attempt attempts[] = {
	{ "read", { 0 }, "kkkkk" },
	{ "poll", { 0 }, "kkkkk" },
	{ "ppoll", { 0 }, "kkkkk" },
	{ "ppoll_time64", { 0 }, "kkkkk" },
	{ "futex", { 0 }, "kkkkk" },
	{ "futex_time64", { 0 }, "kkkkk" },
	{ "clock_gettime", { 0 }, "kkkkk" },
	{ "clock_gettime64", { 0 }, "kkkkk" },
	{ "clock_nanosleep_time64", { 0 }, "kkkkk" },
	{ "recvmmsg_time64", { 0 }, "kkkkk" },
	{ "clock_adjtime64", { 0 }, "gggkk" },
	{ "clock_settime64", { 0 }, "ddddp" },
	{ "_llseek", { 0 }, "kkkkk" },
	{ "fstat64", { 0 }, "kkkkk" },
	{ "epoll_wait", { 0 }, "kkkkk" },
	{ "epoll_pwait", { 0 }, "kkkkk" },
	{ "open", { 0 }, "gkgkk" },
	{ "openat", { 0 }, "gkgkk" },
	{ "rename", { 0 }, "gkgkk" },
	{ "renameat2", { 0 }, "gkgkk" },
	{ "link", { 0 }, "gggkk" },
	{ "linkat", { 0 }, "gggkk" },
	{ "utimensat", { 0 }, "gggkk" },
	{ "utimensat_time64", { 0 }, "gggkk" },
	{ "fork", { 0 }, "ggggk" },
	{ "vfork", { 0 }, "ggggk" },
	{ "clone3", { ANYTHING, 88 }, "ggggg" },
	{ "execve", { 0 }, "ddddk" },
	{ "ptrace", { 0 }, "ddddp" },
	{ "umount", { 0 }, "ddddp" },
	{ "setuid", { 0 }, "ddddp" },
	{ "setuid32", { 0 }, "ddddp" },
	{ "setreuid32", { 0 }, "ddddp" },
	{ "setregid32", { 0 }, "ddddp" },
	{ "kill", { 1, SIGTERM }, "ggggk" },
	{ "ipc", { 0 }, "ggggk" },
	{ "fcntl", { 3, F_GETFL }, "kkkkk" },
	{ "fcntl", { 3, F_SETFD, FD_CLOEXEC }, "kkkkk" },
	{ "fcntl", { 3, F_SETOWN, 1 }, "ggggk" },
	{ "fcntl", { 3, F_SETSIG, SIGKILL }, "ggggk" },
	{ "fcntl64", { 3, F_GETFL }, "kkkkk" },
	{ "fcntl64", { 3, F_SETOWN, 1 }, "ggggk" },
	{ "prlimit64", { 0, RLIMIT_NOFILE, 0, ANYTHING }, "kkkkk" },
	{ "prlimit64", { 0, RLIMIT_NOFILE, ANYTHING, 0 }, "ggggk" },
	{ "prlimit64", { 1, RLIMIT_NOFILE, 0, ANYTHING }, "ggggk" },
	{ "setrlimit", { RLIMIT_NOFILE, ANYTHING }, "ggggk" },
	{ "mprotect", { ANYTHING, 4096, PROT_READ }, "kkkkk" },
	{ "mprotect", { ANYTHING, 4096, PROT_READ | PROT_EXEC }, "ggggk" },
	{ "connect", { 3 }, "kkkkk" },
	{ "listen", { 3 }, "ggggk" },
	{ "accept4", { 3 }, "kggkk" },
	{ "socketpair", { AF_UNIX, SOCK_STREAM }, "ggggk" },
};

/* All of it is checked by the filter, if there is no socketcall(). */
static const struct attempt sockets[] = {
	{ "socket", { AF_INET, SOCK_STREAM }, "kkkkk" },
	{ "socket", { AF_INET6, SOCK_DGRAM }, "kkkkk" },
	{ "socket", { AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC }, "kkkkk" },
	{ "socket", { AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC }, "ggggk" },
	{ "socket", { AF_NETLINK, SOCK_RAW }, "ggkkk" },
	{ "socket", { AF_PACKET, SOCK_RAW }, "ggggf" },
	{ "socket", { AF_VSOCK, SOCK_STREAM }, "ggggf" },
	{ "socket", { AF_APPLETALK, SOCK_DGRAM }, "ggggf" },
};

/* Otherwise the filter sees which call it is. */
static const struct attempt multiplexed[] = {
	{ "socket", { AF_INET, SOCK_STREAM }, "kkkkk" },
	{ "socket", { AF_PACKET, SOCK_RAW }, "ggggk" },
	{ "socketcall", { SYS_SOCKET, ANYTHING }, "kkkkk" },
	{ "socketcall", { SYS_CONNECT, ANYTHING }, "kkkkk" },
	{ "socketcall", { SYS_SENDMMSG, ANYTHING }, "kkkkk" },
	{ "socketcall", { SYS_ACCEPT4, ANYTHING }, "kggkk" },
	{ "socketcall", { SYS_ACCEPT, ANYTHING }, "kggkk" },
	{ "socketcall", { SYS_LISTEN, ANYTHING }, "ggggk" },
	{ "socketcall", { SYS_SOCKETPAIR, ANYTHING }, "ggggk" },
};

static const struct attempt clones[] = {
	{ "clone", { THREAD, ANYTHING }, "gggkk" },
	{ "clone", { SIGCHLD, THREAD }, "ggggk" },
	{ "clone", { CLONE_VM | CLONE_VFORK | SIGCHLD, ANYTHING }, "ggggk" },
	{ "clone", { CLONE_NEWUSER | SIGCHLD, 0 }, "ggggp" },
	{ "clone", { CLONE_NEWNET | SIGCHLD, 0 }, "ggggp" },
};

static const struct attempt clones_of_s390[] = {
	{ "clone", { ANYTHING, THREAD }, "gggkk" },
	{ "clone", { THREAD, SIGCHLD }, "ggggk" },
	{ "clone", { 0, CLONE_NEWUSER | SIGCHLD }, "ggggp" },
};

static const struct attempt maps[] = {
	{ "mmap2", { 0, 4096, PROT_READ | PROT_WRITE }, "kkkkk" },
	{ "mmap2", { 0, 4096, PROT_READ | PROT_EXEC }, "ggggk" },
	{ "mmap", { 0, 4096, PROT_READ | PROT_EXEC }, "ggggk" },
};

static const struct attempt plain_maps[] = {
	{ "mmap", { 0, 4096, PROT_READ | PROT_WRITE }, "kkkkk" },
};

static const struct attempt maps_of_i386[] = {
	{ "mmap", { ANYTHING }, "ggggk" },
};

static const struct attempt maps_by_pointer[] = {
	{ "mmap", { ANYTHING, 0, PROT_EXEC }, "kkkkk" },
};

/* Returns the number of a call, or a negative one if this machine has no call of this name. */
static int number_on(const struct machine *m, const char *call)
{
	if (m->socket_number && strcmp(call, "socket") == 0)
		return m->socket_number;
	return seccomp_syscall_resolve_name_arch(m->number, call);
}

static char end_on(const struct program *p, const struct machine *m, const struct attempt *a)
{
	struct seccomp_data data = { .nr = number_on(m, a->call), .arch = m->number };

	for (size_t i = 0; i < COUNT(a->args); i++)
		data.args[i] = a->args[i];
	return end_of(run(p, &data));
}

/* A name that no machine knows would be skipped everywhere. */
static void assert_is_known(const char *call)
{
	for (size_t i = 0; i < COUNT(machines); i++) {
		if (number_on(&machines[i], call) >= 0)
			return;
	}
	fail_msg("no machine has the call %s", call);
}

static void try_each(const struct machine *m, const struct attempt list[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_is_known(list[i].call);
	for (int kind = 0; kind < SECCOMP_KINDS; kind++) {
		static struct program p;
		export_filter(&p, m, kind);
		for (const struct attempt *a = list; a < list + count; a++) {
			if (number_on(m, a->call) < 0)
				continue;
			char end = end_on(&p, m, a);
			if (end != a->ends[kind])
				fail_msg("%s, kind %d: %s, row %d: '%c' instead of '%c'", m->name,
				        kind, a->call, (int)(a - list), end, a->ends[kind]);
		}
	}
}

static void each_kind_can_do_its_work_and_no_more_on_each_machine(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(machines); i++) {
		const struct machine *m = &machines[i];
		try_each(m, attempts, COUNT(attempts));
		if (m->socket_number)
			try_each(m, multiplexed, COUNT(multiplexed));
		else
			try_each(m, sockets, COUNT(sockets));
		if (m->is_s390) {
			try_each(m, clones_of_s390, COUNT(clones_of_s390));
			try_each(m, maps_by_pointer, COUNT(maps_by_pointer));
		} else {
			try_each(m, clones, COUNT(clones));
			try_each(m, maps, COUNT(maps));
			if (m->number == SCMP_ARCH_X86)
				try_each(m, maps_of_i386, COUNT(maps_of_i386));
			else
				try_each(m, plain_maps, COUNT(plain_maps));
		}
	}
}

/* The numbers of i386 would mean other calls: 11 is munmap() on x86_64 and execve() on i386. */
static void a_program_of_another_machine_is_killed(void **state)
{
	static struct program p;

	(void)state;
	for (int kind = 0; kind < SECCOMP_KINDS; kind++) {
		for (size_t i = 0; i < COUNT(machines); i++) {
			const struct machine *m = &machines[i];
			struct seccomp_data data = { .arch = SCMP_ARCH_MIPS };
			export_filter(&p, m, kind);
			assert_int_equal(end_of(run(&p, &data)), DEAD);
		}
		export_filter(&p, &machines[0], kind);
		assert_int_equal(
		        end_of(run(&p, &(struct seccomp_data){ 11, SCMP_ARCH_X86, 0, { 0 } })),
		        DEAD);
		/* x32 */
		assert_int_equal(end_of(run(&p, &(struct seccomp_data){ 0x40000000,
		                                        SCMP_ARCH_X86_64, 0, { 0 } })),
		        DEAD);
	}
}

/* The kernel takes 32 bits of an int, so the other 32 must not make a refused value another one. */
static void the_upper_half_of_an_argument_opens_nothing(void **state)
{
	static const struct attempt tries[] = {
		{ "socket", { HIGH | AF_PACKET, SOCK_RAW }, "ggggf" },
		{ "fcntl", { 3, HIGH | F_SETOWN, 1 }, "ggggk" },
		{ "clone", { HIGH | CLONE_NEWUSER | SIGCHLD }, "ggggp" },
		{ "mmap", { 0, 4096, HIGH | PROT_EXEC }, "ggggk" },
	};

	(void)state;
	try_each(&machines[0], tries, COUNT(tries));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_can_do_its_work_and_no_more_on_each_machine),
		cmocka_unit_test(a_program_of_another_machine_is_killed),
		cmocka_unit_test(the_upper_half_of_an_argument_opens_nothing),
	};
	return cmocka_run_group_tests_name("seccomp on other machines", tests, NULL, NULL);
}

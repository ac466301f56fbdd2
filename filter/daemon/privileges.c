/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/privileges.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of this process. Those that it may keep are in the first word. */
struct capabilities {
	struct __user_cap_header_struct header;
	struct __user_cap_data_struct words[_LINUX_CAPABILITY_U32S_3];
};

static int capabilities_get(struct capabilities *c)
{
	*c = (struct capabilities){ .header = { .version = _LINUX_CAPABILITY_VERSION_3 } };
	return syscall(SYS_capget, &c->header, c->words) == 0 ? 0 : -errno;
}

static bool has_exactly(const struct capabilities *c, uint32_t set)
{
	return c->words[0].permitted == set && c->words[0].effective == set &&
	       c->words[1].permitted == 0;
}

static int capabilities_set(uint32_t set, uint32_t inheritable)
{
	struct capabilities c = { .header = { .version = _LINUX_CAPABILITY_VERSION_3 } };

	c.words[0] = (struct __user_cap_data_struct){
		.effective = set, .permitted = set, .inheritable = inheritable
	};
	return syscall(SYS_capset, &c.header, c.words) == 0 ? 0 : -errno;
}

bool privileges_suffice(void)
{
	struct capabilities c;

	return capabilities_get(&c) == 0 && (c.words[0].effective & PRIVILEGES_NET_ADMIN);
}

bool privileges_hold(uint32_t set)
{
	struct capabilities c;

	return capabilities_get(&c) == 0 && (c.words[0].permitted & set) == set;
}

void privileges_bound(uint32_t set)
{
	for (unsigned long i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++) {
		if (i >= 32 || !(set & UINT32_C(1) << i))
			prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
	}
}

int privileges_keep(uint32_t set)
{
	struct capabilities c;
	int error = capabilities_get(&c);

	if (error)
		return error;
	set &= c.words[0].permitted;
	if (!(set & PRIVILEGES_NET_ADMIN))
		return -EPERM;
	/* a service may have nothing more, and may be forbidden capset() */
	if (has_exactly(&c, set) && c.words[0].inheritable == set)
		return 0;
	return capabilities_set(set, set);
}

static int close_to_others(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	                       prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0
	               ? -errno
	               : 0;
}

int privileges_lend(void)
{
	struct capabilities c;
	int error = close_to_others();

	if (!error)
		error = capabilities_get(&c);
	for (unsigned long i = 0; i < 32 && !error; i++) {
		bool is_kept = c.words[0].permitted & UINT32_C(1) << i;
		if (is_kept && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0) != 0)
			error = -errno;
	}
	return error;
}

int privileges_drop(void)
{
	struct capabilities c;
	int error = close_to_others();

	if (!error && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
		error = -errno;
	if (!error)
		error = capabilities_set(PRIVILEGES_NET_ADMIN, 0);
	/* if capset() is forbidden: a program gains nothing by inheritable capabilities alone */
	if (error == -EPERM && capabilities_get(&c) == 0 && has_exactly(&c, PRIVILEGES_NET_ADMIN))
		error = 0;
	return error;
}

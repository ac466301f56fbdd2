/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Preloaded, it sets the wall clock of a program ahead by the seconds in a file
 * (lab/jump_clock.py), while the program runs. Unlike libfaketime it needs no memory, so it works
 * in programs whose allocator asks for the time as they start. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SINCE_1970_S 1000000000 /* no monotonic clock has come this far */

static const volatile int64_t *shared_s;

__attribute__((constructor)) static void map_clock(void)
{
	const char *path = getenv("LAB_JUMP_CLOCK");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	void *page = mmap(NULL, sizeof(*shared_s), PROT_READ, MAP_SHARED, fd, 0);
	if (page != MAP_FAILED)
		shared_s = page;
	close(fd);
}

static int64_t ahead_s(void)
{
	if (!shared_s)
		map_clock();
	return shared_s ? *shared_s : 0;
}

int clock_gettime(clockid_t id, struct timespec *at)
{
	long result = syscall(SYS_clock_gettime, id, at);

	if (result == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
		at->tv_sec += ahead_s();
	return (int)result;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone)
{
	struct timespec now;
	(void)zone;

	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return -1;
	*at = (struct timeval){ now.tv_sec, now.tv_nsec / 1000 };
	return 0;
}

time_t time(time_t *at)
{
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return -1;
	if (at)
		*at = now.tv_sec;
	return now.tv_sec;
}

/* The kernel would write its own time beside each packet, and PowerDNS Recursor would drop the
 * packet as too old. */
int setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	if (level == SOL_SOCKET && name == SO_TIMESTAMP)
		return 0;
	return (int)syscall(SYS_setsockopt, fd, level, name, value, len);
}

/* The kernel's clock is not ahead, so it must not be told the time of ours. */
int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
        const struct timespec *restrict until)
{
	typedef int timedwait(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
	struct timespec real = *until;
	timedwait *next = (timedwait *)dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");

	if (!next)
		next = (timedwait *)dlsym(RTLD_NEXT, "pthread_cond_timedwait");
	if (!next)
		return EINVAL;
	if (real.tv_sec > SINCE_1970_S)
		real.tv_sec -= ahead_s();
	return next(cond, mutex, &real);
}

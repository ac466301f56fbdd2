/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions of glibc that Debian's libmnl and libnetfilter_queue use and musl does not have. musl's
 * loader gives its own libc for their libc.so.6; with these few functions they run on it. Only
 * tests/musl/run links this file. */
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

int __fprintf_chk(FILE *out, int flag, const char *format, ...);
int __printf_chk(int flag, const char *format, ...);
int __snprintf_chk(char *text, size_t size, int flag, size_t room, const char *format, ...);
const unsigned short **__ctype_b_loc(void);

int __fprintf_chk(FILE *out, int flag, const char *format, ...)
{
	va_list args;

	(void)flag;
	va_start(args, format);
	int written = vfprintf(out, format, args);
	va_end(args);
	return written;
}

int __printf_chk(int flag, const char *format, ...)
{
	va_list args;

	(void)flag;
	va_start(args, format);
	int written = vprintf(format, args);
	va_end(args);
	return written;
}

int __snprintf_chk(char *text, size_t size, int flag, size_t room, const char *format, ...)
{
	va_list args;

	(void)flag;
	va_start(args, format);
	int written = vsnprintf(text, size < room ? size : room, format, args);
	va_end(args);
	return written;
}

/* libmnl asks whether an octet can be printed, in a function that sealgate does not call. */
const unsigned short **__ctype_b_loc(void)
{
	static const unsigned short none[384];
	static const unsigned short *table = none + 128;

	return &table;
}

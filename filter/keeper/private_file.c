/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/private_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

/* Returns why an open file may not hold a private key, or NULL. */
static const char *private_file_fault(int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return "not a regular file";
	if (st.st_uid != geteuid() && geteuid() != 0)
		return "belongs to another user than the keeper";
	if (st.st_mode & (S_IRWXG | S_IRWXO))
		return "others than the keeper's user may use this private key: run `chmod 600` on "
		       "it";
	return NULL;
}

/* The open file is looked at, and read: the path may lead to another file a moment later. */
char *private_file_read(const char *path, size_t most, const char **fault)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int error = errno;

	*fault = fd >= 0          ? private_file_fault(fd)
	         : error == ELOOP ? "not a regular file"
	                          : file_why(path, error);
	if (fd >= 0 && *fault)
		close(fd);
	if (*fault)
		return NULL;
	char *text = file_read_from(fd, most);
	if (!text)
		*fault = file_why(path, errno);
	return text;
}

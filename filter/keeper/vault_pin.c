/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/vault_pin.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

#define FILE_PREFIX       "file:"
#define CREDENTIAL_PREFIX "credential:"

static bool begins_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

void vault_pin_wipe(struct vault_pin *pin)
{
	explicit_bzero(pin, sizeof(*pin));
}

static bool credential_path(char path[static PATH_MAX], const char *name, struct complaint *why)
{
	const char *directory = getenv("CREDENTIALS_DIRECTORY");

	if (!directory)
		complaint_set(why,
		        "the PIN is to be the credential \"%s\", and there are none: "
		        "$CREDENTIALS_DIRECTORY is not set; the unit needs "
		        "LoadCredential=%s:/path/to/the/file",
		        name, name);
	else if (name[0] == '\0' || strchr(name, '/') ||
	         snprintf(path, PATH_MAX, "%s/%s", directory, name) >= PATH_MAX)
		complaint_set(why, "the PIN: \"%s\" is no name of a credential", name);
	else
		return true;
	return false;
}

/* Returns why the file may not hold a PIN, or NULL. */
static const char *file_fault(int fd, bool is_credential)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return "not a regular file";
	if (is_credential) /* an access list of systemd shows as rights of the group */
		return NULL;
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return "belongs to another user: whoever owns the file knows the PIN";
	if (st.st_mode & (S_IRWXG | S_IRWXO))
		return "others than its owner may use this file: run `chmod 600` on it";
	return NULL;
}

/* No stream: its buffer would keep a copy. */
static const char *read_pin_octets(struct vault_pin *pin, int fd)
{
	uint8_t octets[VAULT_PIN_OCTETS + 3];
	ssize_t len = read(fd, octets, sizeof(octets));
	const char *fault = NULL;

	if (len > 0 && octets[len - 1] == '\n')
		len--;
	if (len > 0 && octets[len - 1] == '\r')
		len--;
	if (len < 0)
		fault = strerror(errno);
	else if (len == 0)
		fault = "empty; the PIN must be its first line";
	else if (len > VAULT_PIN_OCTETS || memchr(octets, '\n', (size_t)len))
		fault = "longer than a PIN, or has more than one line";
	else
		memcpy(pin->octets, octets, (size_t)len);
	pin->len = fault ? 0 : (size_t)len;
	explicit_bzero(octets, sizeof(octets));
	return fault;
}

bool vault_pin_read(struct vault_pin *pin, const char *source, struct complaint *why)
{
	bool is_credential = begins_with(source, CREDENTIAL_PREFIX);
	char path[PATH_MAX] = "";

	pin->len = 0;
	if (source[0] == '\0')
		return true;
	if (is_credential) {
		if (!credential_path(path, source + strlen(CREDENTIAL_PREFIX), why))
			return false;
	} else {
		source += begins_with(source, FILE_PREFIX) ? strlen(FILE_PREFIX) : 0;
		snprintf(path, sizeof(path), "%s", source);
	}
	if (path[0] != '/') {
		complaint_set(why,
		        "the PIN: \"%s\" is no source; write file:/path or credential:NAME",
		        source);
		return false;
	}
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	const char *fault = fd < 0 ? file_why(path, errno) : file_fault(fd, is_credential);
	if (!fault)
		fault = read_pin_octets(pin, fd);
	if (fault)
		complaint_set(why, "the PIN: %s: %s", path, fault);
	if (fd >= 0)
		close(fd);
	return !fault;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netfilter/shortcut_rules.h"

#include <dirent.h>
#include <errno.h>
#include <linux/if_arp.h>
#include <mntent.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/complaint.h"
#include "base/file.h"
#include "netfilter/backend.h"
#include "netfilter/service_user.h"
#include "netfilter/shortcut_load.h"
#include "queue/shortcut.h"

#define BPF_FILE_SYSTEM 0xcafe4a11 /* of statfs(2) */

#define MOUNT "sealgate" /* the source of our mount in /proc/self/mounts */

/* The preference of our filter among the filters of an interface. */
#define PREFERENCE "5300"

#define PINS "shortcut_" /* the names of our pins begin so */

/* Notes, with the index of an interface: the program is attached to it; we made its qdisc. (Names
 * of interfaces may have dots, which a BPF file system does not allow.) */
#define ATTACHED "attached-"
#define MADE     "qdisc-"

/* ---- The directory ---- */

static bool is_on_bpf(const char *directory)
{
	struct statfs s;
	return statfs(directory, &s) == 0 && (unsigned long)s.f_type == BPF_FILE_SYSTEM;
}

/* Every user may look into the directory, but only the owner may use the pins. The BPF file system
 * that systemd mounts is for root only: a service that runs as another user would find nothing
 * there. */
static int make_bpf_directory(const char *directory, struct complaint *why)
{
	int error = file_make_directory(directory, 0755);

	if (!error && !is_on_bpf(directory) &&
	        mount(MOUNT, directory, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0755") < 0)
		error = -errno;
	if (error)
		complaint_set(why, "cannot make a BPF file system at %s: %s", directory,
		        strerror(-error));
	return error;
}

static bool is_our_mount(const char *directory)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	bool is = false;

	for (struct mntent *m; mounts && (m = getmntent(mounts)) != NULL;)
		is = is ||
		     (strcmp(m->mnt_fsname, MOUNT) == 0 && strcmp(m->mnt_dir, directory) == 0);
	if (mounts)
		endmntent(mounts);
	return is;
}

/* Unmounts only our own mount. rmdir() fails if the directory has other files. */
static void remove_bpf_directory(const char *directory)
{
	if (is_our_mount(directory))
		umount(directory);
	rmdir(directory);
}

/* Gives the pinned maps to the user of sealgate. */
static int give_to_owner(const struct config *c, struct complaint *why)
{
	static const char *const names[] = { SHORTCUT_STATE, SHORTCUT_RING, SHORTCUT_SERVERS };
	char path[SHORTCUT_PATH_MAX];
	uint32_t user = service_user(c);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		shortcut_pin(c->shortcut_directory, names[i], path);
		if (chown(path, user, (gid_t)-1) < 0 || chmod(path, 0600) < 0) {
			int error = errno;
			complaint_set(why, "%s: %s", path, strerror(error));
			return -error;
		}
	}
	return 0;
}

/* ---- Notes ---- */

static const char *note_path(const struct config *c, const char *kind, unsigned index,
        char path[static SHORTCUT_PATH_MAX])
{
	snprintf(path, SHORTCUT_PATH_MAX, "%s/%s%u", c->shortcut_directory, kind, index);
	return path;
}

static int note_write(const struct config *c, const char *kind, unsigned index)
{
	char path[SHORTCUT_PATH_MAX];
	return mkdir(note_path(c, kind, index, path), 0755) < 0 && errno != EEXIST ? -errno : 0;
}

static bool note_remove(const struct config *c, const char *kind, unsigned index)
{
	char path[SHORTCUT_PATH_MAX];
	return rmdir(note_path(c, kind, index, path)) == 0;
}

/* ---- Interfaces ---- */

/* The program can only read packets that begin with an Ethernet header. */
static bool is_ethernet(const char *interface)
{
	struct ifreq request = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(request.ifr_name, interface, strnlen(interface, sizeof(request.ifr_name) - 1));
	bool is = fd >= 0 && ioctl(fd, SIOCGIFHWADDR, &request) == 0 &&
	          request.ifr_hwaddr.sa_family == ARPHRD_ETHER;
	if (fd >= 0)
		close(fd);
	return is;
}

static int make_qdisc(const struct config *c, const char *interface, unsigned index)
{
	const char *const add[] = { "tc", "qdisc", "add", "dev", interface, "clsact", NULL };
	struct complaint why;

	/* only a qdisc that we made may be removed later: another one may have filters of others */
	return backend_do(add, &why) == 0 ? note_write(c, MADE, index) : 0;
}

static int attach_program(const struct config *c, const char *interface, struct complaint *why)
{
	char pin[SHORTCUT_PATH_MAX];
	const char *const replace[] = { "tc", "filter", "replace", "dev", interface, "ingress",
		"protocol", "all", "pref", PREFERENCE, "handle", "1", "bpf", "direct-action",
		"object-pinned", shortcut_pin(c->shortcut_directory, SHORTCUT_PROGRAM, pin), NULL };
	unsigned index = if_nametoindex(interface);

	if (index == 0) {
		complaint_set(why, "interface %s does not exist", interface);
		return -ENODEV;
	}
	if (!is_ethernet(interface)) {
		complaint_set(why, "%s is not an Ethernet interface", interface);
		return -EOPNOTSUPP;
	}
	int error = make_qdisc(c, interface, index);
	if (!error)
		error = note_write(c, ATTACHED, index);
	if (error)
		complaint_set(why, "%s: %s", c->shortcut_directory, strerror(-error));
	return error ? error : backend_do(replace, why);
}

static bool has_filters(const char *interface, const char *where)
{
	const char *const show[] = { "tc", "filter", "show", "dev", interface, where, NULL };
	struct complaint why;
	struct process p;

	if (backend_run(&p, show, NULL, &why) != 0)
		return true;
	bool has = p.out[0] != '\0';
	process_fini(&p);
	return has;
}

static int detach_program(const struct config *c, unsigned index, struct complaint *why)
{
	char interface[IF_NAMESIZE];
	const char *const delete[] = { "tc", "filter", "del", "dev", interface, "ingress", "pref",
		PREFERENCE, NULL };
	const char *const delete_qdisc[] = { "tc", "qdisc", "del", "dev", interface, "clsact",
		NULL };

	bool is_there = if_indextoname(index, interface) != NULL;
	int error = is_there ? backend_do(delete, why) : 0;
	if (note_remove(c, MADE, index) && is_there && !has_filters(interface, "ingress") &&
	        !has_filters(interface, "egress"))
		error = backend_do(delete_qdisc, why);
	note_remove(c, ATTACHED, index);
	return error;
}

static bool is_shortcut_interface(const struct config *c, unsigned index)
{
	for (unsigned i = 0; i < c->shortcut_interfaces.count; i++) {
		if (if_nametoindex(c->shortcut_interfaces.names[i]) == index)
			return true;
	}
	return false;
}

/* Detaches the program from interfaces that the configuration does not name, or from all. */
static int detach_others(const struct config *c, bool all, struct complaint *why)
{
	DIR *directory = opendir(c->shortcut_directory);
	unsigned index;
	int first_error = 0;

	for (struct dirent *entry; directory && (entry = readdir(directory)) != NULL;) {
		if (sscanf(entry->d_name, ATTACHED "%u", &index) != 1 ||
		        (!all && is_shortcut_interface(c, index)))
			continue;
		int error = detach_program(c, index, why);
		first_error = first_error ? first_error : error;
	}
	if (directory)
		closedir(directory);
	return first_error;
}

/* ---- */

int shortcut_rules_apply(const struct config *c, struct complaint *why)
{
	const struct config_interfaces *interfaces = &c->shortcut_interfaces;
	struct complaint why_not_removed;
	bool found;

	int error = make_bpf_directory(c->shortcut_directory, why);
	if (!error)
		error = shortcut_load(
		        c->shortcut_directory, UINT32_C(1) << c->shortcut_mark_bit, why);
	if (!error)
		error = give_to_owner(c, why);
	for (unsigned i = 0; !error && i < interfaces->count; i++)
		error = attach_program(c, interfaces->names[i], why);
	if (!error)
		error = detach_others(c, false, why);
	if (error)
		shortcut_rules_remove(c, &found, &why_not_removed);
	return error;
}

static void remove_pins(const char *path)
{
	DIR *directory = opendir(path);
	char pin[SHORTCUT_PATH_MAX + 256];

	for (struct dirent *entry; directory && (entry = readdir(directory)) != NULL;) {
		snprintf(pin, sizeof(pin), "%s/%s", path, entry->d_name);
		if (strncmp(entry->d_name, PINS, strlen(PINS)) == 0)
			unlink(pin);
	}
	if (directory)
		closedir(directory);
}

int shortcut_rules_remove(const struct config *c, bool *found, struct complaint *why)
{
	*found = is_on_bpf(c->shortcut_directory);
	if (!*found)
		return 0;
	int error = detach_others(c, true, why);
	if (!error) {
		remove_pins(c->shortcut_directory);
		remove_bpf_directory(c->shortcut_directory);
	}
	return error;
}

static bool is_attached(const char *interface)
{
	const char *const show[] = { "tc", "filter", "show", "dev", interface, "ingress", "pref",
		PREFERENCE, NULL };
	struct complaint why;
	struct process p;

	if (backend_run(&p, show, NULL, &why) != 0)
		return false;
	bool is = strstr(p.out, SHORTCUT_PROGRAM) != NULL;
	process_fini(&p);
	return is;
}

bool shortcut_rules_are_attached(const struct config *c)
{
	for (unsigned i = 0; i < c->shortcut_interfaces.count; i++) {
		if (!is_attached(c->shortcut_interfaces.names[i]))
			return false;
	}
	return true;
}

bool shortcut_rules_show(const struct config *c, FILE *out)
{
	DIR *directory = is_on_bpf(c->shortcut_directory) ? opendir(c->shortcut_directory) : NULL;
	char interface[IF_NAMESIZE];
	unsigned index, count = 0;

	for (struct dirent *entry; directory && (entry = readdir(directory)) != NULL;) {
		if (sscanf(entry->d_name, ATTACHED "%u", &index) != 1 ||
		        !if_indextoname(index, interface))
			continue;
		fprintf(out, "%s%s", count++ ? " " : "# shortcut, on ", interface);
	}
	if (directory)
		closedir(directory);
	if (count)
		fputc('\n', out);
	return count > 0;
}

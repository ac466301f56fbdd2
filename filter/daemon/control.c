/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/control.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/complaint.h"
#include "base/file.h"
#include "base/sockaddr.h"
#include "daemon/control_client.h"
#include "daemon/control_peer.h"

#define BACKLOG 4

#define NUMBER_MAX 20 /* digits, with a sign */

/* Octets of JSON. A row has two names at most, and what follows the rows is short. */
#define ROW_MAX 4096

/* The main thread waits this long for a request, and for a reader less: a reader must not be able
 * to keep it from its other work. `sealgate ctl` sends the request at once. */
#define WAIT_MS       500
#define READER_MS     20
#define SHORT_REST_MS 50

struct control {
	int fd;
	const char *path;
	const struct control_command *commands;
	void *context;
	gid_t group; /* of readers; or CONTROL_NO_GROUP */
};

bool control_is_built(void)
{
	return true;
}

/* Removes a socket, and nothing else: a file that the configuration names by mistake stays. The
 * user of the daemon may own the directory, so no symbolic link is followed there. */
static int remove_socket(const char *path)
{
	const char *slash = strrchr(path, '/');
	char parent[sizeof(((struct sockaddr_un *)0)->sun_path)];
	struct stat st;
	int error = 0;

	if (!slash || (size_t)(slash - path) >= sizeof(parent))
		return -EINVAL;
	memcpy(parent, path, (size_t)(slash - path));
	parent[slash - path] = '\0';
	int fd = open(parent[0] ? parent : "/", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstatat(fd, slash + 1, &st, AT_SYMLINK_NOFOLLOW) < 0)
		error = -errno;
	else if (!S_ISSOCK(st.st_mode))
		error = -ENOTSOCK;
	else if (unlinkat(fd, slash + 1, 0) < 0)
		error = -errno;
	close(fd);
	return error;
}

/* Removes the socket of a daemon that was killed: nothing listens on it. */
static int remove_stale(const char *path)
{
	int fd = control_client_connect(path);

	if (fd >= 0) {
		close(fd);
		return -EADDRINUSE;
	}
	if (fd == -ENOENT)
		return 0;
	if (fd != -ECONNREFUSED)
		return fd;
	return remove_socket(path);
}

void control_remove_stale(const char *path)
{
	(void)remove_stale(path);
}

/* Sets the umask, so that the socket has mode 0600 from its first moment. */
static int control_listen(int fd, const char *path)
{
	struct sockaddr_un address = control_client_address(path);
	mode_t mask = umask(0177);
	int error = bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;

	umask(mask);
	if (!error && listen(fd, BACKLOG) < 0)
		error = -errno;
	return error;
}

struct control *control_open(const char *path, const struct control_command *commands,
        void *context, struct complaint *error)
{
	struct control *c = calloc(1, sizeof(*c));
	int result = -ENOMEM;

	if (c) {
		*c = (struct control){ -1, path, commands, context, CONTROL_NO_GROUP };
		file_make_parent(path); /* if this fails, bind() says why */
		result = remove_stale(path);
	}
	if (result == 0) {
		c->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		result = c->fd < 0 ? -errno : control_listen(c->fd, path);
	}
	if (result == 0)
		return c;
	complaint_set(error, "%s: %s", path,
	        result == -EADDRINUSE ? "another sealgate is running and listens there"
	                              : strerror(-result));
	if (c && c->fd >= 0)
		close(c->fd);
	free(c);
	return NULL;
}

int control_admit(struct control *c, const char *group, const char *key, struct complaint *error)
{
	const struct group *found = group[0] ? getgrnam(group) : NULL;
	int result = found ? control_peer_admit(c->path, found->gr_gid) : 0;

	if (result)
		complaint_set(error,
		        "%s: members of the group %s cannot use it (%s): make the user of the "
		        "daemon a member of the group, or set %s",
		        c->path, group, strerror(-result), key);
	else if (found)
		c->group = found->gr_gid;
	return result;
}

int control_fd(const struct control *c)
{
	return c->fd;
}

/* Once: afterwards the path may be another process's. */
static void leave_path(struct control *c)
{
	if (c->path)
		unlink(c->path);
	c->path = NULL;
}

void control_close(struct control *c)
{
	if (!c)
		return;
	leave_path(c);
	close(c->fd);
	free(c);
}

static void control_refuse(struct control_reply *reply, const char *what, const char *more)
{
	reply->code = CONTROL_USAGE;
	complaint_set(&reply->error, "%s%s", what, more);
}

/* Returns how many words of a request make up the name of the command; 0 if it is another
 * command. */
static unsigned name_words(const struct control_command *command, char *const words[])
{
	const char *space = strchr(command->name, ' ');
	size_t len = space ? (size_t)(space - command->name) : strlen(command->name);

	if (strncmp(words[0], command->name, len) != 0 || words[0][len] != '\0')
		return 0;
	if (!space)
		return 1;
	return words[1] && strcmp(words[1], space + 1) == 0 ? 2 : 0;
}

static bool may_run(const struct control_command *command, enum control_right right)
{
	return right == CONTROL_MAY_CHANGE || (right == CONTROL_MAY_READ && command->only_reads);
}

static void control_deny(struct control_reply *reply, const struct control_command *command)
{
	reply->code = CONTROL_NO;
	complaint_set(&reply->error, CONTROL_DENIED "use \"%s\"", CONTROL_OWNER, command->name);
}

static void control_run(const struct control *c, char *request, enum control_right right,
        struct control_reply *reply)
{
	char *words[CONTROL_WORDS_MAX + 1] = { NULL }, *rest = NULL;
	const struct control_command *command = c->commands;
	unsigned count = 0, named = 0;

	for (char *word = strtok_r(request, " ", &rest); word && count < CONTROL_WORDS_MAX;
	        word = strtok_r(NULL, " ", &rest))
		words[count++] = word;
	while (count > 0 && command->name && !(named = name_words(command, words)))
		command++;
	if (count == 0)
		control_refuse(reply, "the request has no command", "");
	else if (!command->name)
		control_refuse(reply, "the daemon has no such command: ", words[0]);
	else if (count - named < command->least || count - named > command->most)
		control_refuse(reply, "wrong number of arguments; expected: ",
		        command->most ? command->arguments : "none");
	else if (!may_run(command, right))
		control_deny(reply, command);
	else
		command->run(c->context, words + named, reply);
}

/* `text_max` is the length of the longest value, in octets of JSON. */
static void add_value(struct control_reply *reply, const char *key, json_t *value, size_t text_max)
{
	reply->size += strlen(key) + text_max + strlen("\"\":,");
	json_object_set_new(reply->row ? reply->row : reply->values, key, value);
}

void control_add_text(struct control_reply *reply, const char *key, const char *text)
{
	size_t size = strlen("\"\"");

	for (const char *at = text; *at; at++) /* as JSON escapes it */
		size += *at == '"' || *at == '\\' ? 2 : *at < ' ' || *at > '~' ? 6 : 1;
	add_value(reply, key, json_string(text), size);
}

void control_add_number(struct control_reply *reply, const char *key, int64_t number)
{
	add_value(reply, key, json_integer(number), NUMBER_MAX);
}

void control_add_flag(struct control_reply *reply, const char *key, bool flag)
{
	add_value(reply, key, json_boolean(flag), strlen("false"));
}

void control_begin_rows(struct control_reply *reply, const char *key)
{
	reply->rows = json_array();
	add_value(reply, key, reply->rows, 2);
}

bool control_begin_row(struct control_reply *reply)
{
	if (reply->size + ROW_MAX > CONTROL_REPLY_MAX)
		return false;
	reply->row = json_object();
	reply->size += strlen("{},");
	json_array_append_new(reply->rows, reply->row);
	return true;
}

void control_end_rows(struct control_reply *reply)
{
	reply->rows = reply->row = NULL;
}

static void control_send_reply(int fd, struct control_reply *reply)
{
	json_t *all = json_object();
	char *text = NULL;

	json_object_set_new(all, "code", json_integer(reply->code));
	if (reply->code != CONTROL_FINE && reply->code != CONTROL_UNPROTECTED)
		json_object_set_new(all, "error", json_string(reply->error.text));
	else
		json_object_set(all, "values", reply->values);
	text = json_dumps(all, JSON_COMPACT);
	if (text && strlen(text) < CONTROL_REPLY_MAX)
		(void)!send(fd, text, strlen(text), MSG_NOSIGNAL); /* the client may be gone */
	free(text);
	json_decref(all);
}

static void set_timeouts(int fd, enum control_right right)
{
	const struct timeval wait = {
		.tv_usec = (right == CONTROL_MAY_CHANGE ? WAIT_MS : READER_MS) * 1000
	};

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
}

void control_serve(struct control *c)
{
	char request[CONTROL_REQUEST_MAX + 1];
	int fd = accept4(c->fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0) {
		/* too few descriptors: the socket stays ready, and must not keep the thread busy */
		usleep(SHORT_REST_MS * 1000);
		return;
	}
	enum control_right right = control_peer_right(fd, c->group);
	set_timeouts(fd, right);
	ssize_t len = recv(fd, request, CONTROL_REQUEST_MAX, 0);
	if (len > 0) {
		struct control_reply reply = { .values = json_object() };
		request[len] = '\0';
		control_run(c, request, right, &reply);
		if (reply.then)
			leave_path(c);
		control_send_reply(fd, &reply);
		if (reply.then)
			reply.then(c->context, fd);
		json_decref(reply.values);
	}
	close(fd);
}

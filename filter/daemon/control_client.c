/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/control_client.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/sockaddr.h"

struct control_answer {
	json_t *json;
};

struct sockaddr_un control_client_address(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	strncpy(address.sun_path, path, SOCKET_PATH_MAX);
	return address;
}

/* Also for the connection: others may have filled the queue of connections. */
static void set_time_limit(int fd, unsigned wait_s)
{
	const struct timeval limit = { .tv_sec = (time_t)wait_s };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

int control_client_connect(const char *path)
{
	struct sockaddr_un address = control_client_address(path);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	set_time_limit(fd, CONTROL_WAIT_S);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		int error = errno == EAGAIN ? -ETIMEDOUT : -errno;
		close(fd);
		return error;
	}
	return fd;
}

int control_client_peer(const char *path, uid_t user)
{
	struct ucred peer = { 0 };
	socklen_t size = sizeof(peer);
	int fd = control_client_connect(path);

	if (fd < 0)
		return 0;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 ||
	        (peer.uid != 0 && peer.uid != geteuid() && peer.uid != user))
		peer.pid = 0;
	close(fd);
	return peer.pid;
}

static struct control_answer *answer_of(json_t *json)
{
	struct control_answer *answer = json ? malloc(sizeof(*answer)) : NULL;

	if (answer)
		answer->json = json;
	else
		json_decref(json);
	return answer;
}

int control_client_connect_to_root(const char *path)
{
	struct ucred peer = { 0 };
	socklen_t size = sizeof(peer);
	int fd = control_client_connect(path);

	if (fd < 0)
		return -1;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == 0)
		return fd;
	close(fd);
	return -1;
}

struct control_answer *control_ask_by(int fd, const char *request, int *error)
{
	char *reply = malloc(CONTROL_REPLY_MAX);
	json_t *json = NULL;
	ssize_t len = -1;

	*error = -EPROTO;
	if (reply && send(fd, request, strlen(request), MSG_NOSIGNAL) > 0)
		len = recv(fd, reply, CONTROL_REPLY_MAX, 0);
	if (len < 0 && errno == EAGAIN)
		*error = -ETIMEDOUT;
	if (len > 0)
		json = json_loadb(reply, (size_t)len, JSON_REJECT_DUPLICATES, NULL);
	free(reply);
	return answer_of(json);
}

struct control_answer *control_ask_on(const char *path, const char *request, int *fd, int *error)
{
	*fd = control_client_connect(path);
	if (*fd < 0) {
		*error = *fd;
		return NULL;
	}
	struct control_answer *answer = control_ask_by(*fd, request, error);
	if (!answer)
		close(*fd);
	return answer;
}

struct control_answer *control_ask(const char *path, const char *request, int *error)
{
	int fd;
	struct control_answer *answer = control_ask_on(path, request, &fd, error);

	if (answer)
		close(fd);
	return answer;
}

struct control_answer *control_ask_patiently(
        const char *path, const char *request, unsigned wait_s, int *error)
{
	struct control_answer *answer = NULL;
	int fd = control_client_connect(path);

	if (fd < 0) {
		*error = fd;
		return NULL;
	}
	set_time_limit(fd, wait_s);
	answer = control_ask_by(fd, request, error);
	close(fd);
	return answer;
}

struct control_answer *control_answer_read(const char *text, size_t len)
{
	return answer_of(json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL));
}

void control_answer_free(struct control_answer *answer)
{
	if (answer)
		json_decref(answer->json);
	free(answer);
}

/* A daemon of another version may send any code. */
enum control_code control_answer_code(const struct control_answer *answer)
{
	json_int_t code = json_integer_value(json_object_get(answer->json, "code"));

	switch (code) {
	case CONTROL_FINE:
	case CONTROL_USAGE:
	case CONTROL_LATER:
	case CONTROL_UNPROTECTED:
		return (enum control_code)code;
	default:
		return CONTROL_NO;
	}
}

const char *control_answer_error(const struct control_answer *answer)
{
	return json_string_value(json_object_get(answer->json, "error"));
}

long control_answer_number(const struct control_answer *answer, const char *key)
{
	json_t *values = json_object_get(answer->json, "values");

	return (long)json_integer_value(json_object_get(values, key));
}

void control_answer_join(struct control_answer *answer, const struct control_answer *rest)
{
	json_t *values = json_object_get(answer->json, "values"), *list;
	json_t *others = json_object_get(rest->json, "values");
	json_t *more = json_object_get(others, "more");
	const char *key;

	json_object_foreach(values, key, list)
	{
		if (json_is_array(list))
			json_array_extend(list, json_object_get(others, key));
	}
	if (more)
		json_object_set(values, "more", more);
	else
		json_object_del(values, "more");
}

void control_answer_append(struct control_answer *answer, const struct control_answer *other)
{
	json_object_update_missing(
	        json_object_get(answer->json, "values"), json_object_get(other->json, "values"));
}

void control_answer_append_text(struct control_answer *answer, const char *key, const char *text)
{
	json_object_set_new(json_object_get(answer->json, "values"), key, json_string(text));
}

/* ---- Values and rows: objects of jansson, by another name ---- */

const struct control_row *control_answer_values(const struct control_answer *answer)
{
	return (const struct control_row *)json_object_get(answer->json, "values");
}

static json_t *row_value(const struct control_row *row, const char *key)
{
	return json_object_get((const json_t *)row, key);
}

unsigned control_row_count(const struct control_row *values, const char *list)
{
	return (unsigned)json_array_size(row_value(values, list));
}

const struct control_row *control_row_at(
        const struct control_row *values, const char *list, unsigned index)
{
	return (const struct control_row *)json_array_get(row_value(values, list), index);
}

const char *control_row_text(const struct control_row *row, const char *key)
{
	const char *text = json_string_value(row_value(row, key));

	return text ? text : "";
}

bool control_row_has(const struct control_row *row, const char *key)
{
	return row_value(row, key) != NULL;
}

int64_t control_row_number(const struct control_row *row, const char *key)
{
	return json_integer_value(row_value(row, key));
}

bool control_row_flag(const struct control_row *row, const char *key)
{
	return json_is_true(row_value(row, key));
}

static void write_pair(const char *key, json_t *value, char end, FILE *out)
{
	char *text = json_is_string(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY);

	fprintf(out, "%s=%s%c", key, text ? text : json_string_value(value), end);
	free(text);
}

/* name=www.example. type=A status=bogus */
static void write_row(json_t *row, FILE *out)
{
	const char *key;
	json_t *value;
	size_t left = json_object_size(row);

	json_object_foreach(row, key, value) write_pair(key, value, --left > 0 ? ' ' : '\n', out);
}

static void write_value(const char *key, json_t *value, FILE *out)
{
	json_t *row;
	size_t i;

	if (!json_is_array(value))
		write_pair(key, value, '\n', out);
	json_array_foreach(value, i, row) write_row(row, out);
}

void control_answer_write(const struct control_answer *answer, bool as_json, FILE *out)
{
	json_t *values = json_object_get(answer->json, "values"), *value;
	const char *key;

	if (as_json) {
		json_dumpf(values, out, JSON_INDENT(2));
		putc('\n', out);
		return;
	}
	json_object_foreach(values, key, value) write_value(key, value, out);
}

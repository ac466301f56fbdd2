/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replaces control_client.c in a build without jansson. */
#include "daemon/control_client.h"

#include <errno.h>

struct control_answer *control_ask(const char *path, const char *request, int *error)
{
	(void)path;
	(void)request;
	*error = -ENOSYS;
	return NULL;
}

struct control_answer *control_ask_on(const char *path, const char *request, int *fd, int *error)
{
	*fd = -1;
	return control_ask(path, request, error);
}

struct control_answer *control_ask_by(int fd, const char *request, int *error)
{
	(void)fd;
	return control_ask(NULL, request, error);
}

long control_answer_number(const struct control_answer *answer, const char *key)
{
	(void)answer;
	(void)key;
	return 0;
}

void control_answer_free(struct control_answer *answer)
{
	(void)answer;
}

enum control_code control_answer_code(const struct control_answer *answer)
{
	(void)answer;
	return CONTROL_NO;
}

const char *control_answer_error(const struct control_answer *answer)
{
	(void)answer;
	return NULL;
}

void control_answer_write(const struct control_answer *answer, bool as_json, FILE *out)
{
	(void)answer;
	(void)as_json;
	(void)out;
}

int control_client_connect_to_root(const char *path)
{
	(void)path;
	return -1;
}

int control_client_peer(const char *path, uid_t user)
{
	(void)user;
	(void)path;
	return 0;
}

struct control_answer *control_ask_patiently(
        const char *path, const char *request, unsigned wait_s, int *error)
{
	(void)wait_s;
	return control_ask(path, request, error);
}

struct control_answer *control_answer_read(const char *text, size_t len)
{
	(void)text;
	(void)len;
	return NULL;
}

void control_answer_join(struct control_answer *answer, const struct control_answer *rest)
{
	(void)answer;
	(void)rest;
}

void control_answer_append(struct control_answer *answer, const struct control_answer *other)
{
	(void)answer;
	(void)other;
}

void control_answer_append_text(struct control_answer *answer, const char *key, const char *text)
{
	(void)answer;
	(void)key;
	(void)text;
}

bool control_row_has(const struct control_row *row, const char *key)
{
	(void)row;
	(void)key;
	return false;
}

const struct control_row *control_answer_values(const struct control_answer *answer)
{
	(void)answer;
	return NULL;
}

unsigned control_row_count(const struct control_row *values, const char *list)
{
	(void)values;
	(void)list;
	return 0;
}

const struct control_row *control_row_at(
        const struct control_row *values, const char *list, unsigned index)
{
	(void)values;
	(void)list;
	(void)index;
	return NULL;
}

const char *control_row_text(const struct control_row *row, const char *key)
{
	(void)row;
	(void)key;
	return "";
}

int64_t control_row_number(const struct control_row *row, const char *key)
{
	(void)row;
	(void)key;
	return 0;
}

bool control_row_flag(const struct control_row *row, const char *key)
{
	(void)row;
	(void)key;
	return false;
}

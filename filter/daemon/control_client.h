/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The other end of the control socket (daemon/control.h): asks the daemon. */
#ifndef DAEMON_CONTROL_CLIENT_H
#define DAEMON_CONTROL_CLIENT_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>
#include <sys/un.h>

#include "daemon/control.h"

#define CONTROL_WAIT_S 5

struct control_answer;

/* Sends `request` to the daemon at `path` and waits for the reply, which the caller frees. Returns
 * NULL with -errno in `*error` if no daemon listens there, -ETIMEDOUT if the daemon says nothing
 * for CONTROL_WAIT_S, -EPROTO if the reply is no JSON. */
struct control_answer *control_ask(const char *path, const char *request, int *error);

/* Does the same, and waits longer: `wait_s`. */
struct control_answer *control_ask_patiently(
        const char *path, const char *request, unsigned wait_s, int *error);

/* Does the same as control_ask(), and leaves the connection open in `*fd`, for the caller to close,
 * if there is a reply. */
struct control_answer *control_ask_on(const char *path, const char *request, int *fd, int *error);

/* Does the same on the connection `fd`, which stays open. */
struct control_answer *control_ask_by(int fd, const char *request, int *error);

/* NULL is fine. */
void control_answer_free(struct control_answer *answer);

enum control_code control_answer_code(const struct control_answer *answer);

/* Returns the daemon's error, or NULL. Valid until control_answer_free(). */
const char *control_answer_error(const struct control_answer *answer);

/* Returns a value, or 0 if there is no such number. */
long control_answer_number(const struct control_answer *answer, const char *key);

/* Writes the values: a line `key=value` for each, and for each row of a list one line of such
 * pairs; or one JSON object. */
void control_answer_write(const struct control_answer *answer, bool as_json, FILE *out);

/* Makes an answer of the text of a reply; NULL if it is no JSON. */
struct control_answer *control_answer_read(const char *text, size_t len);

/* Takes the rest of an answer that had no room: appends the rows of each list of `rest`, which also
 * says whether there is "more". */
void control_answer_join(struct control_answer *answer, const struct control_answer *rest);

/* Appends the values of another answer, but for those that `answer` has already; or a value. */
void control_answer_append(struct control_answer *answer, const struct control_answer *other);
void control_answer_append_text(struct control_answer *answer, const char *key, const char *text);

/* The values of an answer, or a row of a list in them. It lives as long as the answer. */
struct control_row;
const struct control_row *control_answer_values(const struct control_answer *answer);
unsigned control_row_count(const struct control_row *values, const char *list);
const struct control_row *control_row_at(
        const struct control_row *values, const char *list, unsigned index);

/* True if the row has a value of this name. */
bool control_row_has(const struct control_row *row, const char *key);

/* Return a value; "", 0 or false if the row does not have it. */
const char *control_row_text(const struct control_row *row, const char *key);
int64_t control_row_number(const struct control_row *row, const char *key);
bool control_row_flag(const struct control_row *row, const char *key);

/* For control.c. Returns the address of the socket at `path`, and a socket that is connected
 * to it, or -errno. */
struct sockaddr_un control_client_address(const char *path);
int control_client_connect(const char *path);

/* Returns a connection to the process that listens at `path`, if it is one of root; otherwise
 * -1. */
int control_client_connect_to_root(const char *path);

/* Returns the id of the process that listens at `path`, or 0 if none does, or none of root, of our
 * own user or of `user`: another user must not be able to keep sealgate from starting. */
int control_client_peer(const char *path, uid_t user);

#endif

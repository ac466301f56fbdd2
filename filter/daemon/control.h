/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control socket, through which root controls the daemon, and a group may ask it. It is a UNIX socket of
 * the type SOCK_SEQPACKET, mode 0600, or 0660 for the group. A request is one packet of words with spaces in
 * between. The reply is one JSON object:
 *
 *     { "code": 0, "values": { "paused": true, "pause_left_s": 59 } }
 *     { "code": 2, "error": "pause SECONDS: from 1 to 86400" }
 *
 * `code` is what `sealgate ctl` exits with. */
#ifndef DAEMON_CONTROL_H
#define DAEMON_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/complaint.h"

#define CONTROL_REQUEST_MAX 512
#define CONTROL_WORDS_MAX   8
#define CONTROL_REPLY_MAX   65536

/* The words of a refusal, by the daemon or by a socket that lets nobody connect: who else may do
 * what. */
#define CONTROL_DENIED "permission denied: only root and %s may "
#define CONTROL_OWNER  "the user that the daemon runs as"

enum control_code {
	CONTROL_FINE = 0,
	CONTROL_NO = 1,
	CONTROL_USAGE = 2,
	CONTROL_LATER = 3, /* as CONTROL_NO, but it may be taken if it is given again in a moment */
	CONTROL_UNPROTECTED = 4, /* has values, as CONTROL_FINE: packets may pass unjudged */
};

/* The reply to a command: values, which control_add_...() add, or an error. */
struct control_reply {
	enum control_code code;
	/* Called after the reply is sent, with the connection to the client; or NULL. From then on
	 * no other client is served: the path of the socket is free for another process. */
	void (*then)(void *context, int fd);
	struct json_t *values;
	struct json_t *rows; /* of control_begin_rows() */
	struct json_t *row;  /* the one that gets values now, or NULL */
	size_t size;         /* octets of JSON so far, at least */
	struct complaint error;
};

struct control_command {
	const char *name;      /* one word, or two with a space between them */
	const char *arguments; /* as the usage shows them */
	unsigned least, most;  /* how many arguments there may be */
	/* `words` has the arguments, and NULL in place of each that was left out. */
	void (*run)(void *context, char *const words[], struct control_reply *reply);
	/* The command changes nothing and tells no secret, so the group may use it. False: only
	 * root and the user of the daemon. */
	bool only_reads;
};

struct control;

/* False if this build has no jansson: then control_open() fails, and nothing else is called. */
bool control_is_built(void);

/* Removes the socket at `path` if nothing listens on it. A daemon that runs as another user can
 * neither find that out nor remove it, so root calls this before it gives up its privileges.
 * control_open() tells failures. */
void control_remove_stale(const char *path);

/* Listens at `path`. Makes its directory if only that is missing, and replaces a socket that a
 * killed daemon left. The table ends with a name of NULL. Borrows all arguments. Returns NULL with
 * a complaint. Must be called while the process has one thread, because it changes the umask. */
struct control *control_open(const char *path, const struct control_command *commands,
        void *context, struct complaint *error);

/* Lets the members of the group of this name use the commands that only read. An empty name, and
 * one that no group has, lets nobody. `key` of the configuration names the group. Returns 0, or
 * -errno with a complaint. */
int control_admit(struct control *c, const char *group, const char *key, struct complaint *error);

/* Returns a descriptor that is readable when a client has connected; then call control_serve(). */
int control_fd(const struct control *c);

/* Accepts one client and answers its request. Waits at most half a second for the request. */
void control_serve(struct control *c);

/* Closes and removes the socket. NULL is fine. */
void control_close(struct control *c);

/* Add a list of rows to a reply: control_begin_rows() begins it, control_begin_row() a row, which
 * gets the values that are added until control_end_rows(). control_begin_row() returns false if the
 * reply has no room for another row. */
void control_begin_rows(struct control_reply *reply, const char *key);
bool control_begin_row(struct control_reply *reply);
void control_end_rows(struct control_reply *reply);

/* Add a value to a reply. `key` lives as long as the program; `text` is copied. */
void control_add_text(struct control_reply *reply, const char *key, const char *text);
void control_add_number(struct control_reply *reply, const char *key, int64_t number);
void control_add_flag(struct control_reply *reply, const char *key, bool flag);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control socket: root talks to the daemon. It is a UNIX socket of the kind SOCK_SEQPACKET,
 * mode 0600; a request is one packet of words with a space between, the reply one JSON object:
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

enum control_code { CONTROL_FINE = 0, CONTROL_NO = 1, CONTROL_USAGE = 2 };

/* The reply to a command: values, which control_add_...() add, or an error. */
struct control_reply {
	enum control_code code;
	struct json_t *values;
	struct complaint error;
};

struct control_command {
	const char *name, *arguments; /* for help */
	unsigned argument_count;
	/* `words` holds the arguments. */
	void (*run)(void *context, char *const words[], struct control_reply *reply);
};

struct control;

/* False if this build has no jansson: then control_open() fails, and nothing else is called. */
bool control_is_built(void);

/* Listens at `path`, whose directory is made if its own is there; a socket that a dead daemon left
 * is replaced. The table ends with a name of NULL. Borrows all of it. Returns NULL with a sentence
 * in `error`. To be called while the process has one thread. */
struct control *control_open(const char *path, const struct control_command *commands,
        void *context, struct complaint *error);

/* Readable when somebody wants something; then call control_serve(). */
int control_fd(const struct control *c);

/* Answers one request. Waits for it a short time at most. */
void control_serve(struct control *c);

/* Takes the socket away. NULL is fine. */
void control_close(struct control *c);

/* Add a value to a reply. `key` lives as long as the program; `text` is copied. */
void control_add_text(struct control_reply *reply, const char *key, const char *text);
void control_add_number(struct control_reply *reply, const char *key, int64_t number);
void control_add_flag(struct control_reply *reply, const char *key, bool flag);

#endif

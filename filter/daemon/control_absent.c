/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replaces control.c in a build without jansson. */
#include "daemon/control.h"

bool control_is_built(void)
{
	return false;
}

void control_remove_stale(const char *path)
{
	(void)path;
}

struct control *control_open(const char *path, const struct control_command *commands,
        void *context, struct complaint *why)
{
	(void)path;
	(void)commands;
	(void)context;
	complaint_set(why, "this sealgate was built without jansson");
	return NULL;
}

int control_admit(struct control *c, const char *group, const char *key, struct complaint *why)
{
	(void)c;
	(void)group;
	(void)key;
	(void)why;
	return 0;
}

int control_fd(const struct control *c)
{
	(void)c;
	return -1;
}

void control_serve(struct control *c)
{
	(void)c;
}

void control_close(struct control *c)
{
	(void)c;
}

void control_begin_rows(struct control_reply *reply, const char *key)
{
	(void)reply;
	(void)key;
}

bool control_begin_row(struct control_reply *reply)
{
	(void)reply;
	return false;
}

void control_end_rows(struct control_reply *reply)
{
	(void)reply;
}

void control_add_text(struct control_reply *reply, const char *key, const char *text)
{
	(void)reply;
	(void)key;
	(void)text;
}

void control_add_number(struct control_reply *reply, const char *key, int64_t number)
{
	(void)reply;
	(void)key;
	(void)number;
}

void control_add_flag(struct control_reply *reply, const char *key, bool flag)
{
	(void)reply;
	(void)key;
	(void)flag;
}

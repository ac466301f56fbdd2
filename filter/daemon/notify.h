/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells the service manager how we are, sd_notify(3). Where none started us it does nothing. */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

void notify_ready(void);
void notify_stopping(void);

/* One line for people. */
void notify_status(const char *text);

#endif

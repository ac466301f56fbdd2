/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS over TCP in monitor mode: the octets go on as they came, and messages are looked at. Private
 * to worker/. */
#ifndef WORKER_TCP_MONITOR_H
#define WORKER_TCP_MONITOR_H

#include "worker/tcp_validate.h"

/* The trade of a relay whose trader is a struct tcp_validator with a monitor. It sends nothing and
 * breaks no connection. */
extern const struct relay_trade tcp_monitor_trade;

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/obstacles.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/advice.h"
#include "base/complaint.h"
#include "base/log.h"
#include "daemon/control_client.h"
#include "daemon/privileges.h"
#include "netfilter/rules.h"
#include "netfilter/service_user.h"
#include "queue/nfqueue.h"

#define NAME_SIZE 17 /* of a process: TASK_COMM_LEN of the kernel, and a zero */

/* Reads the name of a process; "" if it cannot be seen. */
static void read_name(unsigned pid, char name[static NAME_SIZE])
{
	char path[64];

	name[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	FILE *f = fopen(path, "re");
	if (f && !fgets(name, NAME_SIZE, f))
		name[0] = '\0';
	if (f)
		fclose(f);
	name[strcspn(name, "\n")] = '\0';
}

/* The netlink port of a queue is mostly the id of its process; it is, if that process has a
 * name. */
static bool queue_is_held(unsigned number, struct complaint *why)
{
	struct nfqueue_state state;
	char name[NAME_SIZE], ours[NAME_SIZE];

	if (!nfqueue_read_state((uint16_t)number, &state))
		return false;
	read_name(state.holder, name);
	read_name((unsigned)getpid(), ours);
	if (name[0] && strcmp(name, ours) == 0)
		complaint_set(why,
		        "another sealgate runs already (pid %u) and holds queue %u: stop it, or "
		        "set `instance` or queue.first for this one (docs/instances.md)",
		        state.holder, number);
	else if (name[0])
		complaint_set(why,
		        "queue %u belongs to another program, %s (pid %u): stop it, or set "
		        "queue.first to other queues and run `sealgate rules apply%s`",
		        number, name, state.holder, advice_options());
	else
		complaint_set(why,
		        "queue %u belongs to another program: stop it, or set queue.first to other "
		        "queues and run `sealgate rules apply%s`",
		        number, advice_options());
	return true;
}

/* The sockets of the relay share their port (SO_REUSEPORT), so two sealgates would share the
 * connections of clients, too. A socket that does not share finds a listener, and none of the
 * connections that ended. */
static bool port_is_taken(const struct config *c, struct complaint *why)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)c->tcp_port),
		.sin_addr.s_addr = htonl(c->role == ROLE_BRIDGE ? INADDR_ANY : INADDR_LOOPBACK) };
	int fd = c->tcp == TCP_RELAY ? socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1, on = 1;

	if (fd < 0)
		return false;
	bool is_taken = setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	                bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 &&
	                errno == EADDRINUSE;
	close(fd);
	if (is_taken)
		complaint_set(why,
		        "another program, which may be a sealgate, listens on the TCP port %u of "
		        "this "
		        "machine: stop it, or set tcp_port and run `sealgate rules apply%s`",
		        c->tcp_port, advice_options());
	return is_taken;
}

/* Another user could make the control socket only in a directory of that user.
 * control_client_peer() does not count such a process, so nobody but root can keep sealgate from
 * starting. */
static bool other_daemon_runs(const struct config *c, struct complaint *why)
{
	int pid = control_is_built() ? control_client_peer(c->control_socket, service_user(c)) : 0;

	if (pid > 0)
		complaint_set(why,
		        "another sealgate runs already (pid %d); `sealgate run --replace%s` takes "
		        "over from it; a second one beside it needs a name of its own, `instance` "
		        "(docs/instances.md)",
		        pid, advice_options());
	if (pid > 0)
		return true;
	for (unsigned number = c->queue_first; number <= config_queue_last(c); number++) {
		if (queue_is_held(number, why))
			return true;
	}
	return port_is_taken(c, why) || !rules_fit_beside_others(c, why);
}

int obstacles_look(const struct config *c, bool takes_over)
{
	struct complaint why;

	if (!privileges_suffice()) {
		log_error(
		        "sealgate needs CAP_NET_ADMIN, to read packets from the kernel: run it as "
		        "root, or as the service does");
		return -EPERM;
	}
	if (takes_over || !other_daemon_runs(c, &why))
		return 0;
	log_error("%s", why.text);
	return -EADDRINUSE;
}

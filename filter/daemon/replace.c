/* SPDX-License-Identifier: GPL-2.0-or-later */
/* After the reply to the command, each descriptor is one packet with its name. The connection ends
 * after the last one. */
#include "daemon/replace.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/advice.h"
#include "base/log.h"
#include "daemon/control_client.h"
#include "daemon/service_workers.h"

#define COMMAND "replace"

/* Room for the control message of one descriptor. */
union one_descriptor {
	struct cmsghdr header;
	char octets[CMSG_SPACE(sizeof(int))];
};

static void send_one(void *context, const char *name, int fd)
{
	const int *to = context;
	union one_descriptor control = { 0 };
	struct iovec text = { (void *)(uintptr_t)name, strlen(name) };
	struct msghdr message = { .msg_iov = &text,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &fd, sizeof(int));
	if (sendmsg(*to, &message, MSG_NOSIGNAL) < 0)
		log_warning("cannot hand %s over: %s", name, strerror(errno));
}

void replace_hand_over(struct service *s, int fd)
{
	log_info("ending: another process takes over");
	service_stop_workers(s);
	service_each_descriptor(s, send_one, &fd);
}

/* Takes one packet. Returns 1; 0 after the last one, or a negative errno. */
static int take_one(int from, struct handover *h)
{
	char name[HANDOVER_NAME];
	union one_descriptor control = { 0 };
	struct iovec text = { name, sizeof(name) - 1 };
	struct msghdr message = { .msg_iov = &text,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	ssize_t len = recvmsg(from, &message, MSG_CMSG_CLOEXEC);

	if (len <= 0)
		return len < 0 ? -errno : 0;
	const struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	if (!head || head->cmsg_type != SCM_RIGHTS || head->cmsg_len != CMSG_LEN(sizeof(int)))
		return -EPROTO;
	int fd;
	memcpy(&fd, CMSG_DATA(head), sizeof(int));
	name[len] = '\0';
	handover_add(h, name, fd);
	return 1;
}

int replace_reach_root(const char *path)
{
	return control_client_connect_to_root(path);
}

static struct control_answer *ask_on(const char *path, int reached, int *fd, int *error)
{
	*fd = reached;
	if (reached < 0)
		return control_ask_on(path, COMMAND, fd, error);
	struct control_answer *answer = control_ask_by(reached, COMMAND, error);
	if (!answer)
		close(reached);
	return answer;
}

/* Returns 0; -ENOENT or -ECONNREFUSED if no process listens at `path`; or another negative
 * errno. */
static int take_from(const char *path, int reached, struct handover *h)
{
	int error, fd;
	struct control_answer *answer = ask_on(path, reached, &fd, &error);

	if (!answer)
		return error;
	error = control_answer_code(answer) == CONTROL_FINE ? 1 : -EOPNOTSUPP;
	if (control_answer_error(answer))
		log_error("%s", control_answer_error(answer));
	control_answer_free(answer);
	for (unsigned i = 0; i < HANDOVER_MAX && error == 1; i++)
		error = take_one(fd, h);
	close(fd);
	return error < 0 ? error : 0;
}

int replace_running(const char *path, int reached, struct handover *h)
{
	int error = take_from(path, reached, h);

	if (error == -ENOENT || error == -ECONNREFUSED) {
		log_info("no sealgate to replace listens at %s", path);
		return 0;
	}
	if (error)
		log_error("cannot take over from the sealgate that listens at %s: %s", path,
		        strerror(-error));
	return error;
}

void replace_tell_running(const char *path)
{
	int error;
	struct control_answer *answer = control_ask(path, "status", &error);
	long pid = answer ? control_answer_number(answer, "pid") : 0;

	control_answer_free(answer);
	if (pid > 0)
		log_error(
		        "another sealgate runs already (pid %ld); `sealgate run --replace%s` takes "
		        "over from it",
		        pid, advice_options());
}

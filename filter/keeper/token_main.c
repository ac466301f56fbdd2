/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sealgate-vault: the program that has a PKCS#11 module. The keeper starts it with a socket as
 * descriptor 3, sends requests, one after the other, and kills it if it hangs. It ends when the
 * socket is closed, and with the keeper. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "keeper/token_error.h"
#include "keeper/token_keys.h"
#include "keeper/token_login.h"
#include "keeper/token_make.h"
#include "keeper/token_open.h"
#include "keeper/token_sign.h"

#define CHANNEL         3
#define DESCRIPTORS_MAX 65536 /* that are closed where close_range() is not there */

/* Other descriptors of the keeper may be of other keys. The channel is not for processes that the
 * module starts. */
static void close_inherited(void)
{
	if (syscall(SYS_close_range, CHANNEL + 1, ~0u, 0) != 0) {
		for (int fd = CHANNEL + 1; fd < DESCRIPTORS_MAX; fd++)
			close(fd);
	}
	fcntl(CHANNEL, F_SETFD, FD_CLOEXEC);
}

/* The PIN is in this memory. */
static void guard_memory(void)
{
	const struct rlimit none = { 0, 0 };

	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	setrlimit(RLIMIT_CORE, &none);
}

static void answer(
        struct token *token, const struct vault_request *request, struct vault_reply *reply)
{
	bool is_open = token->module != NULL, is_login = request->order == VAULT_ORDER_LOGIN;

	if (request->order == VAULT_ORDER_OPEN && !is_open)
		token_open(token, request, reply);
	else if (is_login && token->session && !token->is_ready)
		token_login(token, request, reply);
	else if (request->order == VAULT_ORDER_OPEN || is_login || !token->is_ready)
		token_refuse(reply, VAULT_BROKEN, "the session is opened first, and once");
	else if (request->order == VAULT_ORDER_LIST)
		token_list(token, request->number, reply);
	else if (request->order == VAULT_ORDER_FIND)
		token_find(token, request->name, reply);
	else if (request->order == VAULT_ORDER_MAKE)
		token_make(token, request, reply);
	else
		token_sign(token, request, reply);
}

static bool send_reply(const struct vault_reply *reply, uint8_t *octets)
{
	struct writer w = writer_over(octets, VAULT_MESSAGE_OCTETS);

	vault_reply_write(reply, &w);
	return !w.full && send(CHANNEL, octets, w.len, MSG_NOSIGNAL) == (ssize_t)w.len;
}

/* Returns false when the keeper has closed the socket, or sent what it never sends. */
static bool serve_one(struct token *token, uint8_t *octets)
{
	struct vault_request request;
	struct vault_reply reply = { .fault = VAULT_GOOD };
	ssize_t len;

	while ((len = recv(CHANNEL, octets, VAULT_MESSAGE_OCTETS, 0)) < 0 && errno == EINTR)
		continue;
	if (len <= 0)
		return false;
	if (!vault_message_is_ours(
	            span_of(octets, (size_t)len))) { /* the reply's version says it */
		token_refuse(&reply, VAULT_SETTING, "the keeper is of another version");
		send_reply(&reply, octets);
		return false;
	}
	if (!vault_request_read(&request, span_of(octets, (size_t)len)))
		return false;
	answer(token, &request, &reply);
	explicit_bzero(octets, (size_t)len);
	return send_reply(&reply, octets);
}

int main(int argc, char **argv)
{
	static struct token token;
	static uint8_t octets[VAULT_MESSAGE_OCTETS];
	int type = 0;
	socklen_t len = sizeof(type);

	(void)argv;
	if (argc != 1 || getsockopt(CHANNEL, SOL_SOCKET, SO_TYPE, &type, &len) != 0 ||
	        type != SOCK_SEQPACKET) {
		fputs("sealgate-vault is started by `sealgate keeper`, which talks to it\n",
		        stderr);
		return 2;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a module that hangs does not see the channel closed */
	signal(SIGPIPE, SIG_IGN);         /* of a module's own connections */
	close_inherited();
	guard_memory();
	mlock(&token.pin, sizeof(token.pin));
	mlock(octets, sizeof(octets));
	token.crypto = crypto_new();
	if (!token.crypto)
		return 1;
	while (serve_one(&token, octets))
		continue;
	token_close(&token);
	crypto_free(token.crypto);
	return 0;
}

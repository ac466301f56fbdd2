/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/missing.h"

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>

#include "base/log.h"
#include "base/sockaddr.h"
#include "wire/protocol.h"

int missing_init(
        struct missing *m, const struct turn *turn, uint32_t park_ms, uint32_t flow_timeout_ms)
{
	*m = (struct missing){
		.turn = turn, .park_ms = park_ms, .flow_timeout_ms = flow_timeout_ms
	};
	return hash_key_draw(&m->key);
}

/* A want and the server that was asked for it, as text. */
struct missing_text {
	char name[NAME_TEXT_SIZE], type[TYPE_TEXT_SIZE], server[INET6_ADDRSTRLEN];
	char others[64]; /* how many lines were not written */
};

static void missing_text(
        const struct missing_what *what, unsigned withheld, struct missing_text *text)
{
	name_text(&what->want->name, text->name);
	type_text(what->want->type, text->type);
	address_text(sockaddr_octets(what->server), text->server);
	if (withheld > 0)
		snprintf(text->others, sizeof(text->others),
		        "; and %u times more since the last such line", withheld);
	else
		text->others[0] = '\0';
}

static void log_failed(const struct missing_text *t)
{
	log_warning("no %s of %.255s came from %s, so names at and below it are SERVFAIL%s. If the "
	            "server does not answer for DS and DNSKEY, see `resolver`",
	        t->type, t->name, t->server, t->others);
}

const char *missing_keys(const struct missing *m, char text[static MISSING_KEYS_SIZE])
{
	int len = snprintf(text, MISSING_KEYS_SIZE, "park_ms (now %u)", m->park_ms);

	if (m->flow_timeout_ms <= m->park_ms)
		snprintf(text + len, MISSING_KEYS_SIZE - (size_t)len,
		        " and flow_timeout_ms (now %u)", m->flow_timeout_ms);
	return text;
}

static void log_late(const struct missing *m, const struct missing_text *t)
{
	char keys[MISSING_KEYS_SIZE];

	log_warning("the %s of %.255s has not come from %s yet, and a response may wait no longer "
	            "for it, so it is SERVFAIL%s. If the link is slow, raise %s; if the server is, "
	            "see `resolver`",
	        t->type, t->name, t->server, t->others, missing_keys(m, keys));
}

static void log_tcp(const struct missing_text *t)
{
	log_warning(
	        "%s truncates the %s of %.255s and gives no TCP, so it is asked over UDP for up "
	        "to %d octets%s. Let TCP port 53 through to it, or see `resolver`",
	        t->server, t->type, t->name, EXCHANGE_LARGE, t->others);
}

static void log_socket(const struct missing_text *t, int error)
{
	struct rlimit limit = { 0 };

	getrlimit(RLIMIT_NOFILE, &limit);
	log_warning("no socket to ask for the %s of %.255s: %s%s. If the descriptors are used up, "
	            "raise LimitNOFILE= (now %llu)",
	        t->type, t->name, strerror(error), t->others, (unsigned long long)limit.rlim_cur);
}

/* Lines about sockets are not about a server. */
static unsigned missing_place(
        const struct missing *m, enum missing_kind kind, const struct missing_what *what)
{
	if (kind == MISSING_SOCKET)
		return 0;
	return keyed_hash(&m->key, sockaddr_octets(what->server)) % MISSING_SERVERS;
}

bool missing_log_of(struct missing *m, enum missing_kind kind, const struct missing_what *what)
{
	unsigned place = missing_place(m, kind, what);
	struct missing_text text;

	if (m->turn->now_ms < m->said[place][kind].until_ms) {
		m->said[place][kind].withheld++;
		return false;
	}
	missing_text(what, m->said[place][kind].withheld, &text);
	m->said[place][kind].until_ms = m->turn->now_ms + MISSING_QUIET_MS;
	m->said[place][kind].withheld = 0;
	switch (kind) {
	case MISSING_FAILED:
		log_failed(&text);
		break;
	case MISSING_LATE:
		log_late(m, &text);
		break;
	case MISSING_TCP:
		log_tcp(&text);
		break;
	case MISSING_SOCKET:
	case MISSING_KINDS:
		log_socket(&text, -what->error);
		break;
	}
	return true;
}

bool missing_log(struct missing *m, enum missing_kind kind, const struct fetch *fetch)
{
	const struct missing_what what = { &fetch->want, &fetch->asked, fetch->error };

	return missing_log_of(m, kind, &what);
}

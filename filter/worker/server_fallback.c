/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/server_fallback.h"

#include <errno.h>
#include <stdlib.h>

#include "base/advice.h"
#include "base/log.h"
#include "base/sockaddr.h"
#include "gate/silent.h"
#include "queue/shortcut.h"

static struct upstream *upstream_of(
        struct server_fallback *f, const struct sockaddr_storage *server)
{
	bool evicted;
	struct upstream *up = upstreams_get(&f->upstreams, server, &evicted);

	if (evicted)
		stats_count(&f->stats->upstreams_evicted);
	return up;
}

/* ---- EDNS ---- */

/* A server that is asked without EDNS, or without options, leaves the shortcut: the kernel adds
 * EDNS, and leaves options as they are. */
static void leave_shortcut(struct server_fallback *f, struct upstream *up)
{
	up->is_admitted = false;
	up->asked_since_ms = 0;
	shortcut_dismiss(f->shortcut, &up->server);
}

void server_fallback_leave_shortcut(struct server_fallback *f)
{
	const struct table *t = &f->upstreams.table;

	for (struct upstream *up = table_oldest(t); up; up = table_younger(t, up)) {
		up->is_admitted = false;
		up->asked_since_ms = 0;
	}
	shortcut_dismiss_all(f->shortcut);
}

/* What becomes of answers that lack signatures, for the log. */
static const char *fate_text(const struct server_fallback *f)
{
	return f->can_assist ? "proved with signatures of `resolver`"
	                     : "refused, unless `resolver` names a server that has the signatures";
}

static void note_plain(struct server_fallback *f, struct upstream *up, enum edns_habit habit)
{
	char server[INET6_ADDRSTRLEN];

	upstream_note_edns(up, habit, *f->now_ms);
	if (!upstream_is_plain(up, *f->now_ms))
		return;
	leave_shortcut(f, up);
	if (up->said_edns)
		return;
	up->said_edns = true;
	address_text(sockaddr_octets(&up->server), server);
	log_warning("%s %s, so it is asked without EDNS and cannot send signatures. Answers from "
	            "signed zones are %s. Use another server if possible",
	        server,
	        habit == EDNS_REFUSED ? "answers queries with EDNS by an error"
	                              : "does not answer queries with EDNS",
	        fate_text(f));
}

static bool rejects_edns(const struct message *m)
{
	return !m->edns.present &&
	       (message_rcode(m) == RCODE_FORMERR || message_rcode(m) == RCODE_NOTIMP);
}

static void learn_habit(struct server_fallback *f, struct upstream *up, const struct message *m)
{
	if (rejects_edns(m)) {
		note_plain(f, up, EDNS_REFUSED);
		return;
	}
	upstream_note_edns(up, EDNS_TAKEN, *f->now_ms);
	if (!up->is_admitted && f->shortcut->is_open && !upstream_is_bare(up, *f->now_ms))
		up->is_admitted = shortcut_admit(f->shortcut, &up->server);
}

/* The server rejected a query with options, and answered the same query without them. */
static void note_options(struct server_fallback *f, struct upstream *up)
{
	char server[INET6_ADDRSTRLEN];

	upstream_note_options(up, false, *f->now_ms);
	if (!upstream_is_bare(up, *f->now_ms))
		return;
	leave_shortcut(f, up);
	if (up->said_options)
		return;
	up->said_options = true;
	address_text(sockaddr_octets(&up->server), server);
	log_info("%s answers queries with EDNS options by an error, and queries with EDNS but "
	         "without "
	         "options well. So cookies, client subnets and other options of clients are left "
	         "out "
	         "of queries to this server",
	        server);
}

/* If the operator's nat sends queries on to another server, responses to queries of the shortcut do
 * not fit: such a query is remembered with the server that it was first bound for, and that server
 * never answers. By the queue it is remembered with the other server. */
void server_fallback_sent_on(
        struct server_fallback *f, const struct sockaddr_storage *server, uint64_t at_ms)
{
	struct upstream *up = upstream_of(f, server);

	if (up->asked_since_ms == 0)
		up->asked_since_ms = at_ms;
	else if (at_ms > up->asked_since_ms + f->flow_timeout_ms)
		leave_shortcut(f, up);
}

static bool is_edns_unknown(void *context, const struct sockaddr_storage *server)
{
	struct server_fallback *f = context;
	const struct upstream *up = upstream_of(f, server);

	return up->edns == EDNS_UNKNOWN || upstream_is_stale(up, *f->now_ms);
}

static void probe_answered(void *context, const struct probe *probe, struct span answer)
{
	struct server_fallback *f = context;
	struct message m;

	if (message_parse(&m, answer, f->rrs, MESSAGE_RRS_MAX))
		learn_habit(f, upstream_of(f, &probe->server), &m);
}

static void probe_dropped(void *context, const struct probe *probe)
{
	struct server_fallback *f = context;
	note_plain(f, upstream_of(f, &probe->server), EDNS_DROPPED);
}

int server_fallback_init(struct server_fallback *f, int epoll_fd, uint8_t *buffer)
{
	f->probes = (struct probes){ .epoll_fd = epoll_fd,
		.stats = f->stats,
		.buffer = buffer,
		.round_trips = f->round_trips,
		.context = f,
		.is_unknown = is_edns_unknown,
		.answered = probe_answered,
		.dropped = probe_dropped };
	probes_init(&f->probes);
	f->rrs = calloc(MESSAGE_RRS_MAX, sizeof(*f->rrs));
	return f->rrs ? upstreams_init(&f->upstreams) : -ENOMEM;
}

void server_fallback_fini(struct server_fallback *f)
{
	probes_fini(&f->probes);
	upstreams_fini(&f->upstreams);
	free(f->rrs);
	f->rrs = NULL;
}

bool server_fallback_is_plain(struct server_fallback *f, const struct sockaddr_storage *server)
{
	return upstream_is_plain(upstream_of(f, server), *f->now_ms);
}

bool server_fallback_is_bare(struct server_fallback *f, const struct sockaddr_storage *server)
{
	return upstream_is_bare(upstream_of(f, server), *f->now_ms);
}

void server_fallback_watch(struct server_fallback *f, const struct sockaddr_storage *server,
        const struct client_query *asked)
{
	const struct upstream *up = upstream_of(f, server);

	if (upstream_is_stale(up, *f->now_ms))
		probes_suspect(&f->probes, &up->server, asked, *f->now_ms, 0);
	else if (up->edns == EDNS_UNKNOWN)
		probes_suspect(&f->probes, &up->server, asked, *f->now_ms, PROBE_AFTER_MS);
}

/* ---- Letters ---- */

void server_fallback_note_letters(
        struct server_fallback *f, const struct sockaddr_storage *server, bool changes)
{
	char text[INET6_ADDRSTRLEN];
	struct upstream *up = upstream_of(f, server);

	up->changes_letters = changes;
	if (!changes)
		return;
	f->has_letter_changers = true;
	if (up->said_letters)
		return;
	up->said_letters = true;
	address_text(sockaddr_octets(&up->server), text);
	log_warning("%s changes the letters of questions: asked for wWw.eXample, it answers "
	            "www.example. Clients get their own letters back. But letters in mixed case "
	            "(use-caps-for-id in unbound, do-0x20-encode in dnsmasq) protect no query to "
	            "this server",
	        text);
}

bool server_fallback_changes_letters(
        struct server_fallback *f, const struct sockaddr_storage *server)
{
	return f->has_letter_changers && upstream_of(f, server)->changes_letters;
}

/* ---- Signatures ---- */

/* True if the server adds signatures to what was asked for. A server that leaves them out gives
 * them nevertheless if a query asks for RRSIG or ANY: one client that asks so must not keep the
 * help of `resolver` from all others. */
static bool adds_signatures(const struct message *m)
{
	return m->qtype != TYPE_RRSIG && m->qtype != TYPE_ANY && message_has_type(m, TYPE_RRSIG);
}

bool server_fallback_doubts_extras(const struct client_query *asked, const struct message *m)
{
	return asked->has_extras && rejects_edns(m);
}

struct fallback server_fallback_came(struct server_fallback *f,
        const struct sockaddr_storage *server, const struct client_query *asked,
        const struct message *m)
{
	struct upstream *up = upstream_of(f, server);
	struct fallback fallback = { .reask = REASK_NOT };

	up->asked_since_ms = 0;
	if (upstream_lacks_signature(up) && adds_signatures(m))
		upstream_note_signature(up);
	if (asked->sent_plain)
		return fallback;
	/* Says nothing of EDNS. If it is forged, it costs the server one query, and the client gets
	 * the answer to that. */
	if (server_fallback_doubts_extras(asked, m)) {
		fallback.reask = REASK_BARELY;
		return fallback;
	}
	if (asked->has_extras && m->edns.present && message_rcode(m) != RCODE_FORMERR)
		upstream_note_options(up, true, *f->now_ms);
	learn_habit(f, up, m);
	/* A client that speaks EDNS itself knows what to do. */
	if (rejects_edns(m) && upstream_is_plain(up, *f->now_ms) && !asked->has_edns)
		fallback.reask = REASK_PLAINLY;
	return fallback;
}

void server_fallback_came_bare(
        struct server_fallback *f, const struct sockaddr_storage *server, struct span octets)
{
	struct upstream *up = upstream_of(f, server);
	struct message m;

	if (!message_parse(&m, octets, f->rrs, MESSAGE_RRS_MAX))
		return;
	if (!rejects_edns(&m))
		note_options(f, up);
	learn_habit(f, up, &m);
}

/* True if the server may have left out what a proof needs. */
static bool lacks_proof(const struct gate_result *result)
{
	switch (result->outcome.reason) {
	case REASON_RRSIG_MISSING:
	case REASON_DENIAL_MISSING:
	case REASON_WILDCARD_UNPROVED:
	case REASON_DS_UNPROVED:
	case REASON_DNSKEY_MISSING:
	case REASON_FETCH_FAILED:
		return true;
	default:
		return false;
	}
}

/* A server that answers with authority may be a primary that another server signs for. */
static void say_strips(
        const struct server_fallback *f, const struct upstream *up, bool is_authority)
{
	char server[INET6_ADDRSTRLEN];

	address_text(sockaddr_octets(&up->server), server);
	log_warning("%s leaves out all signatures: answers from signed zones are %s. %s%s", server,
	        fate_text(f),
	        up->lacking_silent ? "Some of these answers say nothing, so perhaps the server "
	                             "blocks names (Pi-hole, AdGuard, RPZ). "
	                           : "",
	        is_authority ? "If it is a primary that is unsigned on purpose, name it in "
	                       "`unjudged_servers`"
	                     : "Use another server if possible");
}

static void say_blocks(const struct server_fallback *f, const struct upstream *up)
{
	char server[INET6_ADDRSTRLEN];

	address_text(sockaddr_octets(&up->server), server);
	log_warning(
	        "%s answers names in signed zones by nothing (no such name, no such type, "
	        "0.0.0.0 or ::), and without signatures: probably it blocks these names (Pi-hole, "
	        "AdGuard, RPZ). %s. `sealgate explain%s NAME` shows whether a name exists",
	        server,
	        f->passes_blocked ? "Such answers pass, as blocked = \"pass\" says"
	                          : "Such answers are refused; blocked = \"pass\" lets them pass",
	        advice_options());
}

/* An attacker who forges answers before the server does must not have it accused: each answer
 * counts once, a signed one in between ends the count, and so does a fetch of keys. */
static void note_lacking(
        struct server_fallback *f, struct upstream *up, const struct judged_response *judged)
{
	struct message m;

	if (!message_parse(&m, judged->octets, f->rrs, MESSAGE_RRS_MAX) ||
	        message_has_type(&m, TYPE_RRSIG))
		return;
	upstream_note_lacking(up,
	        (struct lacking_response){ name_quick_hash(&m.qname), response_is_silent(&m) },
	        *f->now_ms);
	if (upstream_strips(up) && !up->said_strips) {
		up->said_strips = true;
		say_strips(f, up, m.flags & FLAG_AA);
	} else if (upstream_blocks(up) && !up->said_blocks) {
		up->said_blocks = true;
		say_blocks(f, up);
	}
}

void server_fallback_signed(struct server_fallback *f, const struct sockaddr_storage *server)
{
	upstream_note_signature(upstream_of(f, server));
}

struct fallback server_fallback_judged(struct server_fallback *f,
        const struct sockaddr_storage *server, const struct judged_response *judged)
{
	struct upstream *up = upstream_of(f, server);
	bool is_plain = upstream_is_plain(up, *f->now_ms);
	struct fallback fallback = { .reask = REASK_NOT };

	if (judged->result->outcome.status < STATUS_INDETERMINATE || !lacks_proof(judged->result))
		return fallback;
	/* A server that was not asked for signatures has left none out. Nor has a server whose
	 * zone may be unsigned, because its keys could not be fetched. */
	if (!is_plain && !judged->is_known && !judged->asked->sent_plain &&
	        judged->result->outcome.status == STATUS_BOGUS)
		note_lacking(f, up, judged);
	/* A server that sends signatures has mostly not lost them by itself. */
	if (up->signs && !is_plain)
		return fallback;
	if (f->can_assist)
		fallback.reask = REASK_SIGNED;
	if (is_plain)
		fallback.habit = REASON_NO_EDNS;
	else if (upstream_strips(up))
		fallback.habit = REASON_STRIPPED;
	return fallback;
}

/* ---- DNS64 ---- */

bool server_fallback_may_withhold(struct server_fallback *f, const struct sockaddr_storage *server)
{
	return upstream_may_make(upstream_of(f, server), *f->now_ms);
}

void server_fallback_note_made(
        struct server_fallback *f, const struct sockaddr_storage *server, bool made)
{
	upstream_note_made(upstream_of(f, server), made, *f->now_ms);
}

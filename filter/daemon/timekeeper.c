/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/timekeeper.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>

#include "base/file.h"
#include "base/log.h"

#define WAIT_NOT_SET_MS 500
#define WAIT_MS         10000

const int64_t clock_built_s = SEALGATE_BUILT;

static int64_t read_wall_s(void *context)
{
	(void)context;
	return clock_wall_s();
}

/* A sandbox may forbid adjtimex(); then the clock counts as not synchronised. */
static bool ask_kernel(void *context)
{
	struct timex timex = { .modes = 0 };

	(void)context;
	return adjtimex(&timex) != -1 && !(timex.status & STA_UNSYNC);
}

const struct clock_source clock_system = { read_wall_s, ask_kernel, NULL };

const char *clock_state_word(enum clock_state state)
{
	static const char *const words[] = {
		[CLOCK_SET] = "set",
		[CLOCK_UNSYNCHRONISED] = "unsynchronised",
		[CLOCK_NOT_SET] = "not-set",
	};
	return words[state];
}

/* Returns 0 if there is no file, or no time in it. */
static int64_t read_latest_s(const char *path)
{
	FILE *file = fopen(path, "re");
	int64_t time_s = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%" SCNd64, &time_s) != 1 || time_s < 0)
		time_s = 0;
	fclose(file);
	return time_s;
}

void timekeeper_init(struct timekeeper *t, const struct clock_source *source, int64_t built_s,
        const char *path, bool doubts)
{
	*t = (struct timekeeper){
		.source = source, .path = path, .built_s = built_s, .doubts = doubts
	};
	t->latest_s = t->saved_s = read_latest_s(path);
}

static bool has_gone_back(const struct timekeeper *t, int64_t now_s)
{
	return now_s + (t->signs ? TIMEKEEPER_SKEW_S : 0) < t->latest_s;
}

static enum clock_state judge_clock(const struct timekeeper *t, int64_t now_s)
{
	if (now_s < t->built_s)
		return CLOCK_NOT_SET;
	bool stays_set = t->has_looked && t->state == CLOCK_SET;
	if (stays_set && !(t->signs && has_gone_back(t, now_s)))
		return CLOCK_SET;
	if (t->source->is_synchronised(t->source->context))
		return CLOCK_SET;
	if (has_gone_back(t, now_s) || t->doubts)
		return CLOCK_NOT_SET;
	return CLOCK_UNSYNCHRONISED;
}

/* The file is optional, so a failure to write it is logged only once. */
static void save_latest(struct timekeeper *t, int64_t now_s)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64 "\n", now_s);
	int error = file_replace(t->path, text, 0644);
	if (error < 0 && !t->save_failed)
		log_warning("cannot write %s: %s; if the clock goes back during a restart, "
		            "sealgate will not notice it",
		        t->path, strerror(-error));
	t->save_failed = error < 0;
	t->saved_s = now_s;
}

static void log_state(const struct timekeeper *t, int64_t now_s)
{
	const char *what = t->signs ? "made" : "judged";

	switch (t->state) {
	case CLOCK_SET:
		log_info("the clock is set; signatures are %s by it", what);
		break;
	case CLOCK_UNSYNCHRONISED:
		log_info("the clock is plausible, but the kernel does not report it as "
		         "synchronised; signatures are %s by it",
		        what);
		break;
	case CLOCK_NOT_SET:
		if (now_s < t->built_s)
			log_warning("the clock is not set: it shows a time before this program was "
			            "built");
		else if (now_s < t->latest_s)
			log_warning("the clock is not set: it has gone back, %s has a later time",
			        t->path);
		else
			log_warning("the clock is not set: the kernel does not report it as "
			            "synchronised, and unsynchronised_clock is \"doubt\"");
		if (t->signs)
			log_warning("until the clock is set, answers that need a signature are "
			            "SERVFAIL");
		break;
	}
}

static bool has_jumped(struct timekeeper *t, int64_t now_s, uint64_t now_ms)
{
	int64_t ahead_ms = now_s * 1000 - (int64_t)now_ms;
	int64_t jump_s = (ahead_ms - t->ahead_ms) / 1000;

	t->ahead_ms = ahead_ms;
	if (!t->has_looked || llabs(jump_s) < TIMEKEEPER_JUMP_S)
		return false;
	log_info("the clock was set by %+" PRId64 " s%s", jump_s,
	        t->signs ? "" : "; learned keys and remembered judgements are forgotten");
	return true;
}

/* Proofs that were made just before the clock was set prove nothing about the new time. */
static void note_proofs(struct timekeeper *t, bool has_jumped, uint64_t proofs)
{
	t->is_proved = !has_jumped && (t->is_proved || proofs > t->proofs);
	t->proofs = proofs;
}

/* A signer proves no keys. */
static bool may_save(const struct timekeeper *t)
{
	return t->signs || t->is_proved || t->latest_s < t->saved_s;
}

struct clock_news timekeeper_look(struct timekeeper *t, uint64_t now_ms, uint64_t proofs)
{
	int64_t now_s = t->source->wall_s(t->source->context);
	struct clock_news news = { .has_jumped = has_jumped(t, now_s, now_ms) };

	note_proofs(t, news.has_jumped, proofs);
	if (news.has_jumped && !t->signs)
		t->latest_s = now_s; /* the clock was set, so a later time was wrong */
	enum clock_state state = judge_clock(t, now_s);
	news.has_changed = !t->has_looked || state != t->state;
	t->state = state;
	t->has_looked = true;
	if (news.has_changed)
		log_state(t, now_s);
	if (state == CLOCK_NOT_SET)
		return news;
	/* a synchronised clock may go back; then the later time was wrong */
	if (now_s > t->latest_s || state == CLOCK_SET)
		t->latest_s = now_s;
	if (llabs(t->latest_s - t->saved_s) >= TIMEKEEPER_SAVE_S && may_save(t))
		save_latest(t, t->latest_s);
	return news;
}

int timekeeper_wait_ms(const struct timekeeper *t)
{
	return t->state == CLOCK_NOT_SET ? WAIT_NOT_SET_MS : WAIT_MS;
}

void timekeeper_end(struct timekeeper *t)
{
	if (t->has_looked && t->state != CLOCK_NOT_SET && t->latest_s != t->saved_s && may_save(t))
		save_latest(t, t->latest_s);
}

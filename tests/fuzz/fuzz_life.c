/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A state of a zone's keys that is read, be it sensible or not, can be written and read again, and
 * so can the state after a step. */
#include "texts.h"

#include "keys/life_next.h"
#include "keys/life_plan.h"
#include "keys/life_step.h"
#include "keys/life_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LIFE_ZONE "example.org."

/* Reads what was written of the state, and writes that. */
static void state_comes_back(const struct life *life)
{
	struct life again;
	struct complaint error = { "" };
	char *first = life_text_write(life, LIFE_ZONE), *kept = strdup(first);

	if (!life_text_read(&again, LIFE_ZONE, first, "file", &error))
		fail_msg("%s in\n%s", error.text, kept);
	char *second = life_text_write(&again, LIFE_ZONE);
	assert_string_equal(kept, second);
	free(first);
	free(kept);
	free(second);
}

/* The first octet of the input chooses when, and what was seen. */
static void a_step_is_made(struct life *life, uint8_t how)
{
	static const int64_t later_s[] = { 0, 60, 86400, 20 * 86400 };
	const struct life_server server = { .is_reached = true };
	const struct life_parent parent = { .is_reached = true };
	const struct life_observation look = { .servers = &server,
		.server_count = how & 1,
		.parents = &parent,
		.parent_count = how >> 1 & 1,
		.has_vault = how & 4,
		.is_clock_trusted = true,
		.in_place = how & 8 ? life->generation : 0,
		.awake_s = how & 16 ? later_s[how >> 6] : -1 };
	struct life_period periods[LIFE_PERIODS_MAX];
	int64_t now_s = life->last_s + later_s[how >> 6];
	struct life_policy policy;
	struct life_report report;
	struct life_next next;

	life_policy_init(&policy);
	policy.algorithm = how & 32 ? 15 : 13;
	life_step(life, &policy, &look, now_s, &report);
	for (unsigned i = 0; i < report.make_count; i++)
		life_made(life, &report.makes[i], (uint16_t)(5 + 7 * i), now_s);
	life_find_next(life, &policy, &next);
	assert_in_range(life_plan(life, &policy, periods), 0, LIFE_PERIODS_MAX);
	assert_in_range(life->count, 0, LIFE_KEYS_MAX);
}

/* Returns true if the input is a state. */
static bool life_holds(const uint8_t *data, size_t size)
{
	char *text = text_of_input(data + 1, size - 1);
	struct complaint error;
	struct life life;
	bool is_one = life_text_read(&life, LIFE_ZONE, text, "file", &error);

	free(text);
	assert_true(is_one || life.count == 0);
	if (!is_one)
		return false;
	state_comes_back(&life);
	a_step_is_made(&life, data[0]);
	state_comes_back(&life);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 0)
		life_holds(data, size);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An order that asks a token that hangs: others are served meanwhile, from the first moment of a
 * keeper on, and no second order of the same zone is judged beside it. */
#include "softhsm.h"
#include "turnbed.h"

#include "keeper/zone_order.h"

#define LIMIT_MS 1500

/* Who is served while the order waits. */
struct served {
	struct keeper *k;
	struct keeper_zone *zone;
	int pipe[2];
	unsigned calls;
	struct complaint order, trust; /* why each was refused */
};

static bool clock_is_right(void *context)
{
	(void)context;
	return true;
}

static void serve_second_order(void *context, struct keeper *k)
{
	struct served *s = context;
	char octet;

	assert_int_equal(read(s->pipe[0], &octet, 1), 1);
	s->calls++;
	assert_true(zone_order_must_wait(k, s->zone));
	assert_false(zone_order_take(k, s->zone, LIFE_ORDER_UNSIGN, 0, &s->order));
	assert_false(zone_order_trust(k, s->zone, &s->trust));
}

static struct vault *hanging_vault(void)
{
	char module[PATH_MAX + 32];

	snprintf(module, sizeof(module), "%s", vault_program());
	snprintf(strrchr(module, '/') - strlen("/.."), 32, "/troubled.so");
	setenv("TROUBLES", in_place("troubles"), 1);
	put_file("troubles", "C_Initialize 0xdead 1\n");
	make_token("hangs");
	use_token("hangs", module);
	return open_vault(LIMIT_MS);
}

static void an_order_that_waits_for_the_token_keeps_nobody_waiting(void **state)
{
	struct bed *bed = signed_bed();
	struct served s = { .calls = 0 };
	struct keeper_job job = { .stop_fd = -1,
		.clock_is_trusted = clock_is_right,
		.serve = serve_second_order,
		.context = &s };
	struct keeper k = { .job = &job };
	struct keeper_zone zone = { .kept = bed->zone, .policy = bed->policy };
	struct complaint error = { "" };

	(void)state;
	s.k = &k;
	s.zone = &zone;
	assert_int_equal(pipe(s.pipe), 0);
	job.control_fd = s.pipe[0];
	assert_int_equal(write(s.pipe[1], "x", 1), 1);
	k.tools.store = bed->store;
	k.tools.crypto = bed->crypto;
	k.tools.vault = hanging_vault();
	if (!zone_order_take(&k, &zone, LIFE_ORDER_ROLL_ZSK, 0, &error))
		fail_msg("%s", error.text); /* who hangs does not say that it lacks the key */
	assert_int_equal(s.calls, 1);
	assert_non_null(strstr(s.order.text, "an order of this zone"));
	assert_non_null(strstr(s.trust.text, "an order of this zone"));
	assert_true(zone.kept.life.is_signed && zone.kept.life.wants_zsk_roll);
	assert_false(zone_order_must_wait(&k, &zone));
	close(s.pipe[0]);
	close(s.pipe[1]);
	vault_close(k.tools.vault);
	free_bed(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_order_that_waits_for_the_token_keeps_nobody_waiting),
	};
	if (!has_softhsm()) {
		puts("1..0 # SKIP softhsm2 is not installed");
		return 0;
	}
	return cmocka_run_group_tests_name("order_hangs", tests, make_place, remove_place);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <ctype.h>

#include "flow/stats.h"

static void each_field_reads_its_own_counter(void **state)
{
	(void)state;
	struct stats stats = { 0 };
	uint64_t *counters = (uint64_t *)&stats;

	assert_int_equal(stats_field_count, sizeof(stats) / sizeof(*counters));
	for (size_t i = 0; i < stats_field_count; i++) {
		stats_count(&counters[i]);
		for (size_t j = 0; j < stats_field_count; j++)
			assert_row(stats_fields[j].name,
			        stats_read(&stats, &stats_fields[j]) == (i == j));
		counters[i] = 0;
	}
}

static void names_fit_a_metrics_page(void **state)
{
	(void)state;
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz_0123456789";

	for (size_t i = 0; i < stats_field_count; i++) {
		const struct stats_field *field = &stats_fields[i];
		assert_row(field->name, strspn(field->name, allowed) == strlen(field->name));
		assert_row(field->name, !isdigit((unsigned char)field->name[0]));
		assert_row(field->name, strlen(field->help) > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_field_reads_its_own_counter),
		cmocka_unit_test(names_fit_a_metrics_page),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

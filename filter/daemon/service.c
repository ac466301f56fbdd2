/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/service.h"

#include "base/clock.h"
#include "base/log.h"
#include "config/config_table.h"
#include "daemon/systemd.h"

void service_tell_systemd(const struct service *s)
{
	unsigned left_s = pause_left_s(&s->pause, clock_monotonic_ms());
	char text[200];

	if (left_s > 0)
		snprintf(text, sizeof(text), "Paused for %u s: everything passes unjudged", left_s);
	else if (rules_news_is_bad(rules_guard_news(s->guard)))
		snprintf(text, sizeof(text), "NOT PROTECTED: rules %s: %.120s",
		        rules_news_word(rules_guard_news(s->guard)), rules_guard_why(s->guard));
	else if (s->time.state == CLOCK_NOT_SET)
		snprintf(text, sizeof(text), "Waiting for the clock to be set");
	else
		snprintf(text, sizeof(text), "Ready: role %s, mode %s",
		        key_word("role", s->started), key_word("mode", s->started));
	systemd_status(text);
}

int64_t service_now_s(const struct service *s)
{
	return s->time.state == CLOCK_NOT_SET ? -1
	                                      : s->time.source->wall_s(s->time.source->context);
}

struct nta_now service_nta_now(const struct service *s)
{
	return (struct nta_now){ service_now_s(s), clock_monotonic_ms() };
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a process keeps over a restart, and how it is reached. */
#include "config/config_rows.h"

#include "base/log.h"
#include "config/config.h"
#include "config/config_kinds.h"

/* Indexed by the numbers of syslog(3), of which four are used. */
static const char *const log_level_words[] = {
	"", /* an empty word is not allowed as a value, and is not shown */
	"",
	"",
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARNING] = "warning",
	"",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
	NULL,
};

static const struct config_key service_keys[] = {
	{ "clock_state", &kind_path, AT(clock_state), .text = "/var/lib/sealgate/clock",
	        .help = "Where sealgate stores the time, from time to time. An unsynchronised\n"
	                "clock that is earlier than this time counts as not set." },
	{ "timeline_state", &kind_path, AT(timeline_state), .text = "/var/lib/sealgate/timelines",
	        .help = "The directory in which a signer keeps copies of the timelines in force\n"
	                "of zones with keeper = true. After a restart it goes on with the copy if\n"
	                "the timeline is missing, damaged or older. See docs/timeline.md." },
	{ "control_socket", &kind_path, AT(control_socket), .text = "/run/sealgate/control",
	        .help = "The socket that `sealgate ctl` uses to reach the daemon." },
	{ "control_group", &kind_group, AT(control_group), .text = "sealgate-read",
	        .help = "The members of this group may use the commands of `sealgate ctl` that\n"
	                "change nothing, such as status. Root and the user of the daemon may use\n"
	                "all; if there is no such group, or with \"\", they alone. That user must\n"
	                "be a member. The group of the user itself is a bad choice if that group "
	                "can\n"
	                "read the keys of a signer." },
	{ "log_level", &kind_word, AT(log_level), .change = CHANGE_NOW, .words = log_level_words,
	        .number = LOG_LEVEL_INFO,
	        .help = "What is logged: \"error\", \"warning\", \"info\" or \"debug\". Each "
	                "level\n"
	                "includes the ones before it." },
};

const struct config_rows config_rows_service = { service_keys,
	sizeof(service_keys) / sizeof(service_keys[0]) };

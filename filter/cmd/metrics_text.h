/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes metrics as text: in the format of Prometheus, version 0.0.4, which the textfile collector
 * of node_exporter reads, or in that of OpenMetrics 1.0. They differ in the names of counters, in
 * units and in the last line. */
#ifndef CMD_METRICS_TEXT_H
#define CMD_METRICS_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum metrics_type { METRICS_GAUGE, METRICS_COUNTER };

struct metrics_family {
	const char *name; /* of a counter without "_total", which is added */
	enum metrics_type type;
	const char *unit; /* the name ends with "_" and it, such as "seconds"; or NULL */
	const char *help;
};

struct metrics_label {
	const char *name, *value; /* the value is any UTF-8, and is escaped */
};

struct metrics_page {
	FILE *out;
	bool is_openmetrics;
	const struct metrics_family *family; /* that of the samples now */
};

/* Begins a family. All of its samples follow, and none come later. */
void metrics_begin(struct metrics_page *page, const struct metrics_family *family);

void metrics_add(struct metrics_page *page, const struct metrics_label *labels, unsigned count,
        int64_t value);

/* The same without labels. */
void metrics_add_one(struct metrics_page *page, int64_t value);

/* Ends the page. */
void metrics_end(struct metrics_page *page);

#endif

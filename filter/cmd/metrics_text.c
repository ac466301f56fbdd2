/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/metrics_text.h"

#include <inttypes.h>

/* A name of a zone may come from a file that others write: it must not end its line or its
 * quotes. */
static void put_escaped(FILE *out, const char *text, bool is_quoted)
{
	for (; *text; text++) {
		if (*text == '\\' || (*text == '"' && is_quoted))
			fprintf(out, "\\%c", *text);
		else if (*text == '\n')
			fputs("\\n", out);
		else
			fputc(*text, out);
	}
}

static const char *counter_ending(const struct metrics_page *page, bool is_sample)
{
	bool has_one =
	        page->family->type == METRICS_COUNTER && (is_sample || !page->is_openmetrics);

	return has_one ? "_total" : "";
}

void metrics_begin(struct metrics_page *page, const struct metrics_family *family)
{
	page->family = family;
	const char *ending = counter_ending(page, false);

	fprintf(page->out, "# TYPE %s%s %s\n", family->name, ending,
	        family->type == METRICS_COUNTER ? "counter" : "gauge");
	if (family->unit && page->is_openmetrics)
		fprintf(page->out, "# UNIT %s %s\n", family->name, family->unit);
	fprintf(page->out, "# HELP %s%s ", family->name, ending);
	put_escaped(page->out, family->help, page->is_openmetrics);
	fputc('\n', page->out);
}

void metrics_add(struct metrics_page *page, const struct metrics_label *labels, unsigned count,
        int64_t value)
{
	fprintf(page->out, "%s%s", page->family->name, counter_ending(page, true));
	for (unsigned i = 0; i < count; i++) {
		fprintf(page->out, "%c%s=\"", i ? ',' : '{', labels[i].name);
		put_escaped(page->out, labels[i].value, true);
		fputc('"', page->out);
	}
	fprintf(page->out, "%s %" PRId64 "\n", count ? "}" : "", value);
}

void metrics_add_one(struct metrics_page *page, int64_t value)
{
	metrics_add(page, NULL, 0, value);
}

void metrics_end(struct metrics_page *page)
{
	if (page->is_openmetrics)
		fputs("# EOF\n", page->out);
}

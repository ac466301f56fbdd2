/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/story_text.h"

#include <inttypes.h>
#include <string.h>

#include "base/when.h"

#define CELL_SIZE 120 /* of tags; a cell that is full ends with "..." */
#define PAST_MOST 12  /* steps of the past that are shown, the last ones */

/* ---- The table of periods ---- */

enum column {
	COLUMN_FROM,
	COLUMN_UNTIL,
	COLUMN_KSK,
	COLUMN_ZSK,
	COLUMN_SIGNS,
	COLUMN_CDS,
	COLUMNS
};

static const char *const column_heads[COLUMNS] = { "from", "until", "KSKs", "ZSKs", "sign",
	"in CDS" };

struct row {
	char cells[COLUMNS][CELL_SIZE];
};

static void add_cell_tag(char cell[static CELL_SIZE], uint16_t tag)
{
	size_t len = strlen(cell);

	if (len + sizeof(" 12345 ...") > CELL_SIZE)
		snprintf(cell + len, CELL_SIZE - len, "%s", cell[len - 1] == '.' ? "" : " ...");
	else
		snprintf(cell + len, CELL_SIZE - len, "%s%u", len ? " " : "", tag);
}

static void fill_row(struct row *row, const struct key_story *s, const struct timeline_period *p)
{
	*row = (struct row){ .cells = { "" } };
	when_moment(p->from_s, row->cells[COLUMN_FROM]);
	if (p->until_s == TIMELINE_NO_END)
		strcpy(row->cells[COLUMN_UNTIL], "without end");
	else
		when_moment(p->until_s, row->cells[COLUMN_UNTIL]);
	for (unsigned i = 0; i < s->key_count; i++) {
		const struct story_key *k = &s->keys[i];
		unsigned deeds = story_deeds_at(k, p->from_s);
		if (deeds & STORY_PUBLISHED)
			add_cell_tag(row->cells[k->is_ksk ? COLUMN_KSK : COLUMN_ZSK], k->tag);
		if (deeds & STORY_SIGNS)
			add_cell_tag(row->cells[COLUMN_SIGNS], k->tag);
		if (deeds & STORY_SYNCED)
			add_cell_tag(row->cells[COLUMN_CDS], k->tag);
	}
	if (presigned_asks_for_no_ds(&p->records->cds))
		strcpy(row->cells[COLUMN_CDS], "delete");
	for (unsigned c = 0; c < COLUMNS; c++) {
		if (!row->cells[c][0])
			strcpy(row->cells[c], "-");
	}
}

static void write_table_row(
        FILE *out, const struct row *row, const int widths[static COLUMNS], char mark)
{
	fprintf(out, "%c", mark);
	for (unsigned c = 0; c < COLUMNS; c++)
		fprintf(out, " %-*s%s", c + 1 < COLUMNS ? widths[c] : 0, row->cells[c],
		        c + 1 < COLUMNS ? " " : "\n");
}

static void write_periods(FILE *out, const struct key_story *s)
{
	const struct timeline *t = s->timeline;
	const struct timeline_period *in_force = timeline_at(t, s->now_s);
	int widths[COLUMNS];
	struct row row;

	for (unsigned c = 0; c < COLUMNS; c++)
		widths[c] = (int)strlen(column_heads[c]);
	for (unsigned i = 0; i < t->period_count; i++) {
		fill_row(&row, s, &t->periods[i]);
		for (unsigned c = 0; c < COLUMNS; c++) {
			int width = (int)strlen(row.cells[c]);
			widths[c] = width > widths[c] ? width : widths[c];
		}
	}
	for (unsigned c = 0; c < COLUMNS; c++)
		strcpy(row.cells[c], column_heads[c]);
	write_table_row(out, &row, widths, ' ');
	for (unsigned i = 0; i < t->period_count; i++) {
		fill_row(&row, s, &t->periods[i]);
		write_table_row(out, &row, widths, &t->periods[i] == in_force ? '>' : ' ');
	}
}

/* ---- Steps ---- */

static void write_step(FILE *out, const struct key_story *s, const struct story_step *step)
{
	char sentence[STORY_SENTENCE], moment[WHEN_SIZE], relative[WHEN_SIZE];

	fprintf(out, "  %s  %-11s  %s%s\n", when_moment(step->at_s, moment),
	        when_relative(step->at_s, s->now_s, relative), story_sentence(s, step, sentence),
	        story_is_plan(s, step) ? " (planned)" : "");
}

static void write_steps(FILE *out, const struct key_story *s)
{
	unsigned past = story_past_steps(s);

	if (past > 0)
		fputs("\nWhat happened\n", out);
	for (unsigned i = past > PAST_MOST ? past - PAST_MOST : 0; i < past; i++)
		write_step(out, s, &s->steps[i]);
	fputs("\nWhat comes next\n", out);
	for (unsigned i = past; i < s->step_count; i++)
		write_step(out, s, &s->steps[i]);
	if (past == s->step_count)
		fputs("  nothing until the timeline ends\n", out);
}

void story_text_write(FILE *out, const struct key_story *s)
{
	char name[NAME_TEXT_SIZE], moment[WHEN_SIZE], relative[WHEN_SIZE];
	const struct timeline *t = s->timeline;

	fprintf(out, "%s: ", name_text(&s->zone, name));
	if (t->period_count == 0) {
		fputs("nothing is published: the zone is unsigned\n", out);
		return;
	}
	if (t->is_planned)
		fprintf(out, "timeline of generation %" PRIu64 ", written %s", t->generation,
		        when_relative(t->made_s, s->now_s, relative));
	if (s->end_s)
		fprintf(out, "; %s %s, %s", s->end_s > s->now_s ? "it lasts until" : "IT ENDED",
		        when_moment(s->end_s, moment), when_relative(s->end_s, s->now_s, relative));
	fputs("\n\n", out);
	write_periods(out, s);
	write_steps(out, s);
}

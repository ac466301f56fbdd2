/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/story_svg.h"

#include <inttypes.h>
#include <string.h>

#include "base/quoted.h"
#include "base/when.h"
#include "crypto/crypto.h"

#define DAY_S INT64_C(86400)

/* Of the picture, in its units. */
#define WIDTH       980
#define LEFT        190 /* where the time begins */
#define RIGHT       950 /* where it ends */
#define TOP         128 /* of the first key */
#define KEY_HEIGHT  58
#define BAR_HEIGHT  22
#define LINE_HEIGHT 18
#define LETTER      7  /* the width of one, about */
#define NAME_MOST   80 /* letters of a zone's name that fit into the heading */

#define BACK_S    (40 * DAY_S) /* of the past, so much is drawn */
#define TICKS     9            /* on the axis, at most */
#define PAST_MOST 6            /* steps that are listed, of the past and of what comes */
#define NEXT_MOST 12

struct picture {
	FILE *out;
	const struct key_story *s;
	int64_t from_s, until_s;
	double height, axis_end;
};

/* Colours without variables: not every program that draws SVG knows those. */
static const char style[] =
        "<style>\n"
        "text{font-family:system-ui,'DejaVu Sans',Arial,sans-serif;font-size:13px;fill:#1b1f24}\n"
        ".page{fill:#fff}.h{font-size:20px;font-weight:600}.b{font-weight:600}\n"
        ".s{fill:#59636e;font-size:12px}.n{fill:#b3261e;font-size:12px;font-weight:600}\n"
        ".g{stroke:#d5dbe1}.nl{stroke:#b3261e;stroke-width:1.5}.el{stroke:#6e7781;stroke-dasharray:"
        "4 3}\n"
        ".p{fill:#c3d9f2}.pt{fill:#0b3a6b;font-size:12px}.st{fill:#fff;font-size:12px}\n"
        ".k{fill:#6f3fa0}.z{fill:#0b6bb8}.c{fill:#b7791f}.later{opacity:.45}\n"
        "@media(prefers-color-scheme:dark){\n"
        "text{fill:#e8edf2}.page{fill:#14181d}.s{fill:#a5b0bb}.n{fill:#ff8a80}\n"
        ".g{stroke:#333b44}.nl{stroke:#ff8a80}.el{stroke:#8b96a1}\n"
        ".p{fill:#2b4560}.pt{fill:#d5e8fb}.st{fill:#10151a}\n"
        ".k{fill:#b794e0}.z{fill:#6cb6f5}.c{fill:#e8b04a}}\n"
        "</style>\n";

/* ---- Parts ---- */

static double across(const struct picture *p, int64_t at_s)
{
	if (at_s <= p->from_s)
		return LEFT;
	if (at_s >= p->until_s)
		return RIGHT;
	return LEFT +
	       (RIGHT - LEFT) * (double)(at_s - p->from_s) / (double)(p->until_s - p->from_s);
}

static void draw_text(const struct picture *p, double x, double y, const char *look,
        const char *anchor, const char *text)
{
	fprintf(p->out, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\" text-anchor=\"%s\">", x, y, look,
	        anchor);
	quoted_xml(p->out, text);
	fputs("</text>\n", p->out);
}

static void draw_line(
        const struct picture *p, double x, double from_y, double until_y, const char *look)
{
	fprintf(p->out, "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n", x,
	        x, from_y, until_y, look);
}

static double text_width(const char *text)
{
	return LETTER * (double)strlen(text);
}

/* ---- The frame ---- */

/* What is drawn: some of the past, and all that is known of what comes. */
static void choose_times(struct picture *p)
{
	const struct key_story *s = p->s;

	p->from_s = p->until_s = s->now_s;
	for (unsigned i = 0; i < s->key_count; i++) {
		const struct story_key *k = &s->keys[i];
		if (k->count == 0)
			continue;
		const struct story_stretch *last = &k->stretches[k->count - 1];
		if (k->stretches[0].from_s < p->from_s)
			p->from_s = k->stretches[0].from_s;
		if (last->until_s > p->until_s && last->until_s != TIMELINE_NO_END)
			p->until_s = last->until_s;
	}
	if (p->from_s < s->now_s - BACK_S)
		p->from_s = s->now_s - BACK_S;
	if (p->until_s > s->now_s + STORY_AHEAD_S)
		p->until_s = s->now_s + STORY_AHEAD_S;
	p->from_s -= DAY_S / 4;
	p->until_s += DAY_S / 4;
}

static void draw_heading(const struct picture *p)
{
	const struct key_story *s = p->s;
	char name[NAME_TEXT_SIZE], moment[WHEN_SIZE], end[WHEN_SIZE], line[200];
	size_t len;

	name_text(&s->zone, name);
	len = strlen(name);
	if (len > NAME_MOST)
		strcpy(name + NAME_MOST, "...");
	draw_text(p, 24, 36, "h", "start", name);
	int used = snprintf(line, sizeof(line),
	        "Keys of the zone; timeline of generation %" PRIu64 ", written %s UTC",
	        s->timeline->generation, when_moment(s->timeline->made_s, moment));
	if (s->end_s && used > 0 && (size_t)used < sizeof(line))
		snprintf(line + used, sizeof(line) - (size_t)used, "; it ends %s UTC",
		        when_moment(s->end_s, end));
	draw_text(p, 24, 58, "s", "start", line);
}

static void draw_legend(const struct picture *p)
{
	static const struct {
		const char *look, *word;
		int x;
	} rows[] = { { "p", "published", 24 }, { "k", "KSK signs", 124 }, { "z", "ZSK signs", 228 },
		{ "c", "CDS asks the parent for its DS", 330 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fprintf(p->out,
		        "<rect x=\"%d\" y=\"%d\" width=\"14\" height=\"%d\" rx=\"2\" "
		        "class=\"%s\"/>\n",
		        rows[i].x, rows[i].look[0] == 'c' ? 77 : 71,
		        rows[i].look[0] == 'c' ? 4 : 12, rows[i].look);
		draw_text(p, rows[i].x + 20, 82, "s", "start", rows[i].word);
	}
	draw_text(p, 546, 82, "s", "start", "pale: planned, behind the end of the timeline");
}

/* A line for each so many days, at midnight (UTC). */
static void draw_axis(const struct picture *p)
{
	static const int steps[] = { 1, 2, 5, 7, 14, 30 };
	int64_t days = (p->until_s - p->from_s) / DAY_S;
	size_t n = 0;

	while (n + 1 < sizeof(steps) / sizeof(steps[0]) && days / steps[n] > TICKS)
		n++;
	for (int64_t at_s = (p->from_s / DAY_S + 1) * DAY_S; at_s < p->until_s;
	        at_s += steps[n] * DAY_S) {
		char moment[WHEN_SIZE];
		when_moment(at_s, moment);
		moment[strlen("2026-11-24")] = '\0';
		draw_line(p, across(p, at_s), TOP - 12, p->axis_end, "g");
		draw_text(p, across(p, at_s), TOP - 18, "s", "middle", moment + strlen("2026-"));
	}
}

/* A line across all keys, with its words below. */
static void draw_moment(const struct picture *p, int64_t at_s, const char *look,
        const char *text_look, const char *word, double below)
{
	char text[100], moment[WHEN_SIZE];
	double x = across(p, at_s);

	snprintf(text, sizeof(text), "%s %s", word, when_moment(at_s, moment));
	draw_line(p, x, TOP - 12, p->axis_end + below - 14, look);
	draw_text(p, x, p->axis_end + below, text_look,
	        x + text_width(text) / 2 > RIGHT ? "end" : "middle", text);
}

/* ---- Bars ---- */

/* Says exactly what a bar is, to who points at it. */
static void draw_hint(const struct picture *p, const struct story_stretch *stretch)
{
	char from[WHEN_SIZE], until[WHEN_SIZE];

	fprintf(p->out, "<title>%s%s%s, %s to %s UTC</title>",
	        stretch->deeds & STORY_PUBLISHED ? "published" : "not published",
	        stretch->deeds & STORY_SIGNS ? ", signs" : "",
	        stretch->deeds & STORY_SYNCED ? ", in CDS" : "", when_moment(stretch->from_s, from),
	        stretch->until_s == TIMELINE_NO_END ? "an unknown time"
	                                            : when_moment(stretch->until_s, until));
}

/* Draws a part of a stretch, before or behind the end of the timeline. */
static void draw_part(const struct picture *p, const struct story_key *k,
        const struct story_stretch *stretch, int64_t from_s, int64_t until_s, double y)
{
	bool signs = stretch->deeds & STORY_SIGNS, is_later = p->s->end_s && from_s >= p->s->end_s;
	const char *later = is_later ? " later" : "";
	double x = across(p, from_s), width = across(p, until_s) - x;
	const char *word = signs ? "signs" : "published";

	if (from_s >= until_s || width <= 0)
		return;
	fprintf(p->out,
	        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" "
	        "class=\"%s%s\">",
	        x, y, width < 1 ? 1 : width, BAR_HEIGHT, signs ? (k->is_ksk ? "k" : "z") : "p",
	        later);
	draw_hint(p, stretch);
	fputs("</rect>\n", p->out);
	if (width > text_width(word) + 8)
		draw_text(p, x + width / 2, y + 15,
		        is_later ? "s"
		        : signs  ? "st"
		                 : "pt",
		        "middle", word);
	if (stretch->deeds & STORY_SYNCED)
		fprintf(p->out,
		        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"4\" class=\"c%s\"/>\n",
		        x, y + BAR_HEIGHT + 2, width, later);
}

static void draw_stretch(const struct picture *p, const struct story_key *k,
        const struct story_stretch *stretch, double y)
{
	int64_t end_s = p->s->end_s ? p->s->end_s : INT64_MAX;

	draw_part(p, k, stretch, stretch->from_s,
	        stretch->until_s < end_s ? stretch->until_s : end_s, y);
	draw_part(p, k, stretch, stretch->from_s > end_s ? stretch->from_s : end_s,
	        stretch->until_s, y);
}

/* When the bar of a key begins and ends, below it. */
static void draw_dates(const struct picture *p, const struct story_key *k, double y)
{
	int64_t from_s = k->stretches[0].from_s, until_s = k->stretches[k->count - 1].until_s;
	char from[WHEN_SIZE], until[WHEN_SIZE], text[60];
	double room = across(p, until_s) - across(p, from_s);

	snprintf(text, sizeof(text), "%s%.16s", from_s < p->from_s ? "since " : "",
	        when_moment(from_s, from));
	draw_text(p, across(p, from_s), y, "s", "start", text);
	if (until_s > p->until_s - DAY_S || room < 2 * text_width(text))
		return;
	draw_text(p, across(p, until_s), y, "s", "end", when_moment(until_s, until));
}

static void draw_key_row(const struct picture *p, const struct story_key *k, double y)
{
	char label[40], algorithm[40];

	snprintf(label, sizeof(label), "%s %u", k->is_ksk ? "KSK" : "ZSK", k->tag);
	snprintf(algorithm, sizeof(algorithm), "%.24s (%u)", algorithm_text(k->algorithm),
	        k->algorithm);
	draw_text(p, 24, y + 12, "b", "start", label);
	draw_text(p, 24, y + 28, "s", "start", algorithm);
	for (unsigned i = 0; i < k->count; i++)
		draw_stretch(p, k, &k->stretches[i], y);
	if (k->count > 0)
		draw_dates(p, k, y + BAR_HEIGHT + 19);
}

/* ---- The list of steps ---- */

static void draw_step(const struct picture *p, const struct story_step *step, double y)
{
	char sentence[STORY_SENTENCE], moment[WHEN_SIZE], relative[WHEN_SIZE];
	bool is_past = step->at_s <= p->s->now_s;

	draw_text(p, 24, y, is_past ? "s" : "", "start", when_moment(step->at_s, moment));
	draw_text(p, 160, y, "s", "start", when_relative(step->at_s, p->s->now_s, relative));
	draw_text(p, 240, y, is_past ? "s" : "", "start", story_sentence(p->s, step, sentence));
	if (story_is_plan(p->s, step))
		draw_text(p, 560, y, "s", "start", "planned");
}

/* Returns which steps are listed: from the first on, so many. */
static unsigned steps_listed(const struct key_story *s, unsigned *first)
{
	unsigned past = story_past_steps(s);

	*first = past > PAST_MOST ? past - PAST_MOST : 0;
	unsigned next = s->step_count - past;
	return past - *first + (next > NEXT_MOST ? NEXT_MOST : next);
}

static void draw_steps(const struct picture *p, double y)
{
	unsigned first, count = steps_listed(p->s, &first);

	draw_text(p, 24, y, "b", "start", "Steps (UTC)");
	for (unsigned i = 0; i < count; i++)
		draw_step(p, &p->s->steps[first + i], y + (i + 1) * LINE_HEIGHT + 4);
	if (count == 0)
		draw_text(p, 24, y + LINE_HEIGHT + 4, "s", "start",
		        "no key changes as far as this is known");
}

void story_svg_write(FILE *out, const struct key_story *s)
{
	struct picture p = { .out = out, .s = s };
	char name[NAME_TEXT_SIZE];
	unsigned first, count = steps_listed(s, &first);

	choose_times(&p);
	p.axis_end = TOP + KEY_HEIGHT * (double)s->key_count - 8;
	p.height = p.axis_end + 86 + LINE_HEIGHT * (count + 1);
	fprintf(out,
	        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.0f\" width=\"%d\" "
	        "height=\"%.0f\" role=\"img\" aria-label=\"",
	        WIDTH, p.height, WIDTH, p.height);
	quoted_xml(out, name_text(&s->zone, name));
	fputs(": keys along the time\">\n", out);
	fputs(style, out);
	fprintf(out, "<rect width=\"%d\" height=\"%.0f\" class=\"page\"/>\n", WIDTH, p.height);
	draw_heading(&p);
	draw_legend(&p);
	draw_axis(&p);
	for (unsigned i = 0; i < s->key_count; i++)
		draw_key_row(&p, &s->keys[i], TOP + KEY_HEIGHT * (double)i);
	if (s->end_s)
		draw_moment(&p, s->end_s, "el", "s", "the timeline ends", 34);
	draw_moment(&p, s->now_s, "nl", "n", "now,", 18);
	draw_steps(&p, p.axis_end + 64);
	fputs("</svg>\n", out);
}

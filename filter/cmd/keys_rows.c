/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/keys_rows.h"

#include <string.h>

#include "base/time_words.h"
#include "keys/life_needs.h"

#define PHASE_SIZE 120

/* ---- Texts ---- */

/* "14 d", or "-" for a zone without a timeline. */
static const char *left_text(const struct control_row *zone, int64_t now_s, char *text)
{
	int64_t end_s = control_row_number(zone, "timeline_end_s");

	if (end_s)
		return time_words_span(end_s - now_s, text);
	strcpy(text, "-");
	return text;
}

/* "active for 12 d, retires in 18 d" */
static const char *phase_text(const struct control_row *key, int64_t now_s, char *text)
{
	int64_t since_s = control_row_number(key, "since_s");
	int64_t ends_s = control_row_number(key, "ends_s");
	char span[TIME_SPAN_SIZE];
	size_t len = (size_t)snprintf(text, PHASE_SIZE, "%s", control_row_text(key, "phase"));

	if (since_s)
		len += (size_t)snprintf(text + len, PHASE_SIZE - len, " for %s",
		        time_words_span(now_s - since_s, span));
	if (ends_s > now_s)
		len += (size_t)snprintf(text + len, PHASE_SIZE - len, ", retires in %s",
		        time_words_span(ends_s - now_s, span));
	else if (ends_s)
		len += (size_t)snprintf(text + len, PHASE_SIZE - len, ", to be retired now");
	if (control_row_flag(key, "compromised"))
		snprintf(text + len, PHASE_SIZE - len, ", stolen");
	return text;
}

static void print_next(const struct control_row *zone, int64_t now_s, FILE *out)
{
	const char *what = control_row_text(zone, "next");
	int64_t at_s = control_row_number(zone, "next_s");
	char when[TIME_WHEN_SIZE];

	if (!what[0])
		fputs("nothing", out);
	else if (at_s)
		fprintf(out, "%s: %s", time_words_when(at_s, now_s, when), what);
	else
		fprintf(out, "when %s", what);
	putc('\n', out);
}

/* Prints the alarms that ring, and what is wrong, each in a line of its own. */
static void print_troubles(const struct control_row *zone, int64_t now_s, FILE *out)
{
	static const char *const faults[][2] = { { "fault", "fault" }, { "look_fault", "look" },
		{ "vault_fault", "vault" }, { "check_failed", "check" },
		{ "check_doubt", "check" } };
	struct complaint text;

	if (control_row_flag(zone, LIFE_ALARM_FAILED))
		fputs("  alarm     " LIFE_ALARM_FAILED "\n", out);
	if (control_row_flag(zone, LIFE_ALARM_NEEDS))
		fprintf(out, "  alarm     " LIFE_ALARM_NEEDS ": %s\n",
		        control_row_text(zone, "needs"));
	for (unsigned i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		time_words_retell(control_row_text(zone, faults[i][0]), now_s, &text);
		if (text.text[0])
			fprintf(out, "  %-9s %s\n", faults[i][1], text.text);
	}
}

/* ---- Tables ---- */

static int widest(const struct control_row *values, const char *list, const char *key, int least)
{
	for (unsigned i = 0; i < control_row_count(values, list); i++) {
		int len = (int)strlen(control_row_text(control_row_at(values, list, i), key));
		least = len > least ? len : least;
	}
	return least;
}

void keys_rows_zones(const struct control_row *values, int64_t now_s, FILE *out)
{
	int names = widest(values, "zones", "zone", (int)strlen("ZONE"));
	int words = widest(values, "zones", "word", (int)strlen("STATE"));
	int actors = widest(values, "zones", "who", (int)strlen("WHO ACTS"));

	fprintf(out, "%-*s  %-*s  %-10s  %-*s  NEXT\n", names, "ZONE", words, "STATE", "SIGNED FOR",
	        actors, "WHO ACTS");
	for (unsigned i = 0; i < control_row_count(values, "zones"); i++) {
		const struct control_row *zone = control_row_at(values, "zones", i);
		char left[TIME_SPAN_SIZE];
		fprintf(out, "%-*s  %-*s  %-10s  %-*s  ", names, control_row_text(zone, "zone"),
		        words, control_row_text(zone, "word"), left_text(zone, now_s, left), actors,
		        control_row_text(zone, "who"));
		print_next(zone, now_s, out);
		print_troubles(zone, now_s, out);
	}
}

static void print_records(const struct control_row *key, FILE *out)
{
	static const char *const records[] = { "dnskey", "krrsig", "ds", "zrrsig" };
	const char *before = "    ";

	for (unsigned i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		const char *stage = control_row_text(key, records[i]);
		if (!stage[0])
			continue;
		fprintf(out, "%s%s %s", before, records[i], stage);
		before = ", ";
	}
	putc('\n', out);
}

static void print_key(const struct control_row *key, int64_t now_s, FILE *out)
{
	struct complaint waits;
	char phase[PHASE_SIZE];

	fprintf(out, "  %s %5lld  %-16s  %s\n", control_row_text(key, "role"),
	        (long long)control_row_number(key, "tag"), control_row_text(key, "algorithm"),
	        phase_text(key, now_s, phase));
	print_records(key, out);
	time_words_retell(control_row_text(key, "waits"), now_s, &waits);
	if (waits.text[0])
		fprintf(out, "    waits: %s\n", waits.text);
}

static void print_time(
        const struct control_row *zone, const char *key, const char *word, int64_t now_s, FILE *out)
{
	int64_t at_s = control_row_number(zone, key);
	char when[TIME_WHEN_SIZE];

	if (at_s)
		fprintf(out, "  %-9s %s\n", word, time_words_when(at_s, now_s, when));
}

void keys_rows_zone(const struct control_row *values, int64_t now_s, FILE *out)
{
	fprintf(out, "%s %s\n", control_row_text(values, "zone"), control_row_text(values, "word"));
	fputs("  next      ", out);
	print_next(values, now_s, out);
	fprintf(out, "  who acts  %s\n", control_row_text(values, "who"));
	print_time(values, "timeline_end_s", "signed to", now_s, out);
	print_time(values, "looked_s", "looked at", now_s, out);
	print_time(values, "due_s", "next turn", now_s, out);
	print_troubles(values, now_s, out);
	for (unsigned i = 0; i < control_row_count(values, "keys"); i++)
		print_key(control_row_at(values, "keys", i), now_s, out);
}

void keys_rows_keys(const struct control_row *values, int64_t now_s, FILE *out)
{
	int names = widest(values, "keys", "zone", (int)strlen("ZONE"));

	fprintf(out, "%-*s  KEY    TAG  %-16s  STATE\n", names, "ZONE", "ALGORITHM");
	for (unsigned i = 0; i < control_row_count(values, "keys"); i++) {
		const struct control_row *key = control_row_at(values, "keys", i);
		char phase[PHASE_SIZE];
		fprintf(out, "%-*s  %s  %5lld  %-16s  %s\n", names, control_row_text(key, "zone"),
		        control_row_text(key, "role"), (long long)control_row_number(key, "tag"),
		        control_row_text(key, "algorithm"), phase_text(key, now_s, phase));
	}
}

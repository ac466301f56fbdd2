/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/config_kinds.h"

#include <string.h>

#include "config/config_reader.h"
#include "config/config_table.h"
#include "config/duration.h"
#include "config/instance.h"

/* ---- Numbers ---- */

static bool number_default(const struct config_key *k, void *value)
{
	*(uint32_t *)value = k->number;
	return true;
}

/* A number may be written in any form that libconfig knows. */
static bool is_number(const config_setting_t *s)
{
	int type = config_setting_type(s);

	return type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64;
}

static bool number_read(
        struct config_reader *r, const struct config_key *k, const config_setting_t *s, void *value)
{
	long long n = config_setting_get_int64(s);

	(void)r;
	if (!is_number(s) || n < k->min || n > k->max)
		return false;
	*(uint32_t *)value = (uint32_t)n;
	return true;
}

static void number_say_allowed(const struct config_key *k, FILE *out)
{
	fprintf(out, "a number from %u to %u", k->min, k->max);
}

static void number_show(const struct config_key *k, const void *value, FILE *out)
{
	(void)k;
	fprintf(out, "%u", *(const uint32_t *)value);
}

const struct config_kind kind_number = { .set_default = number_default,
	.read = number_read,
	.say_allowed = number_say_allowed,
	.show = number_show };

static bool span_read(
        struct config_reader *r, const struct config_key *k, const config_setting_t *s, void *value)
{
	const char *text = config_setting_get_string(s);
	int64_t seconds;

	(void)r;
	if (!text || !duration_read(text, &seconds) || seconds < k->min || seconds > k->max)
		return false;
	*(uint32_t *)value = (uint32_t)seconds;
	return true;
}

static void span_say_allowed(const struct config_key *k, FILE *out)
{
	char least[DURATION_SIZE], most[DURATION_SIZE];

	fprintf(out,
	        "a span of time from \"%s\" to \"%s\": a number and one of the letters s, m, h, d, "
	        "w",
	        duration_write(k->min, least), duration_write(k->max, most));
}

static void span_show(const struct config_key *k, const void *value, FILE *out)
{
	char text[DURATION_SIZE];

	(void)k;
	kind_show_text(duration_write(*(const uint32_t *)value, text), out);
}

const struct config_kind kind_duration = { .set_default = number_default,
	.read = span_read,
	.say_allowed = span_say_allowed,
	.show = span_show };

/* libconfig reads a number without an L at its end as 32 bits with a sign, hexadecimal or not. */
static bool mark_read(
        struct config_reader *r, const struct config_key *k, const config_setting_t *s, void *value)
{
	long long n = config_setting_get_int64(s);

	(void)r;
	(void)k;
	if (config_setting_type(s) == CONFIG_TYPE_INT &&
	        config_setting_get_format(s) == CONFIG_FORMAT_HEX)
		n = (uint32_t)n;
	if (!is_number(s) || n < 1 || n > UINT32_MAX)
		return false;
	*(uint32_t *)value = (uint32_t)n;
	return true;
}

static void mark_say_allowed(const struct config_key *k, FILE *out)
{
	(void)k;
	fputs("a number from 0x1 to 0xffffffff", out);
}

static void mark_show(const struct config_key *k, const void *value, FILE *out)
{
	(void)k;
	fprintf(out, "0x%08x", *(const uint32_t *)value);
}

const struct config_kind kind_mark = { .set_default = number_default,
	.read = mark_read,
	.say_allowed = mark_say_allowed,
	.show = mark_show };

/* ---- Switches and words ---- */

static bool switch_default(const struct config_key *k, void *value)
{
	*(bool *)value = k->number;
	return true;
}

static bool switch_read(
        struct config_reader *r, const struct config_key *k, const config_setting_t *s, void *value)
{
	(void)r;
	(void)k;
	*(bool *)value = config_setting_get_bool(s);
	return config_setting_type(s) == CONFIG_TYPE_BOOL;
}

static void switch_say_allowed(const struct config_key *k, FILE *out)
{
	(void)k;
	fputs("true or false", out);
}

static void switch_show(const struct config_key *k, const void *value, FILE *out)
{
	(void)k;
	fputs(*(const bool *)value ? "true" : "false", out);
}

const struct config_kind kind_switch = { .set_default = switch_default,
	.read = switch_read,
	.say_allowed = switch_say_allowed,
	.show = switch_show };

static bool word_read(
        struct config_reader *r, const struct config_key *k, const config_setting_t *s, void *value)
{
	const char *text = config_setting_get_string(s);

	(void)r;
	for (uint32_t i = 0; text && text[0] && k->words[i]; i++) {
		if (strcmp(k->words[i], text) == 0) {
			*(uint32_t *)value = i;
			return true;
		}
	}
	return false;
}

static void word_say_allowed(const struct config_key *k, FILE *out)
{
	const char *before = "";

	for (const char *const *word = k->words; *word; word++) {
		if (!(*word)[0])
			continue;
		fprintf(out, "%s\"%s\"", before, *word);
		before = " or ";
	}
}

static void word_show(const struct config_key *k, const void *value, FILE *out)
{
	kind_show_text(k->words[*(const uint32_t *)value], out);
}

const struct config_kind kind_word = { .set_default = number_default,
	.read = word_read,
	.say_allowed = word_say_allowed,
	.show = word_show };

/* ---- Paths ---- */

void kind_show_text(const char *text, FILE *out)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static bool path_default(const struct config_key *k, void *value)
{
	strcpy(value, k->text);
	return true;
}

static bool path_read(
        struct config_reader *r, const struct config_key *k, const config_setting_t *s, void *value)
{
	(void)r;
	(void)k;
	return reader_path(s, value);
}

static void path_say_allowed(const struct config_key *k, FILE *out)
{
	(void)k;
	fprintf(out, "the path of a file, starting with / and shorter than %d octets",
	        CONFIG_PATH_MAX);
}

static void path_show(const struct config_key *k, const void *value, FILE *out)
{
	(void)k;
	kind_show_text(value, out);
}

const struct config_kind kind_path = { .set_default = path_default,
	.read = path_read,
	.say_allowed = path_say_allowed,
	.show = path_show };

static bool directory_read(
        struct config_reader *r, const struct config_key *k, const config_setting_t *s, void *value)
{
	const char *text = config_setting_get_string(s);

	(void)r;
	(void)k;
	if (text && !*text)
		*(char *)value = '\0';
	return text && (!*text || reader_path(s, value));
}

static void directory_say_allowed(const struct config_key *k, FILE *out)
{
	(void)k;
	fprintf(out,
	        "the path of a directory, starting with / and shorter than %d octets, or \"\" for "
	        "none",
	        CONFIG_PATH_MAX);
}

const struct config_kind kind_directory = { .set_default = path_default,
	.read = directory_read,
	.say_allowed = directory_say_allowed,
	.show = path_show };

/* A PIN does not belong here: more people read a configuration than a PIN is for. It is not shown
 * again. */
static bool vault_read(
        struct config_reader *r, const struct config_key *k, const config_setting_t *s, void *value)
{
	const char *text = config_setting_get_string(s);

	if (!text || strlen(text) >= CONFIG_VAULT_MAX ||
	        (*text && *text != '/' && strncasecmp(text, "pkcs11:", 7) != 0))
		return false;
	if (strcasestr(text, "pin-value"))
		return reader_wrong(r, s,
		        "%s must not have the PIN: write pin-source=file:/path in place of "
		        "pin-value, and the PIN into that file, with mode 0600",
		        k->path);
	strcpy(value, text);
	return true;
}

static void vault_say_allowed(const struct config_key *k, FILE *out)
{
	(void)k;
	fprintf(out,
	        "the path of a directory, a URI that begins with pkcs11: or \"\", shorter than %d "
	        "octets",
	        CONFIG_VAULT_MAX);
}

const struct config_kind kind_vault = { .set_default = path_default,
	.read = vault_read,
	.say_allowed = vault_say_allowed,
	.show = path_show };

/* ---- Users and groups ---- */

static bool group_read(
        struct config_reader *r, const struct config_key *k, const config_setting_t *s, void *value)
{
	const char *text = config_setting_get_string(s);

	(void)r;
	(void)k;
	if (!text || strlen(text) >= CONFIG_USER_MAX || text[strcspn(text, " :/\t\n")] != '\0')
		return false;
	strcpy(value, text);
	return true;
}

static bool user_read(
        struct config_reader *r, const struct config_key *k, const config_setting_t *s, void *value)
{
	const char *text = config_setting_get_string(s);

	return text && text[0] && group_read(r, k, s, value);
}

static void group_say_allowed(const struct config_key *k, FILE *out)
{
	(void)k;
	fprintf(out, "the name of a group, shorter than %d octets, or \"\" for none",
	        CONFIG_USER_MAX);
}

static void user_say_allowed(const struct config_key *k, FILE *out)
{
	(void)k;
	fprintf(out, "the name of a user, shorter than %d octets", CONFIG_USER_MAX);
}

const struct config_kind kind_user = { .set_default = path_default,
	.read = user_read,
	.say_allowed = user_say_allowed,
	.show = path_show };

const struct config_kind kind_group = { .set_default = path_default,
	.read = group_read,
	.say_allowed = group_say_allowed,
	.show = path_show };

/* ---- Instances ---- */

static bool instance_read(
        struct config_reader *r, const struct config_key *k, const config_setting_t *s, void *value)
{
	const char *text = config_setting_get_string(s);

	(void)r;
	(void)k;
	if (!text || (text[0] && !instance_name_is_good(text)))
		return false;
	strcpy(value, text);
	return true;
}

static void instance_say_allowed(const struct config_key *k, FILE *out)
{
	(void)k;
	fprintf(out, "a name of at most %d letters, digits and \"-\", or \"\"",
	        CONFIG_INSTANCE_MAX);
}

static void instance_show(const struct config_key *k, const void *value, FILE *out)
{
	(void)k;
	kind_show_text(value, out);
}

const struct config_kind kind_instance = {
	.read = instance_read, .say_allowed = instance_say_allowed, .show = instance_show
};

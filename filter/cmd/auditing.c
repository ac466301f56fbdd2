/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/auditing.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "ops/address.h"

/* Messages kept for the links that they hold: all of a file; of an interface, on which links come
 * again and what was proved is remembered anyway, not more than some megabytes. */
#define EVIDENCE_OF_FILES     UINT32_MAX
#define EVIDENCE_OF_INTERFACE 16384

/* The command line, as text. */
struct arguments {
	const char *anchor, *time, *skew, *resolver, *interface;
	bool json, sha1;
};

static bool read_seconds(const char *text, long long max, long long *value)
{
	char *end;

	*value = strtoll(text, &end, 10);
	return *text >= '0' && *text <= '9' && *end == '\0' && *value <= max;
}

/* YYYYMMDDHHMMSS as RRSIGs have it (RFC 4034, 3.2), seconds since 1970, or "capture". */
static bool read_time(const char *text, int64_t *time_s)
{
	struct tm tm = { 0 };
	long long seconds;

	if (strcmp(text, "capture") == 0) {
		*time_s = AUDIT_TIME_OF_PACKET;
		return true;
	}
	if (strlen(text) == strlen("YYYYMMDDHHMMSS") &&
	        strspn(text, "0123456789") == strlen(text)) {
		const char *end = strptime(text, "%Y%m%d%H%M%S", &tm);
		*time_s = end && *end == '\0' ? (int64_t)timegm(&tm) : -1;
		return *time_s >= 0;
	}
	bool ok = read_seconds(text, UINT32_MAX * 4LL, &seconds);
	*time_s = seconds;
	return ok;
}

static bool add_nta(struct auditing *a, const char *text)
{
	struct name zone;

	if (!name_from_text(text, &zone)) {
		log_error("--nta %s: not a domain name", text);
		return false;
	}
	if (!nta_add(&a->ntas, &zone, NTA_FOREVER)) {
		log_error("--nta %s: %d are the most there can be", text, NTAS_MAX);
		return false;
	}
	return true;
}

static bool read_options(struct auditing *a, struct arguments *o, int argc, char **argv)
{
	static const struct option known[] = {
		{ "anchor", required_argument, NULL, 'a' },
		{ "time", required_argument, NULL, 't' },
		{ "skew", required_argument, NULL, 's' },
		{ "nta", required_argument, NULL, 'n' },
		{ "resolver", required_argument, NULL, 'r' },
		{ "interface", required_argument, NULL, 'i' },
		{ "json", no_argument, NULL, 'j' },
		{ "sha1", no_argument, NULL, '1' },
		{ NULL, 0, NULL, 0 },
	};
	int letter;

	*o = (struct arguments){ .anchor = DEFAULT_ANCHOR_PATH, .time = "capture" };
	while ((letter = getopt_long(argc, argv, "i:", known, NULL)) != -1) {
		switch (letter) {
		case 'a':
			o->anchor = optarg;
			break;
		case 't':
			o->time = optarg;
			break;
		case 's':
			o->skew = optarg;
			break;
		case 'n':
			if (!add_nta(a, optarg))
				return false;
			break;
		case 'r':
			o->resolver = optarg;
			break;
		case 'i':
			o->interface = optarg;
			break;
		case 'j':
			o->json = true;
			break;
		case '1':
			o->sha1 = true;
			break;
		default:
			return false;
		}
	}
	return true;
}

static bool check_rest(
        const struct arguments *o, const char *command, int rest, enum auditing_of of)
{
	if (of == AUDITING_FILES && rest == 0)
		log_error("%s: which capture file? see `sealgate help`", command);
	else if (of == AUDITING_FILES && o->interface)
		log_error("%s takes files; `sealgate watch` takes an interface", command);
	else if (of == AUDITING_INTERFACE && !o->interface)
		log_error("%s: which interface? -i IFACE", command);
	else if (of == AUDITING_INTERFACE && rest > 0)
		log_error("%s: there is too much; see `sealgate help`", command);
	else
		return true;
	return false;
}

/* Turns text into what the audit takes. */
static bool understand(struct auditing *a, const struct arguments *o)
{
	long long skew;
	char error[400];

	a->interface = o->interface;
	a->policy = (struct policy){ .mode = MODE_ENFORCE };
	a->options = (struct audit_options){ .policy = &a->policy, .ntas = &a->ntas };
	if (!read_time(o->time, &a->options.time_s)) {
		log_error("--time %s: YYYYMMDDHHMMSS, seconds since 1970, or capture", o->time);
		return false;
	}
	if (o->skew && !read_seconds(o->skew, INT32_MAX, &skew)) {
		log_error("--skew %s: a number of seconds", o->skew);
		return false;
	}
	if (o->skew) {
		a->policy.has_skew = true;
		a->policy.skew_s = (int32_t)skew;
	}
	if (o->resolver && !address_read(o->resolver, &a->resolver)) {
		log_error(
		        "--resolver %s: an address like 192.0.2.1, 192.0.2.1:53, [2001:db8::1] or "
		        "[2001:db8::1]:53",
		        o->resolver);
		return false;
	}
	a->options.resolver = o->resolver ? &a->resolver : NULL;
	crypto_allow_sha1(o->sha1);
	a->anchors = anchors_load(o->anchor, error, sizeof(error));
	if (!a->anchors)
		log_error("%s", error);
	a->options.anchors = a->anchors;
	return a->anchors != NULL;
}

bool auditing_begin(struct auditing *a, int argc, char **argv, enum auditing_of of)
{
	struct arguments o;

	memset(a, 0, sizeof(*a));
	if (!read_options(a, &o, argc, argv) || !check_rest(&o, argv[0], argc - optind, of) ||
	        !understand(a, &o))
		return false;
	a->options.evidence_max = of == AUDITING_FILES ? EVIDENCE_OF_FILES : EVIDENCE_OF_INTERFACE;
	a->audit = audit_new(&a->options);
	if (!a->audit) {
		log_error("out of memory");
		auditing_end(a);
		return false;
	}
	a->verdicts = (struct verdicts){ .out = stdout, .as_json = o.json };
	return true;
}

void auditing_end(struct auditing *a)
{
	audit_free(a->audit);
	anchors_free(a->anchors);
}

bool auditing_judge(struct auditing *a, const char *file, const struct sighting *s)
{
	struct audit_report report;

	return !audit_message(a->audit, s, &report) || verdicts_write(&a->verdicts, file, &report);
}

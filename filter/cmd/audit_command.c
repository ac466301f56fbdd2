/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/audit_command.h"

#include <string.h>

#include "base/log.h"

/* Messages kept for the links that they hold: all of a file; of an interface, on which links come
 * again and what was proved is remembered anyway, not more than some megabytes. */
#define EVIDENCE_OF_FILES     UINT32_MAX
#define EVIDENCE_OF_INTERFACE 16384

/* The command line, as text. */
struct arguments {
	const char *resolver, *interface;
	bool json;
};

static bool read_options(struct auditing *a, struct arguments *o, int argc, char **argv)
{
	static const struct option known[] = {
		TERMS_OPTIONS,
		{ "resolver", required_argument, NULL, 'r' },
		{ "interface", required_argument, NULL, 'i' },
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	int letter;

	terms_begin(&a->terms);
	*o = (struct arguments){ .resolver = NULL };
	while ((letter = getopt_long(argc, argv, "i:", known, NULL)) != -1) {
		switch (letter) {
		case 'r':
			o->resolver = optarg;
			break;
		case 'i':
			o->interface = optarg;
			break;
		case 'j':
			o->json = true;
			break;
		default:
			if (!terms_take(&a->terms, letter, optarg))
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
	const struct terms *t = &a->terms;

	a->interface = o->interface;
	if (o->resolver && !terms_read_server("--resolver", o->resolver, &a->resolver))
		return false;
	if (!terms_load(&a->terms))
		return false;
	a->options = (struct audit_options){ .anchors = t->anchors,
		.policy = &t->policy,
		.ntas = &t->ntas,
		.resolver = o->resolver ? &a->resolver : NULL,
		.time_s = t->time_s };
	return true;
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
	terms_end(&a->terms);
}

bool auditing_judge(struct auditing *a, const char *file, const struct sighting *s)
{
	struct audit_report report;

	return !audit_message(a->audit, s, &report) || verdicts_write(&a->verdicts, file, &report);
}

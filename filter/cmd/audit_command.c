/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/audit_command.h"

#include "base/log.h"
#include "inspect/audit_json.h"

/* The messages kept for the chain of trust. Files: all. Interface: a few megabytes, because links
 * come again, and proved links are in the store. */
#define MATERIAL_OF_FILES     UINT32_MAX
#define MATERIAL_OF_INTERFACE 16384

/* The command line as text. */
struct audit_arguments {
	const char *resolver, *interface;
	bool json;
};

static bool read_audit_options(
        struct audit_command *a, struct audit_arguments *o, int argc, char **argv)
{
	int letter;

	judge_options_begin(&a->judge);
	*o = (struct audit_arguments){ .resolver = NULL };
	while ((letter = options_next(a->command, argc, argv)) != -1) {
		switch (letter) {
		case 'r':
			o->resolver = optarg;
			break;
		case 'i':
			o->interface = optarg;
			break;
		case 'j':
			if (!audit_json_is_built()) {
				log_error("--json: this build lacks jansson");
				return false;
			}
			o->json = true;
			break;
		default:
			if (!judge_options_take(&a->judge, letter, optarg))
				return false;
		}
	}
	return true;
}

static bool check_audit_arguments(
        const struct audit_command *a, const struct audit_arguments *o, int argc, char **argv)
{
	static const char *const names[] = { "FILE" };

	if (a->source == AUDIT_FILES)
		return options_check_arguments(
		        argc, argv, (struct arguments){ names, 1, ARGUMENTS_ANY });
	if (!o->interface)
		return options_wrong(argv[0], "option missing: -i IFACE");
	return options_check_arguments(argc, argv, (struct arguments){ 0 });
}

/* Reads the arguments into the options of the audit, and loads the files they name. */
static bool prepare_audit(struct audit_command *a, const struct audit_arguments *o)
{
	const struct judge_options *judge = &a->judge;

	a->interface = o->interface;
	if (o->resolver && !judge_options_read_server("--resolver", o->resolver, &a->resolver))
		return false;
	if (!judge_options_load(&a->judge, a->command))
		return false;
	a->options = (struct audit_options){ .anchors = judge->anchors,
		.policy = &judge->policy,
		.ntas = &judge->ntas,
		.local_names = judge->local_names,
		.local_zones = judge->local_zones,
		.resolver = o->resolver ? &a->resolver : NULL,
		.time_s = judge->time_s };
	return true;
}

bool audit_command_begin(struct audit_command *a, int argc, char **argv)
{
	struct audit_arguments o;

	if (!read_audit_options(a, &o, argc, argv) || !check_audit_arguments(a, &o, argc, argv) ||
	        !prepare_audit(a, &o))
		return false;
	a->options.material_max =
	        a->source == AUDIT_FILES ? MATERIAL_OF_FILES : MATERIAL_OF_INTERFACE;
	a->audit = audit_new(&a->options);
	if (!a->audit) {
		log_error("out of memory");
		audit_command_end(a);
		return false;
	}
	a->report = (struct audit_report){ .out = stdout, .as_json = o.json };
	return true;
}

void audit_command_end(struct audit_command *a)
{
	audit_free(a->audit);
	judge_options_end(&a->judge);
}

bool audit_command_judge(
        struct audit_command *a, const char *file, const struct captured_message *seen)
{
	struct audited_response response;

	return !audit_message(a->audit, seen, &response) ||
	       audit_report_write(&a->report, file, &response);
}

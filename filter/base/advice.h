/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a message words a command that it advises, so that it reaches the instance of sealgate that the message is
 * about:
 *
 *	log_error("... run `sealgate rules apply%s`", advice_options());
 *
 * tests/lint/advice finds messages that do without. */
#ifndef BASE_ADVICE_H
#define BASE_ADVICE_H

/* Says which instance this process is about. `config` is the file that the command line names, or
 * NULL; `instance` is the name that it gives, "" for none. To be called before there are threads,
 * if it is called at all. The texts are copied; what is too long is left out. */
void advice_use(const char *config, const char *instance);

/* Returns the options of a command, with a blank before: " --instance NAME", " --config FILE"; or
 * "". */
const char *advice_options(void);

/* Returns what a name of a unit of systemd has at its end: "@NAME", or "". */
const char *advice_unit(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of `sealgate keys` for keys by hand: the files of a directory that no keeper looks
 * after. */
#ifndef CMD_KEYS_HAND_H
#define CMD_KEYS_HAND_H

#include "cmd/command.h"

/* For the table of verbs; `context` is a struct keys_run. They print what they did, and return
 * EXIT_NO after a message if they could not, EXIT_USAGE if the configuration is wrong. */
enum exit_code keys_hand_generate(void *context);
enum exit_code keys_hand_sign(void *context);
enum exit_code keys_hand_ds(void *context);
enum exit_code keys_hand_check(void *context);
enum exit_code keys_hand_notify(void *context);

/* For another signer of the zone (RFC 8901). */
enum exit_code keys_hand_export(void *context);
enum exit_code keys_hand_import(void *context);

#endif

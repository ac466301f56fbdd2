/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The forms in which other programs keep trust anchors. */
#ifndef TRUST_ANCHOR_FORM_H
#define TRUST_ANCHOR_FORM_H

#include <stdbool.h>

/* Says whether `text` is a file of a form that anchors_parse() does not read. If so, returns what
 * it is and what to give instead, and sets *line to the line that shows it. Otherwise returns
 * NULL. */
const char *anchor_form_foreign(const char *text, unsigned *line);

/* The state of a key (RFC 5011, 4) in unbound's comment behind its record. */
enum anchor_mark {
	ANCHOR_MARK_NONE,    /* nothing: the record is an anchor */
	ANCHOR_MARK_TRUSTED, /* VALID or MISSING */
	ANCHOR_MARK_NOT,     /* START, ADDPEND, REVOKED or REMOVED */
	ANCHOR_MARK_UNKNOWN, /* a state that unbound does not write */
	ANCHOR_MARK_LOST,    /* the line says that all keys of the zone are revoked */
};

/* Reads the comment, which ends at `end`. */
enum anchor_mark anchor_form_mark(const char *comment, const char *end);

/* Turns a line of dnsmasq's form, trust-anchor=[class],zone,tag,algorithm,digest type,digest, into
 * one of the zone-file form, in place. Leaves any other line as it is. */
void anchor_form_from_dnsmasq(char *record);

#endif

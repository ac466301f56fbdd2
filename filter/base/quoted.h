/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text inside of other formats, whatever is in it: nothing of it ends the place where it stands. */
#ifndef BASE_QUOTED_H
#define BASE_QUOTED_H

#include <stdio.h>

/* Writes a JSON string with its quotation marks (RFC 8259, 7). The text is UTF-8. */
void quoted_json(FILE *out, const char *text);

/* Writes text for an XML element, or for the value of an attribute. Control characters, which XML
 * 1.0 has no form for, become "?". */
void quoted_xml(FILE *out, const char *text);

#endif

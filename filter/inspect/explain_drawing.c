/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/explain_drawing.h"

#include <stdarg.h>

#define LABEL_SIZE 4096

const char *drawing_colour(enum shown_mark mark)
{
	static const char *const colours[] = { [MARK_NONE] = "#6e7781",
		[MARK_SECURE] = "#1a7f37",
		[MARK_INSECURE] = "#9a6700",
		[MARK_MISSING] = "#8250df",
		[MARK_BROKEN] = "#cf222e" };
	return colours[mark];
}

void drawing_quoted(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '\n')
			fputs("\\n", out);
		else if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else if (*text >= ' ' && *text <= '~')
			fputc(*text, out);
		else
			fputc('?', out);
	}
	fputc('"', out);
}

void drawing_finish(
        const struct drawing *d, enum shown_mark mark, const char *more, const char *label, ...)
{
	char text[LABEL_SIZE];
	va_list list;

	va_start(list, label);
	vsnprintf(text, sizeof(text), label, list);
	va_end(list);
	fprintf(d->out, " [color=\"%s\"%s%s, label=", drawing_colour(mark), *more ? ", " : "",
	        more);
	drawing_quoted(d->out, text);
	fputs("];\n", d->out);
}

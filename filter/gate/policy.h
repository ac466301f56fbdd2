/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the operator wants of the gate. Immutable while a worker uses it. */
#ifndef GATE_POLICY_H
#define GATE_POLICY_H

#include <stdbool.h>
#include <stdint.h>

enum policy_mode {
	MODE_ENFORCE, /* Bogus and Indeterminate become SERVFAIL */
	MODE_MONITOR, /* everything is judged and logged; nothing is refused or rewritten to
	                 SERVFAIL */
};

struct policy {
	enum policy_mode mode;
	bool judge_cd;  /* queries with CD=1 are judged like others, instead of passed */
	bool has_skew;  /* `skew_s` takes the place of the skew in dnssec/limits.h */
	int32_t skew_s; /* how far signature times may be off */
};

#endif

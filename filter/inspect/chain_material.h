/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What captures hold of the chain of trust: every response with a DNSKEY, a DS or a proof of denial
 * in any section, whoever sent it and whenever. Nothing of it is believed; it is what the gate's
 * wants are answered from. */
#ifndef INSPECT_CHAIN_MATERIAL_H
#define INSPECT_CHAIN_MATERIAL_H

#include "gate/gate.h"
#include "trust/want.h"
#include "wire/message.h"

struct chain_material;

/* How many messages one search offers of those that were offered before; of each rank so many. One
 * that never was is offered in any case: so a flood of forgeries costs each of them one try, and
 * hides nothing. */
#define CHAIN_MATERIAL_OFFERS 256

/* Keeps at most `messages_max` messages; then it forgets those that were of no use so far, or all
 * if they are less than half. Returns NULL when memory is short. */
struct chain_material *chain_material_new(size_t messages_max);
void chain_material_free(struct chain_material *c);

/* Keeps a copy of the response if it holds something of use. Returns 0 or -ENOMEM. */
int chain_material_add(struct chain_material *c, const struct message *response);

/* Says what became of an offered message. */
typedef enum learned chain_material_offer(void *context, struct span message);

/* Offers the messages that may answer `want`: those that speak of its name first, then those with a
 * denial of a zone above it, deepest zone first. Of each kind those that something was learned from
 * come first, then those in which something is proved, those that were not tried yet, and those of
 * which nothing held; the newest first. Returns true as soon as one is taken. */
bool chain_material_search(struct chain_material *c, const struct want *want,
        chain_material_offer *offer, void *context);

/* Offers only what answers the want by name, and notes nothing of what comes of it: for a DS its
 * RRset, the answer to a question for it, a referral or an NSEC there. */
bool chain_material_search_by_name(struct chain_material *c, const struct want *want,
        chain_material_offer *offer, void *context);

#endif

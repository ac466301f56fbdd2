/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Collects material for the chain of trust from captures: every response with a DNSKEY, a DS or a
 * denial in any section, from any sender and of any time. The material is not trusted: the gate
 * verifies what is offered for its wants. */
#ifndef INSPECT_CHAIN_MATERIAL_H
#define INSPECT_CHAIN_MATERIAL_H

#include "gate/gate.h"
#include "trust/want.h"
#include "wire/message.h"

struct chain_material;

/* Limits the messages of each rank that one search offers again. A message that was never offered
 * is always offered. So a flood of forgeries costs one try for each, and hides nothing. */
#define CHAIN_MATERIAL_OFFERS 256

/* Keeps at most `messages_max` messages. When full, forgets the messages from which nothing was
 * learned; if more than half would remain, forgets all. Returns NULL if memory is short. */
struct chain_material *chain_material_new(size_t messages_max);
void chain_material_free(struct chain_material *c);

/* Keeps a copy of the response if it holds any material. Returns 0 or -ENOMEM. */
int chain_material_add(struct chain_material *c, const struct message *response);

/* Takes an offered message, and returns the result of gate_learn(). */
typedef enum learned chain_material_offer(void *context, struct span message);

/* Offers the messages that may answer `want`, until one is LEARNED; then returns true. First come
 * messages about its name, then denials from the zones above it, deepest zone first. The order in
 * each group: messages from which something was learned, in which something was proved, not offered
 * yet, and in which nothing held. Newer messages come first. */
bool chain_material_search(struct chain_material *c, const struct want *want,
        chain_material_offer *offer, void *context);

/* Offers only the messages about the name of the want, and does not note the results. For a DS
 * these are its RRset, responses to a query for it, referrals, and an NSEC at the name. */
bool chain_material_search_by_name(struct chain_material *c, const struct want *want,
        chain_material_offer *offer, void *context);

#endif

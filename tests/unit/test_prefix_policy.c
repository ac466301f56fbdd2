/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The workers judge by the prefixes of NAT64s that are found, and no longer by those that are
 * lost. */
#include "validating.h"

#include "config/network_text.h"
#include "daemon/prefix_policy.h"
#include "gate/synthesis.h"
#include "worker/worker_orders.h"
#include "worker/worker_private.h"

#define WORKERS  2
#define QUESTION "www.example.test AAAA"
#define MADE_UP  "www.example.test AAAA fd64::192.0.2.1"

struct bed {
	struct network well_known;
	struct policy configured;
	struct found_prefixes found;
	struct prefix_policies policies;
	struct worker *workers[WORKERS];
};

static struct network network_of(const char *text)
{
	struct network network;

	assert_true(network_read(text, &network));
	return network;
}

static struct bed *bed_new(void)
{
	struct bed *b = calloc(1, sizeof(*b));

	b->well_known = network_of("64:ff9b::/96");
	b->configured = (struct policy){ .dns64 = &b->well_known,
		.dns64_count = 1,
		.finds_dns64 = true,
		.passes_blocked = true };
	for (unsigned i = 0; i < WORKERS; i++) {
		struct worker *w = calloc(1, sizeof(*w));
		w->wake_fd = -1;
		w->gates.config = &w->config;
		w->fallback.shortcut = &w->shortcut;
		assert_int_equal(upstreams_init(&w->fallback.upstreams), 0);
		w->config.policy = w->policy_used = w->orders.policy = &b->configured;
		b->workers[i] = w;
	}
	b->policies = (struct prefix_policies){
		.configured = &b->configured, .workers = b->workers, .worker_count = WORKERS
	};
	return b;
}

static void bed_free(struct bed *b)
{
	for (unsigned i = 0; i < WORKERS; i++) {
		upstreams_fini(&b->workers[i]->fallback.upstreams);
		free(b->workers[i]);
	}
	prefix_policies_fini(&b->policies);
	free(b);
}

static void find(struct bed *b, const char *prefix, enum prefix_use use)
{
	b->found.items[b->found.count++] =
	        (struct found_prefix){ .network = network_of(prefix), .use = use };
}

/* Writes the prefixes by which a worker judges; those that were found come after a bar. */
static const char *list(const struct bed *b, unsigned worker)
{
	static char text[1000];
	const struct policy *p = b->workers[worker]->config.policy;
	char one[NETWORK_TEXT_SIZE];

	text[0] = '\0';
	for (unsigned i = 0; i < p->dns64_count; i++) {
		strcat(text, i ? " " : "");
		strcat(text, i == p->dns64_count - p->dns64_found ? "| " : "");
		strcat(text, network_write(&p->dns64[i], true, one));
	}
	return text;
}

static void a_worker_takes_new_prefixes_at_its_next_turn(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	assert_true(prefix_policies_publish(&b->policies, &b->found, 1000) == UINT64_MAX);
	assert_ptr_equal(worker_policy(b->workers[0]), &b->configured);
	find(b, "fd64::/96", PREFIX_COUNTS);
	assert_true(prefix_policies_publish(&b->policies, &b->found, 1000) == UINT64_MAX);
	assert_string_equal(list(b, 0), "64:ff9b::/96");
	orders_take(b->workers[0]);
	assert_string_equal(list(b, 0), "64:ff9b::/96 | fd64::/96");
	assert_string_equal(list(b, 1), "64:ff9b::/96");
	assert_ptr_equal(b->workers[0]->gates.gate.policy, b->workers[0]->config.policy);
	/* all of the policy goes on, also in the gate for names of time servers */
	assert_true(b->workers[0]->config.policy->passes_blocked);
	assert_true(b->workers[0]->gates.dateless.policy.is_dateless);
	assert_int_equal(b->workers[0]->gates.dateless.policy.dns64_count, 2);
	orders_take(b->workers[1]);
	assert_string_equal(list(b, 1), "64:ff9b::/96 | fd64::/96");
	bed_free(b);
}

static void only_prefixes_that_count_reach_the_workers_and_each_once(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	find(b, "2001:db8:64::/96", PREFIX_GLOBAL);
	find(b, "fd53:3::/96", PREFIX_ON_LINK);
	prefix_policies_publish(&b->policies, &b->found, 1000);
	assert_null(b->policies.newest);
	find(b, "fd64::/96", PREFIX_COUNTS);
	find(b, "fd65::/96", PREFIX_COUNTS);
	find(b, "fd64::/96", PREFIX_COUNTS); /* by another resolver */
	prefix_policies_publish(&b->policies, &b->found, 1000);
	orders_take(b->workers[0]);
	assert_string_equal(list(b, 0), "64:ff9b::/96 | fd64::/96 fd65::/96");

	/* another order, and one that two told: nothing changes, and nothing is forgotten */
	b->found.count = 0;
	find(b, "fd65::/96", PREFIX_COUNTS);
	find(b, "fd64::/96", PREFIX_COUNTS);
	prefix_policies_publish(&b->policies, &b->found, 100000);
	assert_ptr_equal(b->workers[0]->orders.policy, b->workers[0]->policy_used);
	bed_free(b);
}

/* A neighbour that advertises now this prefix, now that one, must not have all that was judged
 * forgotten with each packet. */
static void changes_rest_between(void **state)
{
	(void)state;
	struct bed *b = bed_new();

	find(b, "fd64::/96", PREFIX_COUNTS);
	assert_true(prefix_policies_publish(&b->policies, &b->found, 1000) == UINT64_MAX);
	b->found.count = 0;
	assert_int_equal(
	        prefix_policies_publish(&b->policies, &b->found, 1001), 1000 + PREFIX_REST_MS);
	orders_take(b->workers[0]);
	assert_string_equal(list(b, 0), "64:ff9b::/96 | fd64::/96");
	assert_true(prefix_policies_publish(&b->policies, &b->found, 1000 + PREFIX_REST_MS) ==
	            UINT64_MAX);
	orders_take(b->workers[0]);
	assert_string_equal(list(b, 0), "64:ff9b::/96");
	bed_free(b);
}

/* (AddressSanitizer sees a policy that is freed too early.) */
static void a_policy_lives_as_long_as_a_worker_uses_it(void **state)
{
	(void)state;
	struct bed *b = bed_new();
	static const char *const prefixes[] = { "fd64::/96", "fd65::/96", "fd66::/96" };

	assert_false(prefix_policies_clean(&b->policies));
	for (unsigned i = 0; i < COUNT(prefixes); i++) {
		find(b, prefixes[i], PREFIX_COUNTS);
		prefix_policies_publish(&b->policies, &b->found, (i + 1) * PREFIX_REST_MS);
		assert_true(prefix_policies_clean(&b->policies) == (i > 0));
		if (i == 0)
			orders_take(b->workers[1]);
		orders_take(b->workers[0]);
	}
	assert_string_equal(list(b, 1), "64:ff9b::/96 | fd64::/96");
	assert_true(prefix_policies_clean(&b->policies));
	orders_take(b->workers[1]);
	assert_false(prefix_policies_clean(&b->policies));
	assert_string_equal(list(b, 1), "64:ff9b::/96 | fd64::/96 fd65::/96 fd66::/96");
	bed_free(b);
}

/* Judges the made-up address; its gate gets what it wants. */
static void judge(struct validating *v, struct gate_result *result)
{
	static struct msgbuild response;
	struct client_query asked = judge_asked(QUESTION, ASK_DO);
	struct judge *j = v->judge;

	judge_begin(j, QUESTION, 0);
	judge_write(j, MADE_UP);
	response = j->response;
	for (unsigned i = 0; i < LIMIT_FETCHES; i++) {
		struct writer out = writer_over(j->out, sizeof(j->out));
		gate_judge(&v->gates.gate, &asked, msg_span(&response), j->now, &out, result);
		if (result->verdict != GATE_WANT)
			break;
		v->want = result->want;
		if (v->want.type != TYPE_A && v->want.type != TYPE_AAAA) {
			validating_feed(v);
			continue;
		}
		judge_begin(j, v->want.type == TYPE_A ? "www.example.test A" : QUESTION, 0);
		judge_write(j, v->want.type == TYPE_A
		                       ? "www.example.test A 192.0.2.1 | example.test"
		                       : SOA_EXAMPLE
		                       "> www.example.test NSEC z.example.test A RRSIG "
		                       "NSEC | example.test");
		assert_int_equal(
		        gate_learn(&v->gates.gate, &v->want, msg_span(&j->response), j->now, true),
		        LEARNED);
	}
	j->response = response;
}

static bool recall(struct validating *v, struct gate_result *result)
{
	struct client_query asked = judge_asked(QUESTION, ASK_DO);
	struct msgbuild copy = v->judge->response;
	struct rr rrs[8];
	struct message m;

	assert_true(message_parse(&m, msg_span(&copy), rrs, COUNT(rrs)));
	return gate_recall(&v->gates.gate, &asked, &m, copy.octets, v->judge->now, result);
}

/* A response that passed by a prefix is remembered, and would be recalled until its proof ends. */
static void a_response_that_passed_is_judged_anew_when_its_prefix_is_lost(void **state)
{
	(void)state;
	struct validating *v = validating_new(false);
	struct network prefix = network_of("fd64::/96");
	struct policy found = v->policy;
	struct gate_result result;

	assert_int_equal(synthesis_init(&v->gates.gate.synthesis), 0);
	judge(v, &result);
	assert_int_equal(result.outcome.reason, REASON_RRSIG_MISSING);
	found.dns64 = &prefix;
	found.dns64_count = found.dns64_found = 1;
	gates_use_policy(&v->gates, &found);
	judge(v, &result);
	assert_int_equal(result.outcome.reason, REASON_DNS64);
	assert_true(recall(v, &result));
	gates_use_policy(&v->gates, &v->policy);
	assert_false(recall(v, &result));
	judge(v, &result);
	assert_int_equal(result.outcome.reason, REASON_RRSIG_MISSING);
	assert_int_equal(result.verdict, GATE_SERVFAIL);
	validating_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_worker_takes_new_prefixes_at_its_next_turn),
		cmocka_unit_test(only_prefixes_that_count_reach_the_workers_and_each_once),
		cmocka_unit_test(changes_rest_between),
		cmocka_unit_test(a_policy_lives_as_long_as_a_worker_uses_it),
		cmocka_unit_test(a_response_that_passed_is_judged_anew_when_its_prefix_is_lost),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

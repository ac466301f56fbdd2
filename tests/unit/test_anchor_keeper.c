/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keeper against a server on the loopback interface, in real time: what the keeper asks, saves
 * and trusts. There are no workers here. */
#include "test.h"
#include "zone.h"

#include <netinet/in.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemon/anchor_keeper.h"

#define DAY        86400
#define PATIENCE_S 60 /* for events that happen at once on an idle machine */

enum { OLD, NEW, OLD_REVOKED, KEYS };

struct lab {
	char directory[40], state[60];
	int udp;
	struct sockaddr_storage server;
	struct sockaddr_in client;
	struct testkey *keys[KEYS];
	struct config config;
	struct anchors *configured;
	struct anchor_keeper *keeper;
};

/* Returns the socket of a server, and writes its address. */
static int open_server(struct sockaddr_storage *server)
{
	struct sockaddr_in *address = (struct sockaddr_in *)server;
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	socklen_t len = sizeof(*address);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	address->sin_family = AF_INET;
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)address, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)address, &len), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

static void configure(struct lab *lab, int key)
{
	struct rd rd = rd_ds(lab->keys[key], DIGEST_SHA256);
	struct ds ds;

	assert_true(ds_read(span_of(rd.octets, rd.len), &ds));
	assert_true(anchors_add(lab->configured, &name_root, &ds));
}

static int set_up(void **state)
{
	struct lab *lab = calloc(1, sizeof(*lab));

	strcpy(lab->directory, "/tmp/sealgate-test-keeper-XXXXXX");
	assert_non_null(mkdtemp(lab->directory));
	snprintf(lab->state, sizeof(lab->state), "%s/anchors", lab->directory);
	lab->udp = open_server(&lab->server);
	lab->keys[OLD] = testkey_seeded(ALGORITHM_ED25519, 257, ".", "old");
	lab->keys[NEW] = testkey_seeded(ALGORITHM_ED25519, 257, ".", "new");
	lab->keys[OLD_REVOKED] = testkey_revoked(lab->keys[OLD]);
	config_defaults(&lab->config);
	strcpy(lab->config.trust_anchor_state, lab->state);
	lab->config.resolvers =
	        (struct config_servers){ 1, calloc(1, sizeof(*lab->config.resolvers.items)) };
	lab->config.resolvers.items[0] = lab->server;
	lab->configured = anchors_new();
	configure(lab, OLD);
	*state = lab;
	return 0;
}

static int tear_down(void **state)
{
	struct lab *lab = *state;
	char damaged[80];

	snprintf(damaged, sizeof(damaged), "%s.damaged", lab->state);
	unlink(damaged);
	unlink(lab->state);
	assert_int_equal(rmdir(lab->directory), 0);
	for (unsigned i = 0; i < KEYS; i++)
		testkey_free(lab->keys[i]);
	anchors_free(lab->configured);
	close(lab->udp);
	config_fini(&lab->config);
	free(lab);
	return 0;
}

static void start(struct lab *lab)
{
	lab->keeper = anchor_keeper_new(&lab->config, lab->configured);
	assert_non_null(lab->keeper);
	assert_int_equal(anchor_keeper_start(lab->keeper, NULL, 0), 0);
}

static void end(struct lab *lab)
{
	anchor_keeper_stop(lab->keeper);
	anchor_keeper_free(lab->keeper);
	lab->keeper = NULL;
}

/* Waits for a query for the DNSKEY RRset of the root, and returns its id. */
static uint16_t receive(struct lab *lab)
{
	static const uint8_t question[] = { 0, 0, TYPE_DNSKEY, 0, CLASS_IN };
	uint8_t query[512];
	socklen_t len = sizeof(lab->client);
	ssize_t n =
	        recvfrom(lab->udp, query, sizeof(query), 0, (struct sockaddr *)&lab->client, &len);

	assert_in_range(n, DNS_HEADER_SIZE + sizeof(question), sizeof(query));
	assert_memory_equal(query + DNS_HEADER_SIZE, question, sizeof(question));
	return (uint16_t)(query[0] << 8 | query[1]);
}

#define K(i) (1u << (i))

static void answer(struct lab *lab, uint16_t id, unsigned published, unsigned signers)
{
	static struct msgbuild b;
	int64_t now_s = clock_wall_s();
	struct signing how = { .inception = (uint32_t)(now_s - DAY),
		.expiration = (uint32_t)(now_s + 10 * DAY) };
	struct rd rds[KEYS];
	size_t count = 0;

	for (unsigned i = 0; i < KEYS; i++) {
		if (published & K(i))
			rds[count++] = rd_dnskey(lab->keys[i]);
	}
	msg_begin(&b, id, FLAG_QR, ".", TYPE_DNSKEY);
	msg_rrset(&b, ".", TYPE_DNSKEY, 2 * DAY, rds, count);
	for (unsigned i = 0; i < KEYS; i++) {
		if (signers & K(i))
			msg_rr(&b, ".", TYPE_RRSIG, 2 * DAY,
			        rd_rrsig(
			                lab->keys[i], ".", TYPE_DNSKEY, 2 * DAY, rds, count, &how));
	}
	assert_true(sendto(lab->udp, b.octets, b.len, 0, (struct sockaddr *)&lab->client,
	                    sizeof(lab->client)) == (ssize_t)b.len);
}

static bool state_file_has(const struct lab *lab, const char *text)
{
	char content[8192];
	FILE *file = fopen(lab->state, "r");

	if (!file)
		return false;
	size_t len = fread(content, 1, sizeof(content) - 1, file);
	fclose(file);
	content[len] = '\0';
	return strstr(content, text) != NULL;
}

static void wait_for_state(const struct lab *lab, const char *text)
{
	uint64_t deadline_ms = clock_monotonic_ms() + PATIENCE_S * 1000;

	while (!state_file_has(lab, text) && clock_monotonic_ms() < deadline_ms)
		usleep(1000);
	assert_row(text, state_file_has(lab, text));
}

static unsigned trusted(const struct lab *lab)
{
	const struct anchors *a = anchor_keeper_anchors(lab->keeper);
	return anchors_count(a) ? anchors_at(a, 0)->ds.count : 0;
}

static void a_new_key_is_found_but_not_trusted_yet(void **state)
{
	struct lab *lab = *state;

	start(lab);
	answer(lab, receive(lab), K(OLD) | K(NEW), K(OLD));
	wait_for_state(lab, "key 2 pending learned");
	anchor_keeper_stop(lab->keeper);
	assert_int_equal(trusted(lab), 1);
	anchor_keeper_free(lab->keeper);

	/* The next keeper continues with this state, and has no reason to ask yet. */
	start(lab);
	assert_true(state_file_has(lab, "key 2 pending learned"));
	end(lab);
	assert_int_equal(recv(lab->udp, &(char){ 0 }, 1, MSG_DONTWAIT), -1);
}

static void a_revoked_key_is_not_trusted_again_after_a_restart(void **state)
{
	struct lab *lab = *state;

	configure(lab, NEW);
	start(lab);
	answer(lab, receive(lab), K(OLD_REVOKED) | K(NEW), K(OLD_REVOKED) | K(NEW));
	wait_for_state(lab, "key 1 revoked configured");
	anchor_keeper_stop(lab->keeper);
	assert_int_equal(trusted(lab), 1);
	anchor_keeper_free(lab->keeper);
	start(lab);
	assert_int_equal(trusted(lab), 1);
	end(lab);
}

static void an_unsigned_answer_changes_nothing_and_is_asked_again(void **state)
{
	struct lab *lab = *state;

	start(lab);
	answer(lab, receive(lab), K(NEW), K(NEW));
	answer(lab, receive(lab), K(OLD) | K(NEW), 0);
	answer(lab, receive(lab), K(OLD_REVOKED) | K(NEW), K(NEW));
	wait_for_state(lab, "zone . seen=- next=2");
	assert_false(state_file_has(lab, "key 2"));
	assert_true(state_file_has(lab, "key 1 valid configured"));
	end(lab);
}

static void without_a_resolver_the_server_that_showed_the_keys_is_asked(void **state)
{
	struct lab *lab = *state;
	struct sockaddr_storage another = { 0 };
	int its_socket = open_server(&another);
	struct name other;

	lab->config.resolvers.count = 0;
	start(lab);
	assert_true(name_from_text("other.test.", &other));
	anchor_keeper_answered(lab->keeper, &other, &another);
	anchor_keeper_answered(lab->keeper, &name_root, &lab->server);
	answer(lab, receive(lab), K(OLD), K(OLD));
	wait_for_state(lab, "zone . seen=2");
	end(lab);
	/* this server was reported first, so it would have been asked first */
	assert_int_equal(recv(its_socket, &(char){ 0 }, 1, MSG_DONTWAIT), -1);
	close(its_socket);
}

static void the_keeper_stops_at_once_while_it_waits_for_an_answer(void **state)
{
	struct lab *lab = *state;

	start(lab);
	receive(lab);
	end(lab);
	/* After its last try, the keeper would have written the time of the next one. */
	assert_true(state_file_has(lab, "zone . seen=- next=-"));
}

static void a_damaged_file_is_renamed_and_the_configured_anchors_are_trusted(void **state)
{
	struct lab *lab = *state;
	FILE *file = fopen(lab->state, "w");
	char damaged[80];

	fputs("sealgate-anchors 1\nnonsense\n", file);
	fclose(file);
	start(lab);
	assert_int_equal(trusted(lab), 1);
	end(lab);
	snprintf(damaged, sizeof(damaged), "%s.damaged", lab->state);
	assert_int_equal(access(damaged, F_OK), 0);
	assert_true(state_file_has(lab, "key 1 valid configured"));
}

static void a_change_that_cannot_be_saved_takes_effect(void **state)
{
	struct lab *lab = *state;

	configure(lab, NEW);
	strcpy(lab->config.trust_anchor_state, "/proc/no/where");
	start(lab);
	answer(lab, receive(lab), K(OLD_REVOKED) | K(NEW), K(OLD_REVOKED));
	uint64_t deadline_ms = clock_monotonic_ms() + PATIENCE_S * 1000;
	do {
		usleep(20000);
		anchor_keeper_stop(lab->keeper);
		if (trusted(lab) == 1 || clock_monotonic_ms() > deadline_ms)
			break;
		anchor_keeper_free(lab->keeper);
		start(lab);
		answer(lab, receive(lab), K(OLD_REVOKED) | K(NEW), K(OLD_REVOKED));
	} while (true);
	assert_int_equal(trusted(lab), 1);
	anchor_keeper_free(lab->keeper);
}

int main(void)
{
#define IN_LAB(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		IN_LAB(a_new_key_is_found_but_not_trusted_yet),
		IN_LAB(a_revoked_key_is_not_trusted_again_after_a_restart),
		IN_LAB(an_unsigned_answer_changes_nothing_and_is_asked_again),
		IN_LAB(without_a_resolver_the_server_that_showed_the_keys_is_asked),
		IN_LAB(the_keeper_stops_at_once_while_it_waits_for_an_answer),
		IN_LAB(a_damaged_file_is_renamed_and_the_configured_anchors_are_trusted),
		IN_LAB(a_change_that_cannot_be_saved_takes_effect),
	};
	if (!getenv("TEST_LOG"))
		assert_non_null(freopen("/dev/null", "w", stderr)); /* hide the log */
	return cmocka_run_group_tests_name("anchor_keeper", tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "zone.h"

#include "base/writer.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void require(bool claim)
{
	if (!claim)
		abort();
}

size_t name_to_wire(const char *text, uint8_t out[static 256])
{
	struct writer w = writer_over(out, 256);

	while (*text && strcmp(text, ".") != 0) {
		size_t len = strcspn(text, ".");
		require(len >= 1 && len <= 63);
		writer_u8(&w, (uint8_t)len);
		writer_put(&w, span_of(text, len));
		text += len + (text[len] == '.');
	}
	writer_u8(&w, 0);
	require(!w.full);
	return w.len;
}

void lower_octets(uint8_t *octets, size_t len)
{
	for (size_t i = 0; i < len; i++)
		octets[i] += octets[i] >= 'A' && octets[i] <= 'Z' ? 'a' - 'A' : 0;
}

/* ---- RDATA ---- */

static struct writer rd_writer(struct rd *rd)
{
	return writer_over(rd->octets, RD_MAX);
}

static void rd_end(struct rd *rd, const struct writer *w)
{
	require(!w->full);
	rd->len = w->len;
}

static void put_name(struct writer *w, const char *text)
{
	uint8_t name[256];
	writer_put(w, span_of(name, name_to_wire(text, name)));
}

/* `before`, then a name that the canonical form lowers. */
static struct rd octets_and_name(struct span before, const char *name)
{
	struct rd rd = { .names_at = before.len };
	struct writer w = rd_writer(&rd);

	writer_put(&w, before);
	put_name(&w, name);
	rd_end(&rd, &w);
	rd.names_len = rd.len - rd.names_at;
	return rd;
}

struct rd rd_raw(struct span octets)
{
	struct rd rd = { 0 };
	struct writer w = rd_writer(&rd);

	writer_put(&w, octets);
	rd_end(&rd, &w);
	return rd;
}

static struct rd rd_address(int family, const char *text, size_t len)
{
	uint8_t address[16];
	require(inet_pton(family, text, address) == 1);
	return rd_raw(span_of(address, len));
}

struct rd rd_a(const char *address)
{
	return rd_address(AF_INET, address, 4);
}

struct rd rd_aaaa(const char *address)
{
	return rd_address(AF_INET6, address, 16);
}

struct rd rd_name(const char *name)
{
	return octets_and_name(span_of(NULL, 0), name);
}

struct rd rd_mx(uint16_t preference, const char *name)
{
	uint8_t before[2];
	put_u16(before, preference);
	return octets_and_name(span_of(before, sizeof(before)), name);
}

struct rd rd_srv(uint16_t priority, uint16_t weight, uint16_t port, const char *target)
{
	uint8_t before[6];
	put_u16(before, priority);
	put_u16(before + 2, weight);
	put_u16(before + 4, port);
	return octets_and_name(span_of(before, sizeof(before)), target);
}

struct rd rd_txt(const char *text)
{
	struct rd rd = { 0 };
	struct writer w = rd_writer(&rd);

	require(strlen(text) <= 255);
	writer_u8(&w, (uint8_t)strlen(text));
	writer_put(&w, span_of(text, strlen(text)));
	rd_end(&rd, &w);
	return rd;
}

struct rd rd_soa(const char *mname, const char *rname, uint32_t serial, uint32_t minimum)
{
	struct rd rd = { 0 };
	struct writer w = rd_writer(&rd);
	const uint32_t refresh = 3600, retry = 900, expire = 604800;

	put_name(&w, mname);
	put_name(&w, rname);
	rd.names_len = w.len;
	writer_u32(&w, serial);
	writer_u32(&w, refresh);
	writer_u32(&w, retry);
	writer_u32(&w, expire);
	writer_u32(&w, minimum);
	rd_end(&rd, &w);
	return rd;
}

/* Windows of 256 types, each as long as its last type needs (RFC 4034, 4.1.2). */
static void put_bitmap(struct writer *w, const uint16_t *types)
{
	uint8_t windows[256][32] = { { 0 } };

	for (; *types; types++)
		windows[*types >> 8][(*types & 0xff) / 8] |= (uint8_t)(0x80 >> (*types & 7));
	for (unsigned i = 0; i < 256; i++) {
		size_t len = 32;
		while (len > 0 && windows[i][len - 1] == 0)
			len--;
		if (len == 0)
			continue;
		writer_u8(w, (uint8_t)i);
		writer_u8(w, (uint8_t)len);
		writer_put(w, span_of(windows[i], len));
	}
}

/* NSEC's next name is not lowered (RFC 6840, 5.1), so it is not among the rd's names. */
struct rd rd_nsec(const char *next, const uint16_t *types)
{
	struct rd rd = { 0 };
	struct writer w = rd_writer(&rd);

	put_name(&w, next);
	put_bitmap(&w, types);
	rd_end(&rd, &w);
	return rd;
}

/* ---- NSEC3 ---- */

struct testhash testhash_of(const char *name, const struct nsec3_params *p)
{
	uint8_t octets[256 + 255];
	size_t len = name_to_wire(name, octets);
	struct testhash h;

	lower_octets(octets, len);
	for (unsigned round = 0; round <= p->iterations; round++) {
		if (p->salt.len)
			memcpy(octets + len, p->salt.base, p->salt.len);
		require(EVP_Q_digest(
		        NULL, "SHA1", NULL, octets, len + p->salt.len, h.octets, NULL));
		len = sizeof(h.octets);
		memcpy(octets, h.octets, len);
	}
	return h;
}

struct testhash testhash_step(struct testhash h, int by)
{
	const uint8_t wraps_at = by > 0 ? 0xff : 0;
	size_t i = sizeof(h.octets);

	while (i-- > 0) {
		bool carries = h.octets[i] == wraps_at;
		h.octets[i] = (uint8_t)(h.octets[i] + by);
		if (!carries)
			break;
	}
	return h;
}

/* Five bits a digit: 20 octets are 32 digits without padding (RFC 4648, 7). */
const char *testhash_owner(
        struct testhash h, const char *zone, char text[static TESTHASH_OWNER_SIZE])
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuv";

	for (unsigned i = 0; i < 32; i++) {
		unsigned bit = i * 5, octet = bit / 8;
		unsigned pair = (unsigned)h.octets[octet] << 8 |
		                (octet + 1 < 20 ? h.octets[octet + 1] : 0u);
		text[i] = digits[pair >> (11 - bit % 8) & 31];
	}
	snprintf(text + 32, TESTHASH_OWNER_SIZE - 32, ".%s", strcmp(zone, ".") == 0 ? "" : zone);
	return text;
}

struct rd rd_nsec3(const struct nsec3_params *p, struct testhash next, const uint16_t *types)
{
	struct rd rd = { 0 };
	struct writer w = rd_writer(&rd);

	writer_u8(&w, 1); /* SHA-1, the only algorithm */
	writer_u8(&w, p->flags);
	writer_u16(&w, p->iterations);
	writer_u8(&w, (uint8_t)p->salt.len);
	writer_put(&w, p->salt);
	writer_u8(&w, sizeof(next.octets));
	writer_put(&w, span_of(next.octets, sizeof(next.octets)));
	put_bitmap(&w, types);
	rd_end(&rd, &w);
	return rd;
}

/* ---- Messages ---- */

static struct writer msg_writer(struct msgbuild *b)
{
	struct writer w = writer_over(b->octets, sizeof(b->octets));
	w.len = b->len;
	return w;
}

static void msg_end(struct msgbuild *b, const struct writer *w)
{
	require(!w->full);
	b->len = w->len;
}

void msg_begin(struct msgbuild *b, uint16_t id, uint16_t flags, const char *qname, uint16_t qtype)
{
	*b = (struct msgbuild){ .section = SECTION_ANSWER };
	struct writer w = msg_writer(b);

	require((size_t)snprintf(b->qname, sizeof(b->qname), "%s", qname) < sizeof(b->qname));
	writer_u16(&w, id);
	writer_u16(&w, flags);
	writer_u16(&w, 1);
	writer_put(&w, span_of("\0\0\0\0\0", 6));
	put_name(&w, qname);
	writer_u16(&w, qtype);
	writer_u16(&w, CLASS_IN);
	msg_end(b, &w);
}

void msg_section(struct msgbuild *b, enum section section)
{
	require(section >= b->section);
	b->section = section;
}

static void put_record(struct msgbuild *b, const char *owner, uint16_t type, uint16_t class,
        uint32_t ttl, const struct rd *rd)
{
	struct writer w = msg_writer(b);
	uint8_t *count = b->octets + 6 + 2 * b->section;

	if (b->compress && strcmp(owner, b->qname) == 0)
		writer_u16(&w, 0xc000 | DNS_HEADER_SIZE);
	else
		put_name(&w, owner);
	writer_u16(&w, type);
	writer_u16(&w, class);
	writer_u32(&w, ttl);
	writer_u16(&w, (uint16_t)rd->len);
	writer_put(&w, span_of(rd->octets, rd->len));
	put_u16(count, (uint16_t)((count[0] << 8 | count[1]) + 1));
	msg_end(b, &w);
}

void msg_rr(struct msgbuild *b, const char *owner, uint16_t type, uint32_t ttl, struct rd rd)
{
	put_record(b, owner, type, CLASS_IN, ttl, &rd);
}

void msg_rrset(struct msgbuild *b, const char *owner, uint16_t type, uint32_t ttl,
        const struct rd *rdatas, size_t count)
{
	for (size_t i = 0; i < count; i++)
		put_record(b, owner, type, CLASS_IN, ttl, &rdatas[i]);
}

void msg_signed(struct msgbuild *b, const struct testkey *k, const char *owner, uint16_t type,
        uint32_t ttl, const struct rd *rdatas, size_t count, const struct signing *how)
{
	msg_rrset(b, owner, type, ttl, rdatas, count);
	msg_rr(b, owner, TYPE_RRSIG, ttl, rd_rrsig(k, owner, type, ttl, rdatas, count, how));
}

void msg_opt(struct msgbuild *b, uint16_t udp_size, bool dnssec_ok)
{
	const struct rd none = { 0 };
	put_record(b, ".", TYPE_OPT, udp_size, dnssec_ok ? 0x8000 : 0, &none);
}

void msg_opt_with_ede(struct msgbuild *b, bool dnssec_ok, uint16_t code)
{
	const uint8_t option[] = { 0, 15, 0, 2, (uint8_t)(code >> 8), (uint8_t)code };
	const struct rd rd = rd_raw(span_of(option, sizeof(option)));
	put_record(b, ".", TYPE_OPT, 1232, dnssec_ok ? 0x8000 : 0, &rd);
}

void msg_opt_with_cookie(struct msgbuild *b)
{
	static const char cookie[] = "\0\0\x29\x04\xd0\0\0\x80\0\0\x0c\0\x0a\0\x08"
	                             "8octets!";

	memcpy(b->octets + b->len, cookie, sizeof(cookie) - 1);
	b->len += sizeof(cookie) - 1;
	b->octets[11] = 1;
}

struct span msg_span(const struct msgbuild *b)
{
	return span_of(b->octets, b->len);
}

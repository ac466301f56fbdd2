/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/vault_message.h"

#include "base/cursor.h"

#define MESSAGE_VERSION 2 /* both programs come from one build; another one is refused */

/* ---- Fields ---- */

static void write_field(struct writer *out, struct span field)
{
	writer_u16(out, (uint16_t)field.len);
	writer_put(out, field);
	if (field.len > UINT16_MAX)
		out->full = true;
}

static void write_text_field(struct writer *out, const char *text)
{
	write_field(out, span_of(text, strlen(text)));
}

static struct span read_field(struct cursor *c)
{
	return cursor_take(c, cursor_u16(c));
}

static bool is_printable(uint8_t octet)
{
	return octet >= ' ' && octet <= '~';
}

/* Reads a field to a buffer of `size`, with a zero behind it. */
static void read_text_field(struct cursor *c, char *text, size_t size)
{
	struct span field = read_field(c);

	if (field.len >= size)
		c->bad = true;
	if (c->bad)
		field.len = 0;
	for (size_t i = 0; i < field.len; i++)
		text[i] = is_printable(field.base[i]) ? (char)field.base[i] : '?';
	text[field.len] = '\0';
}

/* A name must come as it went: with another octet in it, it would name another key. */
static void read_name_field(struct cursor *c, char name[static VAULT_NAME_SIZE])
{
	struct cursor ahead = *c;
	struct span field = read_field(&ahead);

	for (size_t i = 0; i < field.len; i++) {
		if (!is_printable(field.base[i]))
			c->bad = true;
	}
	read_text_field(c, name, VAULT_NAME_SIZE);
}

static size_t read_octets_field(struct cursor *c, uint8_t *octets, size_t capacity)
{
	struct span field = read_field(c);

	if (field.len > capacity)
		c->bad = true;
	if (c->bad || field.len == 0)
		return 0;
	memcpy(octets, field.base, field.len);
	return field.len;
}

/* ---- Messages ---- */

bool vault_message_is_ours(struct span message)
{
	return message.len > 0 && message.base[0] == MESSAGE_VERSION;
}

void vault_request_write(const struct vault_request *request, struct writer *out)
{
	writer_u8(out, MESSAGE_VERSION);
	writer_u8(out, (uint8_t)request->order);
	writer_u8(out, request->algorithm);
	writer_u16(out, request->number);
	write_text_field(out, request->name);
	write_field(out, request->data);
}

bool vault_request_read(struct vault_request *request, struct span message)
{
	struct cursor c = cursor_over(message);
	uint8_t version = cursor_u8(&c), order = cursor_u8(&c);

	request->order = (enum vault_order)order;
	request->algorithm = cursor_u8(&c);
	request->number = cursor_u16(&c);
	read_name_field(&c, request->name);
	request->data = read_field(&c);
	return cursor_done(&c) && version == MESSAGE_VERSION && order >= VAULT_ORDER_OPEN &&
	       order < VAULT_ORDER_END;
}

void vault_reply_write(const struct vault_reply *reply, struct writer *out)
{
	writer_u8(out, MESSAGE_VERSION);
	writer_u8(out, (uint8_t)reply->fault);
	write_text_field(out, reply->why.text);
	write_text_field(out, reply->key.name);
	writer_u8(out, reply->key.algorithm);
	write_field(out, vault_key_public(&reply->key));
	write_field(out, span_of(reply->signature, reply->signature_len));
}

bool vault_reply_read(struct vault_reply *reply, struct span message)
{
	struct cursor c = cursor_over(message);
	uint8_t version = cursor_u8(&c), fault = cursor_u8(&c);

	reply->fault = (enum vault_fault)fault;
	read_text_field(&c, reply->why.text, sizeof(reply->why.text));
	read_name_field(&c, reply->key.name);
	reply->key.algorithm = cursor_u8(&c);
	reply->key.public_len =
	        read_octets_field(&c, reply->key.public_octets, sizeof(reply->key.public_octets));
	reply->signature_len = read_octets_field(&c, reply->signature, sizeof(reply->signature));
	return cursor_done(&c) && version == MESSAGE_VERSION && fault < VAULT_FAULT_COUNT;
}

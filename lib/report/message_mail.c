/*
 * A mail as sendmail takes it: RFC 5322 headers, of which no text from outside
 * can become more, and a text in quoted-printable.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/utf8.h"
#include "report/message_impl.h"

#define SUBJECT_CHARS 200
#define PLAIN_BYTES 60 /* of a header that needs no encoding */
#define WORD_BYTES 45  /* makes 60 in base64; 75 is the most */
#define LINE_BYTES 72  /* of the text, encoded; 76 is the most */
#define SUMMARY_CHARS 4000
#define FACT_CHARS 1000
#define SECOND_MS 1000

static void
add_base64(struct text *out, const char *bytes, size_t length)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < length; i += 3) {
		unsigned bits = (unsigned)(unsigned char)bytes[i] << 16;

		if (i + 1 < length)
			bits |= (unsigned)(unsigned char)bytes[i + 1] << 8;
		if (i + 2 < length)
			bits |= (unsigned char)bytes[i + 2];
		text_add_char(out, digits[bits >> 18]);
		text_add_char(out, digits[bits >> 12 & 63]);
		text_add_char(
		    out, i + 1 < length ? digits[bits >> 6 & 63] : '=');
		text_add_char(out, i + 2 < length ? digits[bits & 63] : '=');
	}
}

static bool
is_plain(const char *words)
{
	for (const char *c = words; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			return false;
	return strlen(words) <= PLAIN_BYTES && strstr(words, "=?") == NULL;
}

/* As it is, or in encoded words (RFC 2047), none of which splits a char. */
static void
add_unstructured(struct text *out, const char *words)
{
	const char *before = "";

	if (is_plain(words)) {
		text_add(out, words);
		return;
	}
	while (*words != '\0') {
		size_t length = 0, left = strlen(words), next;

		while (left > length &&
		    (next = utf8_length(words + length, left - length)) > 0 &&
		    length + next <= WORD_BYTES)
			length += next;
		text_addf(out, "%s=?UTF-8?B?", before);
		add_base64(out, words, length);
		text_add(out, "?=");
		before = "\n ";
		words += length == 0 ? left : length;
	}
}

static void
add_date(struct text *out, struct json_object *notice)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu",
		"Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	int64_t at_ms;
	time_t seconds;
	struct tm tm;

	if (!json_int(notice, "at_ms", &at_ms))
		return;
	seconds = (time_t)(at_ms / SECOND_MS);
	if (gmtime_r(&seconds, &tm) == NULL)
		return;
	text_addf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\n",
	    days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900,
	    tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* The same for all that are about the incident: they make one thread. */
static void
add_subject(struct text *out, const struct message *m)
{
	struct json_object *first = m->notices[0];
	const char *incident = json_text(first, "incident");
	const char *summary = json_text(first, "summary");
	struct text words = text_new(MESSAGE_BYTES_MAX);
	struct text line = text_new(MESSAGE_BYTES_MAX);

	if (incident != NULL && *incident != '\0')
		text_addf(&words, "%s rollbackd: %s incident %s",
		    m->handle == NULL ? "" : "Re:", json_text(first, "service"),
		    incident);
	else {
		text_add(&words, " ");
		message_headline(&words, first);
		text_addf(&words, ": %s", summary == NULL ? "" : summary);
	}
	message_words(&line,
	    text_str(&words) + (*text_str(&words) == ' ' ? 1 : 0),
	    SUBJECT_CHARS, MESSAGE_LINE);
	text_add(out, "Subject: ");
	add_unstructured(out, text_str(&line));
	text_add(out, "\n");
	text_free(&words);
	text_free(&line);
}

/* What may stand left of the @ of an id. */
static void
add_id_part(struct text *out, const char *word)
{
	for (; *word != '\0'; word++)
		text_add_char(out,
		    (*word >= 'a' && *word <= 'z') ||
			    (*word >= 'A' && *word <= 'Z') ||
			    (*word >= '0' && *word <= '9') ?
			*word :
			'-');
}

static void
add_id(struct text *out, const char *header, const struct notifier_settings *n,
    const char *key)
{
	const struct notifier_mail *mail = n->settings;
	const char *at = strrchr(mail->from, '@');

	text_addf(out, "%s: <", header);
	add_id_part(out, key);
	text_add(out, ".");
	add_id_part(out, n->name);
	text_addf(out, "@%s>\n", at == NULL ? "localhost" : at + 1);
}

static void
add_headers(struct text *out, const struct notifier_settings *n,
    const struct message *m)
{
	const struct notifier_mail *mail = n->settings;
	const char *key = json_text(m->notices[0], "dedup_key");

	text_addf(out, "From: %s\n", mail->from);
	for (size_t i = 0; i < mail->to.count; i++)
		text_addf(out, "%s%s%s", i == 0 ? "To: " : ",\n ",
		    mail->to.items[i], i + 1 == mail->to.count ? "\n" : "");
	add_subject(out, m);
	add_date(out, message_last(m));
	add_id(out, "Message-ID", n, key == NULL ? "none" : key);
	if (m->handle != NULL) {
		add_id(out, "In-Reply-To", n, m->handle);
		add_id(out, "References", n, m->handle);
	}
	text_add(out,
	    "Auto-Submitted: auto-generated\n"
	    "MIME-Version: 1.0\n"
	    "Content-Type: text/plain; charset=utf-8\n"
	    "Content-Transfer-Encoding: quoted-printable\n\n");
}

static void
add_quoted(struct text *out, const char *words)
{
	size_t column = 0;

	for (const char *c = words; *c != '\0'; c++) {
		bool is_last = c[1] == '\n' || c[1] == '\0';
		bool is_plain = *c >= ' ' && *c <= '~' && *c != '=' &&
		    !(*c == ' ' && is_last) && !(*c == '.' && column == 0) &&
		    !(*c == 'F' && column == 0);

		if (*c == '\n') {
			text_add_char(out, '\n');
			column = 0;
			continue;
		}
		if (is_plain)
			text_add_char(out, *c);
		else
			text_addf(out, "=%02X", (unsigned)(unsigned char)*c);
		column += is_plain ? 1 : 3;
		if (column >= LINE_BYTES && !is_last) {
			text_add(out, "=\n");
			column = 0;
		}
	}
}

static void
add_notice(struct text *out, struct json_object *notice)
{
	const char *at = json_text(notice, "at");
	const char *summary = json_text(notice, "summary");

	if (at != NULL)
		text_addf(out, "%s  ", at);
	message_headline(out, notice);
	text_add(out, "\n");
	message_words(
	    out, summary == NULL ? "" : summary, SUMMARY_CHARS, MESSAGE_LINE);
	text_add(out, "\n\n");
}

static void
add_facts(struct text *out, struct json_object *notice)
{
	static const struct message_fact more[] = {
		{ "incident", "Incident" },
		{ "report", "Report" },
		{ "host", "Host" },
		{ NULL, NULL },
	};

	for (const struct message_fact *f = message_facts; f->key != NULL;) {
		const char *value = json_text(notice, f->key);

		if (value != NULL && *value != '\0') {
			text_addf(out, "%-14s", f->label);
			message_words(out, value, FACT_CHARS, MESSAGE_LINE);
			text_add(out, "\n");
		}
		f++;
		if (f->key == NULL && f != &more[3])
			f = more;
	}
}

void
message_mail(struct text *out, const struct notifier_settings *n,
    const struct message *m, char handle[NAME_MAX_BYTES + 1])
{
	struct text words = text_new(MESSAGE_BYTES_MAX);
	struct text id = text_new(NAME_MAX_BYTES + 1);
	const char *key = json_text(m->notices[0], "dedup_key");

	add_headers(out, n, m);
	for (size_t i = 0; i < m->count; i++)
		add_notice(&words, m->notices[i]);
	add_facts(&words, message_last(m));
	add_quoted(out, text_str(&words));
	add_id_part(&id, key == NULL ? "none" : key);
	(void)snprintf(handle, NAME_MAX_BYTES + 1, "%s",
	    m->handle == NULL ? text_str(&id) : m->handle);
	text_free(&words);
	text_free(&id);
}

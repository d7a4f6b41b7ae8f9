#include <string.h>

#include "base/utf8.h"
#include "report/message_impl.h"
#include "report/words.h"

#define CUT_BACK_CHARS 40 /* as far to find a blank */
#define ELLIPSIS "..."
#define ELLIPSIS_CHARS 3
#define PIECE_BYTES 16
/* Keeps what follows an @ from being a name. */
#define WORD_JOINER "\xe2\x81\xa0"

const char *const message_fields[] = {
	"event",
	"dedup_key",
	"summary",
	"host",
	"service",
	"environment",
	"incident",
	"severity",
	"rule",
	"action",
	"outcome",
	"version",
	"target_version",
	"procedure",
	"step",
	"approver",
	"report",
	"at",
	NULL,
};

const struct message_fact message_facts[] = {
	{ "service", "Service" },
	{ "environment", "Environment" },
	{ "severity", "Severity" },
	{ "version", "Version" },
	{ "target_version", "Goes back to" },
	{ "rule", "Rule" },
	{ "procedure", "Procedure" },
	{ "step", "Step" },
	{ "outcome", "Outcome" },
	{ "approver", "Waits for" },
	{ NULL, NULL },
};

const char *
message_field(void *notice, const char *name)
{
	return json_text(notice, name);
}

bool
message_is(struct json_object *notice, const char *event)
{
	const char *own = json_text(notice, "event");

	return own != NULL && strcmp(own, event) == 0;
}

static bool
says(struct json_object *notice, const char *key, const char *word)
{
	const char *own = json_text(notice, key);

	return own != NULL && strcmp(own, word) == 0;
}

/* Nobody need look after it any more. */
static bool
ended_well(struct json_object *notice)
{
	return says(notice, "outcome", "recovered") ||
	    says(notice, "outcome", "not_needed") ||
	    says(notice, "outcome", "cleared") ||
	    says(notice, "outcome", "superseded");
}

enum message_state
message_state(struct json_object *notice)
{
	if (says(notice, "action", "shadow"))
		return MESSAGE_TRIAL;
	if (message_is(notice, "closed"))
		return ended_well(notice) ? MESSAGE_WELL : MESSAGE_ENDED;
	if (message_is(notice, "decision"))
		return says(notice, "action", "roll_back") ? MESSAGE_ACTS :
							     MESSAGE_WAITS;
	if (message_is(notice, "approved"))
		return MESSAGE_ACTS;
	if (message_is(notice, "approval") ||
	    message_is(notice, "approval_escalated") ||
	    message_is(notice, "held"))
		return MESSAGE_WAITS;
	if (message_is(notice, "hold") || message_is(notice, "test"))
		return MESSAGE_INFORMS;
	return MESSAGE_TROUBLE;
}

struct json_object *
message_last(const struct message *m)
{
	return m->notices[m->count - 1];
}

struct json_object *
message_find(const struct message *m, enum message_state state)
{
	for (size_t i = m->count; i > 0; i--)
		if (message_state(m->notices[i - 1]) == state)
			return m->notices[i - 1];
	return NULL;
}

/* What turns lines or the direction of the writing. */
static bool
is_unruly(const char *at, size_t length)
{
	unsigned char c = (unsigned char)at[0], last;

	if (length == 1)
		return c < 0x20 || c == 0x7f;
	if (length == 2)
		return c == 0xc2 && (unsigned char)at[1] < 0xa0;
	if (length != 3 || c != 0xe2)
		return false;
	last = (unsigned char)at[2];
	if ((unsigned char)at[1] == 0x80)
		return last >= 0xa8 && last <= 0xae;
	return (unsigned char)at[1] == 0x81 && last >= 0xa6 && last <= 0xa9;
}

/* One character as it goes out; gives how many that makes. */
static size_t
escape_char(const char *at, size_t length, bool before_letter,
    enum message_escape escape, char piece[PIECE_BYTES])
{
	const char *as = NULL;

	if (is_unruly(at, length))
		as = *at == '\n' && escape != MESSAGE_LINE ? "\n" : " ";
	else if (escape != MESSAGE_LINE && *at == '&')
		as = "&amp;";
	else if (escape != MESSAGE_LINE && *at == '<')
		as = "&lt;";
	else if (escape != MESSAGE_LINE && *at == '>')
		as = "&gt;";
	if (as == NULL) {
		memcpy(piece, at, length);
		piece[length] = '\0';
		if (*at != '@' || escape != MESSAGE_SLACK || !before_letter)
			return 1;
		memcpy(piece + 1, WORD_JOINER, sizeof(WORD_JOINER));
		return 2;
	}
	memcpy(piece, as, strlen(as) + 1);
	return strlen(as);
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Adds up to so many characters; false: that is not all of it. */
static bool
add_chars(struct text *out, const char *words, size_t max_chars,
    enum message_escape escape)
{
	size_t left = strlen(words), chars = 0;
	size_t blank = 0, blank_chars = 0; /* where the last one was added */

	while (left > 0) {
		size_t length = utf8_length(words, left);
		const char *at = length == 0 ? "\xef\xbf\xbd" : words;
		char piece[PIECE_BYTES];
		size_t more = escape_char(at, length == 0 ? 3 : length,
		    left > 1 && is_letter(words[1]), escape, piece);

		if (chars + more > max_chars) {
			if (blank > 0 && chars - blank_chars < CUT_BACK_CHARS) {
				out->length = blank;
				out->data[blank] = '\0';
			}
			return false;
		}
		if (*piece == ' ' || *piece == '\n') {
			blank = out->length;
			blank_chars = chars;
		}
		text_add(out, piece);
		chars += more;
		words += length == 0 ? 1 : length;
		left -= length == 0 ? 1 : length;
	}
	return true;
}

void
message_words(struct text *out, const char *words, size_t max_chars,
    enum message_escape escape)
{
	size_t before = out->length;

	if (add_chars(out, words, max_chars, escape))
		return;
	if (out->data != NULL) {
		out->length = before;
		out->data[before] = '\0';
	}
	(void)add_chars(out, words, max_chars - ELLIPSIS_CHARS, escape);
	text_add(out, ELLIPSIS);
}

void
message_headline(struct text *out, struct json_object *notice)
{
	const char *service = json_text(notice, "service");
	const char *severity = json_text(notice, "severity");
	const char *environment = json_text(notice, "environment");
	const char *host = json_text(notice, "host");

	if (service == NULL || strcmp(service, "*") == 0) {
		text_addf(out, "rollbackd%s%s", host == NULL ? "" : " on ",
		    host == NULL ? "" : host);
		return;
	}
	if (severity != NULL)
		text_addf(out, "%s ", severity);
	text_add(out, service);
	if (environment != NULL && *environment != '\0')
		text_addf(out, " (%s)", environment);
}

void
message_add_json(struct text *out, struct json_object *o)
{
	text_add(out,
	    json_object_to_json_string_ext(
		o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}

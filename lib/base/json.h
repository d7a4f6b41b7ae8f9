/*
 * json.h - JSON as RFC 8259 has it, where json-c alone would take more.
 *
 * json_parse() refuses what json-c lets through: anything after the value,
 * NaN and Infinity, single quotes, comments, duplicate keys, NUL and lone
 * surrogates inside of strings, integers that do not fit int64_t, numbers
 * beyond double, invalid UTF-8, depth beyond JSON_DEPTH_MAX.  The time
 * it takes grows with the length, whatever is in it.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include "base/error.h"

#define JSON_DEPTH_MAX 32

/*
 * The caller puts the object; NULL with the reason, which says what and at
 * which byte, otherwise.  A bare null is refused: it would be NULL too.
 */
struct json_object *json_parse(
    const char *bytes, size_t length, struct error *err);

/*
 * Getters that never coerce: NULL, false or the fallback when the key is
 * missing or of another type.
 */
const char *json_text(struct json_object *o, const char *key);
bool json_int(struct json_object *o, const char *key, int64_t *value);
bool json_number(struct json_object *o, const char *key, double *value);
bool json_flag(struct json_object *o, const char *key, bool fallback);
struct json_object *json_array(struct json_object *o, const char *key);
struct json_object *json_member(struct json_object *o, const char *key);

/*
 * Setters for objects under construction.  json_set_text() with NULL sets
 * nothing; bytes that are not UTF-8 are replaced by U+FFFD.
 */
void json_set_text(struct json_object *o, const char *key, const char *value);
void json_set_bytes(
    struct json_object *o, const char *key, const char *bytes, size_t length);
void json_set_int(struct json_object *o, const char *key, int64_t value);
void json_set_number(struct json_object *o, const char *key, double value);
void json_set_bool(struct json_object *o, const char *key, bool value);
void json_set(
    struct json_object *o, const char *key, struct json_object *value);

#endif

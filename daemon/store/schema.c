#include "daemon/store/schema.h"

#include <stddef.h>

#include "daemon/store/database.h"
#include "daemon/store/store.h"
#include "report/event.h"

const char schema_settings[] = "PRAGMA synchronous = FULL;"
			       "PRAGMA trusted_schema = OFF;"
			       "PRAGMA cell_size_check = ON;"
			       "PRAGMA journal_size_limit = 4194304;";

/* Rows of outbox, under the ids that they had there. */
#define DEAD                                                             \
	"CREATE TABLE IF NOT EXISTS dead ("                              \
	" id INTEGER PRIMARY KEY, event_seq INTEGER NOT NULL,"           \
	" channel TEXT NOT NULL, dedup_key TEXT NOT NULL,"               \
	" tries INTEGER NOT NULL, body TEXT NOT NULL,"                   \
	" made_wall_ms INTEGER NOT NULL, died_wall_ms INTEGER NOT NULL," \
	" reason TEXT NOT NULL);"

/* 1380076356 is SCHEMA_APPLICATION; a test compares them. */
const char schema_making[] =
    "PRAGMA synchronous = FULL;"
    "BEGIN;"
    "PRAGMA application_id = 1380076356;"
    "PRAGMA user_version = 1;"
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE event ("
    " seq INTEGER PRIMARY KEY AUTOINCREMENT,"
    " wall_ms INTEGER NOT NULL, boot_ms INTEGER NOT NULL,"
    " boot_id TEXT NOT NULL, kind TEXT NOT NULL, service TEXT NOT NULL,"
    " incident TEXT NOT NULL, run TEXT NOT NULL, data TEXT NOT NULL);"
    "CREATE INDEX event_kind ON event (kind);"
    "CREATE INDEX event_kind_service ON event (kind, service);"
    "CREATE INDEX event_service ON event (service);"
    "CREATE INDEX event_incident ON event (incident) WHERE incident <> '';"
    "CREATE INDEX event_run ON event (run) WHERE run <> '';"
    "CREATE INDEX event_wall ON event (wall_ms);"
    "CREATE TABLE outbox ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, event_seq INTEGER NOT NULL,"
    " channel TEXT NOT NULL, dedup_key TEXT NOT NULL,"
    " tries INTEGER NOT NULL, next_wall_ms INTEGER NOT NULL,"
    " body TEXT NOT NULL, made_wall_ms INTEGER NOT NULL,"
    " UNIQUE (channel, dedup_key));" DEAD "COMMIT;";

/* Files of earlier releases have no table of dead letters. */
const char schema_probe_write[] =
    DEAD "INSERT OR REPLACE INTO meta VALUES ('opened', unixepoch())";

const char *const schema_statements[] = {
	[STATEMENT_EVENT] =
	    "INSERT INTO event (wall_ms, boot_ms, boot_id, kind, service,"
	    " incident, run, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	/* One that still waits is not doubled. */
	[STATEMENT_DELIVERY] =
	    "INSERT OR IGNORE INTO outbox (event_seq, channel, dedup_key,"
	    " tries, next_wall_ms, body, made_wall_ms)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[STATEMENT_DELIVERED] = "DELETE FROM outbox WHERE id = ?1",
	[STATEMENT_POSTPONE] =
	    "UPDATE outbox SET tries = tries + 1, next_wall_ms = ?2"
	    " WHERE id = ?1",
	[STATEMENT_BURY] =
	    "INSERT OR IGNORE INTO dead SELECT id, event_seq, channel,"
	    " dedup_key, tries + 1, body, made_wall_ms, ?2, ?3 FROM outbox"
	    " WHERE id = ?1",
	[STATEMENT_TRIM_DEAD] =
	    "DELETE FROM dead WHERE id NOT IN"
	    " (SELECT id FROM dead ORDER BY died_wall_ms DESC, id DESC"
	    " LIMIT ?1)",
	[STATEMENT_REVIVE] =
	    "INSERT OR IGNORE INTO outbox (id, event_seq, channel, dedup_key,"
	    " tries, next_wall_ms, body, made_wall_ms) SELECT id, event_seq,"
	    " channel, dedup_key, 0, 0, body, ?2 FROM dead WHERE id = ?1",
	[STATEMENT_DROP_DEAD] = "DELETE FROM dead WHERE id = ?1",
};

/* Few at a time, because intents wait meanwhile; each of them whole. */
#define CLOSED_INCIDENTS                                               \
	"DELETE FROM event WHERE incident <> '' AND incident IN"       \
	" (SELECT incident FROM event WHERE kind = '" EVENT_CLOSED "'" \
	" AND wall_ms < ?1 LIMIT ?2 / 50)"

#define OF_VERSIONS                                                \
	"'" EVENT_DEPLOY "', '" EVENT_GOOD "', '" EVENT_MARK "', " \
	"'" EVENT_FOUND "'"

/* What belongs to no incident and is not kept for a reason below. */
#define OTHERS                                                      \
	"DELETE FROM event WHERE seq IN (SELECT seq FROM event"     \
	" WHERE wall_ms < ?1 AND incident = '' AND kind NOT IN"     \
	" ('" EVENT_HOLD "', '" EVENT_RELEASE "', '" EVENT_BASELINE \
	"', " OF_VERSIONS ")"                                       \
	" LIMIT ?2)"

#define NEWER                                                     \
	"SELECT 1 FROM event n WHERE n.kind IN (" OF_VERSIONS ")" \
	" AND n.service = event.service AND n.seq > event.seq"

#define SAYS_GOOD(row)                                                  \
	"(" row ".kind = '" EVENT_GOOD "' OR (json_valid(" row ".data)" \
	" AND (json_extract(" row ".data, '$.verified') IS 1"           \
	" OR json_extract(" row ".data, '$.mark') IS 'verified')))"

_Static_assert(STORE_VERSIONS_KEPT == 127 + 1, "as VERSIONS has it");

/* So many make the registry of a service again, with the newest good one. */
#define VERSIONS                                                    \
	"DELETE FROM event WHERE seq IN (SELECT seq FROM event"     \
	" WHERE kind IN (" OF_VERSIONS ") AND wall_ms < ?1"         \
	" AND EXISTS (" NEWER " LIMIT 1 OFFSET 127)"                \
	" AND (NOT " SAYS_GOOD("event") " OR EXISTS (" NEWER        \
					" AND " SAYS_GOOD("n") "))" \
							       " LIMIT ?2)"

/* A hold lasts until it is released or its time is over. */
#define RELEASED                                                           \
	"EXISTS (SELECT 1 FROM event r WHERE r.kind = '" EVENT_RELEASE "'" \
	" AND json_valid(r.data) AND json_extract(r.data, '$.id') ="       \
	" json_extract(event.data, '$.id') AND r.wall_ms < ?1)"

#define HOLDS                                                         \
	"DELETE FROM event WHERE seq IN (SELECT seq FROM event"       \
	" WHERE wall_ms < ?1 AND kind = '" EVENT_HOLD "'"             \
	" AND json_valid(data)"                                       \
	" AND (" RELEASED " OR (json_extract(data, '$.until_ms') > 0" \
	" AND json_extract(data, '$.until_ms') < ?1)) LIMIT ?2)"

/* Not while there is an older hold that it may be for. */
#define RELEASES                                                          \
	"DELETE FROM event WHERE seq IN (SELECT seq FROM event"           \
	" WHERE wall_ms < ?1 AND kind = '" EVENT_RELEASE "'"              \
	" AND json_valid(data) AND NOT EXISTS (SELECT 1 FROM event h"     \
	" WHERE h.kind = '" EVENT_HOLD "' AND h.seq < event.seq"          \
	" AND (NOT json_valid(h.data) OR json_extract(h.data, '$.id') IS" \
	" json_extract(event.data, '$.id')"                               \
	" OR json_extract(h.data, '$.scope') IS"                          \
	" json_extract(event.data, '$.scope'))) LIMIT ?2)"

#define OF_THE_SAME                                            \
	"o.kind = '" EVENT_BASELINE "' AND json_valid(o.data)" \
	" AND o.service = event.service"                       \
	" AND json_extract(o.data, '$.evaluator') IS"          \
	" json_extract(event.data, '$.evaluator')"

#define IS_ACT(row, word) "json_extract(" row ".data, '$.act') IS '" word "'"

/* A pin stands until it is pinned anew or unpinned. */
#define BASELINES                                                                                        \
	"DELETE FROM event WHERE seq IN (SELECT seq FROM event"                                          \
	" WHERE wall_ms < ?1 AND kind = '" EVENT_BASELINE "'"                                            \
	" AND (NOT json_valid(data) OR " IS_ACT(                                                         \
	    "event", "reset") " OR (" IS_ACT("event",                                                    \
	    "pin") " AND EXISTS (SELECT 1 FROM event o"                                                  \
		   " WHERE " OF_THE_SAME " AND o.seq > event.seq"                                        \
		   " AND (" IS_ACT("o", "pin") " OR " IS_ACT("o",                                        \
		       "unpin") ")))"                                                                    \
				" OR (" IS_ACT("event",                                                  \
				    "unpin") " AND NOT EXISTS (SELECT 1 FROM event o WHERE " OF_THE_SAME \
					     " AND o.seq < event.seq AND " IS_ACT(                       \
						 "o", "pin") "))) LIMIT ?2)"

const char *const schema_pruning[] = { CLOSED_INCIDENTS, OTHERS, VERSIONS,
	HOLDS, RELEASES, BASELINES, NULL };

#include "berth/store/migrations.h"

#include <array>

namespace berth::store {
namespace {

// Times are milliseconds since 1970, UTC. Truths are 0 and 1. JSON is ASCII text.
constexpr std::string_view kFirstSchema = R"sql(
CREATE TABLE investigations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  incident TEXT,
  created INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  closed INTEGER,
  close_reason TEXT NOT NULL DEFAULT '',
  close_notes TEXT NOT NULL DEFAULT '',
  last_entry INTEGER NOT NULL DEFAULT 0
) STRICT;
-- 1 is the playground's, which is never stored.
INSERT INTO sqlite_sequence (name, seq) VALUES ('investigations', 1);

CREATE TABLE entries (
  id INTEGER PRIMARY KEY,
  investigation INTEGER NOT NULL REFERENCES investigations (id),
  number INTEGER NOT NULL,
  type INTEGER NOT NULL,
  at INTEGER NOT NULL,
  parent TEXT NOT NULL,
  call_id TEXT NOT NULL,
  note INTEGER NOT NULL,
  pinned INTEGER NOT NULL,
  tags TEXT NOT NULL,
  entry TEXT NOT NULL,
  UNIQUE (investigation, number)
) STRICT;

CREATE TABLE contexts (
  investigation INTEGER PRIMARY KEY REFERENCES investigations (id),
  value TEXT NOT NULL
) STRICT;

CREATE TABLE files (
  id INTEGER PRIMARY KEY,
  file_id TEXT NOT NULL UNIQUE,
  investigation INTEGER NOT NULL,
  entry INTEGER NOT NULL,
  name TEXT NOT NULL,
  extension TEXT NOT NULL,
  size INTEGER NOT NULL,
  md5 TEXT NOT NULL,
  sha1 TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  sha512 TEXT NOT NULL,
  type TEXT NOT NULL,
  info INTEGER NOT NULL,
  created INTEGER NOT NULL,
  FOREIGN KEY (investigation, entry) REFERENCES entries (investigation, number)
) STRICT;
CREATE INDEX files_by_entry ON files (investigation, entry);
CREATE INDEX files_by_sha256 ON files (sha256);

CREATE TABLE lists (
  name TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  data TEXT NOT NULL,
  modified INTEGER NOT NULL
) STRICT;

CREATE TABLE instances (
  name TEXT PRIMARY KEY,
  brand TEXT NOT NULL,
  parameters TEXT NOT NULL,
  options TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  created INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  test_passed INTEGER,
  test_message TEXT,
  test_at INTEGER
) STRICT;
CREATE INDEX instances_by_brand ON instances (brand);

CREATE TABLE instance_secrets (
  instance TEXT NOT NULL REFERENCES instances (name) ON DELETE CASCADE,
  parameter TEXT NOT NULL,
  sealed TEXT NOT NULL,
  PRIMARY KEY (instance, parameter)
) STRICT, WITHOUT ROWID;

-- The id of the key that the secrets are sealed with; the key itself is never here.
CREATE TABLE vault (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  key_id TEXT NOT NULL
) STRICT;

CREATE TABLE integration_contexts (
  instance TEXT PRIMARY KEY REFERENCES instances (name) ON DELETE CASCADE,
  value TEXT NOT NULL,
  version INTEGER NOT NULL
) STRICT;

CREATE TABLE fetch_states (
  instance TEXT NOT NULL REFERENCES instances (name) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  modified INTEGER NOT NULL,
  PRIMARY KEY (instance, kind)
) STRICT;

CREATE TABLE indicators (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  type TEXT NOT NULL,
  value TEXT NOT NULL,
  fields TEXT NOT NULL,
  score INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  source_brand TEXT NOT NULL,
  source_instance TEXT NOT NULL,
  expires INTEGER,
  modified INTEGER NOT NULL,
  UNIQUE (value, type)
) STRICT;
CREATE INDEX indicators_by_type ON indicators (type);
CREATE INDEX indicators_by_modified ON indicators (modified);

CREATE TABLE relationships (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  reverse_name TEXT NOT NULL,
  type TEXT NOT NULL,
  a_type TEXT NOT NULL,
  a_value TEXT NOT NULL,
  b_type TEXT NOT NULL,
  b_value TEXT NOT NULL,
  fields TEXT NOT NULL,
  source_brand TEXT NOT NULL,
  source_instance TEXT NOT NULL,
  created INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  UNIQUE (a_value, b_value, name, a_type, b_type)
) STRICT;
CREATE INDEX relationships_by_b ON relationships (b_value);

CREATE TABLE content_sources (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  path TEXT NOT NULL,
  origin TEXT NOT NULL,
  details TEXT NOT NULL,
  added INTEGER NOT NULL
) STRICT;
)sql";

constexpr std::string_view kEntitlements = R"sql(
CREATE TABLE entitlements (
  guid TEXT PRIMARY KEY,
  investigation INTEGER NOT NULL REFERENCES investigations (id),
  persistent INTEGER NOT NULL,
  reply_tag TEXT NOT NULL,
  created INTEGER NOT NULL
) STRICT;
CREATE INDEX entitlements_by_investigation ON entitlements (investigation);
)sql";

// `mirror_instance` is what the incident says of itself, beside it so that it is found.
constexpr std::string_view kMirrors = R"sql(
ALTER TABLE investigations ADD COLUMN mirror_instance TEXT;
CREATE INDEX investigations_by_mirror ON investigations (mirror_instance) WHERE mirror_instance IS NOT NULL;

CREATE TABLE mirrors (
  investigation INTEGER PRIMARY KEY REFERENCES investigations (id),
  known TEXT,
  asked INTEGER
) STRICT;

CREATE TABLE mirrored_entries (
  investigation INTEGER NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (investigation, number),
  FOREIGN KEY (investigation, number) REFERENCES entries (investigation, number)
) STRICT, WITHOUT ROWID;
)sql";

// What an incident says of mirroring stands beside it, also for those that were made before `mirror_instance` was
// there. SQLite reads no NaN and no infinity, which an incident may hold: there nulls stand for them while it is read.
// As when incidents are made, the integration that made one cannot have another instance write.
//
// `changes` counts what the other side may have to be told of, `told` is how far it was; `wanted` counts how often the
// incident was named as changed elsewhere, `came` is how far it was had. The triggers see every writer.
constexpr std::string_view kMirrorTurns = R"sql(
ALTER TABLE investigations ADD COLUMN mirror_id TEXT;
ALTER TABLE investigations ADD COLUMN mirror_direction TEXT;

CREATE TEMP TABLE terms AS
  WITH said AS (SELECT id, iif(json_valid(incident), incident,
    replace(replace(replace(replace(replace(replace(incident, ' -Infinity', ' null'), '[-Infinity', '[null'),
      ' Infinity', ' null'), '[Infinity', '[null'), ' NaN', ' null'), '[NaN', '[null')) AS incident
    FROM main.investigations WHERE instr(incident, '"dbotMirror') > 0)
  SELECT id,
    iif(json_type(incident, '$.dbotMirrorInstance') = 'text', json_extract(incident, '$.dbotMirrorInstance'), NULL)
      AS instance,
    coalesce(iif(json_type(incident, '$.sourceInstance') = 'text', json_extract(incident, '$.sourceInstance'), ''), '')
      AS source,
    CASE json_type(incident, '$.dbotMirrorId')
      WHEN 'text' THEN json_extract(incident, '$.dbotMirrorId')
      WHEN 'integer' THEN incident -> '$.dbotMirrorId'
      WHEN 'real' THEN incident -> '$.dbotMirrorId' END AS remote,
    iif(json_type(incident, '$.dbotMirrorDirection') = 'text', json_extract(incident, '$.dbotMirrorDirection'), NULL)
      AS direction
  FROM said WHERE json_valid(incident);
UPDATE main.investigations SET mirror_id = remote, mirror_direction = direction,
  mirror_instance = coalesce(mirror_instance,
    iif(instance <> '' AND source IN ('', instance), instance, NULL))
FROM terms WHERE terms.id = main.investigations.id;
DROP TABLE terms;

-- With all that is asked of them, so that no incident is read for it.
DROP INDEX investigations_by_mirror;
CREATE INDEX investigations_by_mirror
  ON investigations (mirror_instance, mirror_id, mirror_direction, created, closed)
  WHERE mirror_instance IS NOT NULL;

CREATE TABLE mirror_turns (
  investigation INTEGER PRIMARY KEY REFERENCES investigations (id),
  changes INTEGER NOT NULL DEFAULT 1,
  told INTEGER NOT NULL DEFAULT 0,
  told_at INTEGER,
  wanted INTEGER NOT NULL DEFAULT 0,
  came INTEGER NOT NULL DEFAULT 0,
  asked_at INTEGER,
  tries INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO mirror_turns (investigation) SELECT id FROM investigations WHERE mirror_instance IS NOT NULL;

CREATE TRIGGER mirror_new_incident AFTER INSERT ON investigations WHEN NEW.mirror_instance IS NOT NULL BEGIN
  INSERT INTO mirror_turns (investigation) VALUES (NEW.id);
END;
CREATE TRIGGER mirror_changed_incident AFTER UPDATE OF incident, closed, close_reason, close_notes, mirror_instance
  ON investigations WHEN NEW.mirror_instance IS NOT NULL BEGIN
  INSERT INTO mirror_turns (investigation) VALUES (NEW.id)
    ON CONFLICT (investigation) DO UPDATE SET changes = changes + 1;
END;
CREATE TRIGGER mirror_new_entry AFTER INSERT ON entries WHEN NEW.tags <> '[]' BEGIN
  UPDATE mirror_turns SET changes = changes + 1 WHERE investigation = NEW.investigation;
END;
CREATE TRIGGER mirror_tagged_entry AFTER UPDATE OF tags ON entries WHEN NEW.tags <> '[]' BEGIN
  UPDATE mirror_turns SET changes = changes + 1 WHERE investigation = NEW.investigation;
END;
)sql";

constexpr std::array kMigrations = {kFirstSchema, kEntitlements, kMirrors, kMirrorTurns};

}  // namespace

std::span<const std::string_view> migrations() { return kMigrations; }

}  // namespace berth::store

/** The tables, and the steps that bring an older file up to date. */
import type { Database } from 'better-sqlite3'

/** Each step is run once, in order, and never changed after a release: a later change is a new step. */
export const storeSteps: readonly string[] = [
  `
  -- AUTOINCREMENT: a version is never given twice, not even after a record was deleted and made anew.
  CREATE TABLE records (
    version INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    value TEXT NOT NULL,
    expires_at REAL
  ) STRICT;
  CREATE INDEX records_by_expiry ON records (expires_at) WHERE expires_at IS NOT NULL;

  CREATE TABLE counters (
    key TEXT PRIMARY KEY,
    total REAL NOT NULL,
    expires_at REAL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX counters_by_expiry ON counters (expires_at) WHERE expires_at IS NOT NULL;

  CREATE TABLE topics (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    last INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE journal (
    id INTEGER PRIMARY KEY,
    topic INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    key TEXT,
    at REAL NOT NULL,
    entry TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX journal_in_order ON journal (topic, ordinal);
  CREATE INDEX journal_by_key ON journal (topic, key, ordinal) WHERE key IS NOT NULL;
  `,
  `
  CREATE TABLE usage_names (
    id INTEGER PRIMARY KEY,
    -- As JSON with sorted names.
    names TEXT NOT NULL UNIQUE
  ) STRICT;
  CREATE TABLE usage (
    hour INTEGER NOT NULL,
    names INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    cached_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    unpriced INTEGER NOT NULL,
    PRIMARY KEY (hour, names)
  ) STRICT, WITHOUT ROWID;
  -- What was added already, so that nothing is added twice.
  CREATE TABLE usage_batches (
    id TEXT PRIMARY KEY,
    at REAL NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX usage_batches_by_age ON usage_batches (at);
  `,
]

/** The same for the file of meters. */
export const meterSteps: readonly string[] = [
  `
  CREATE TABLE meters (
    key TEXT PRIMARY KEY,
    kept TEXT NOT NULL,
    -- When nobody can settle it any more; NULL for what never ends.
    ends_at REAL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE reservations (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    claims TEXT NOT NULL,
    written_off_at REAL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX reservations_by_owner ON reservations (owner);
  CREATE TABLE owners (
    id TEXT PRIMARY KEY,
    until REAL NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
]

const versionOf = (database: Database): number =>
  database.prepare<[], { version: number }>('SELECT version FROM schema_version').get()?.version ?? 0

/** Brings the file to the newest schema, in one transaction, also when several processes open it at once. */
export const migrate = (database: Database, path: string, steps: readonly string[] = storeSteps): void => {
  const upgrade = database.transaction(() => {
    database.exec('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL) STRICT')
    const version = versionOf(database)
    if (version > steps.length) {
      throw new Error(
        `the store ${path} has schema ${version}, and this version of signalbox knows ${steps.length} at most: ` +
          'use the newer version that wrote it, or name another file',
      )
    }
    if (version === steps.length) return
    for (const step of steps.slice(version)) database.exec(step)
    database.exec('DELETE FROM schema_version')
    database.prepare('INSERT INTO schema_version (version) VALUES (?)').run(steps.length)
  })
  upgrade.immediate()
}

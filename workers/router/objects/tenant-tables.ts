/** Tenant-wide rows are stored under the empty key id. */
export const TENANT = ''

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS budgets (
    key_id TEXT NOT NULL, period TEXT NOT NULL, limit_nano_usd INTEGER NOT NULL, alert_shares TEXT NOT NULL DEFAULT '[]',
    set_at_ms INTEGER NOT NULL DEFAULT 0, used_nano_usd INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (key_id, period)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS alerts (
    key_id TEXT NOT NULL, period TEXT NOT NULL, period_key TEXT NOT NULL, limit_nano_usd INTEGER NOT NULL, share REAL NOT NULL,
    crossed_at_ms INTEGER NOT NULL, PRIMARY KEY (key_id, period, period_key, limit_nano_usd, share)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS rate_limits (
    key_id TEXT PRIMARY KEY, requests_per_minute INTEGER, tokens_per_minute INTEGER, concurrency INTEGER
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS spend (
    key_id TEXT NOT NULL, day TEXT NOT NULL, posted_nano_usd INTEGER NOT NULL, PRIMARY KEY (key_id, day)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS reservations (
    request_id TEXT PRIMARY KEY, key_id TEXT NOT NULL, reserved_at_ms INTEGER NOT NULL, expires_at_ms INTEGER NOT NULL,
    amount_nano_usd INTEGER NOT NULL, state TEXT NOT NULL, intent TEXT NOT NULL, tokens INTEGER,
    settled_nano_usd INTEGER
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS outbox (
    event_id TEXT PRIMARY KEY, event TEXT NOT NULL, sent_at_ms INTEGER
  ) WITHOUT ROWID;
`

/** Columns that objects made by an earlier version lack. */
const ADDED = [
  ['budgets', 'alert_shares', `TEXT NOT NULL DEFAULT '[]'`],
  ['budgets', 'set_at_ms', 'INTEGER NOT NULL DEFAULT 0'],
  ['budgets', 'used_nano_usd', 'INTEGER NOT NULL DEFAULT 0'],
  ['reservations', 'tokens', 'INTEGER'],
  ['reservations', 'settled_nano_usd', 'INTEGER'],
] as const

export function createTables(sql: SqlStorage) {
  sql.exec(SCHEMA)
  for (const [table, column, type] of ADDED)
    if (!hasColumn(sql, table, column)) sql.exec(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`)
}

const hasColumn = (sql: SqlStorage, table: string, column: string) =>
  sql.exec('SELECT 1 FROM pragma_table_info(?) WHERE name = ?', table, column).toArray().length > 0

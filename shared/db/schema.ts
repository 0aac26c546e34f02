import { sql } from 'drizzle-orm'
import { check, index, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { ANSWER_OUTCOMES, type AnswerDecision, type AnswerSource, RATINGS } from '../domain/answer.ts'
import { AUDIT_ACTIONS, type AuditedState } from '../domain/audit.ts'
import { DOCUMENT_STATES } from '../domain/document.ts'
import { ENDPOINT_KINDS, type EndpointAuth } from '../domain/endpoint.ts'
import type { Metadata } from '../domain/filter.ts'
import { MARKINGS } from '../domain/marking.ts'
import type { Scope } from '../domain/principal.ts'
import type { CollectionRetrieval } from '../domain/retrieval/settings.ts'
import { PLANS } from '../domain/routing/policy.ts'
import type { PolicySettings } from '../domain/routing/tenant-policy.ts'
import { LEVELS, TIERS } from '../domain/tiers.ts'
import { USAGE_OUTCOMES } from '../domain/usage.ts'

// Times are milliseconds since the epoch; money is integer nano-dollars. docs/storage.md describes each table in prose.

export const tenants = sqliteTable('tenants', {
  id: text().primaryKey(),
  name: text().notNull(),
  plan: text({ enum: PLANS }).notNull().default('free'),
  createdAtMs: integer().notNull(),
})

export const apiKeys = sqliteTable(
  'api_keys',
  {
    id: text().primaryKey(),
    tenantId: text()
      .notNull()
      .references(() => tenants.id),
    name: text().notNull(),
    /** HMAC-SHA-256(pepper, secret), base64url: a copy of the database opens nothing. */
    secretHash: text().notNull(),
    scopes: text({ mode: 'json' }).$type<Scope[]>().notNull(),
    collections: text({ mode: 'json' }).$type<string[]>(),
    principals: text({ mode: 'json' }).$type<string[]>().notNull(),
    expiresAtMs: integer(),
    revokedAtMs: integer(),
    createdAtMs: integer().notNull(),
  },
  (table) => [index('api_keys_tenant').on(table.tenantId)],
)

export const endpoints = sqliteTable('endpoints', {
  id: text().primaryKey(),
  url: text().notNull(),
  kind: text({ enum: ENDPOINT_KINDS }).notNull(),
  model: text().notNull(),
  tier: text({ enum: TIERS }).notNull(),
  level: text({ enum: LEVELS }).notNull(),
  provider: text().notNull(),
  region: text().notNull(),
  configuration: text(),
  contextTokens: integer().notNull(),
  maxConcurrency: integer().notNull(),
  /** Nano-dollars per thousand tokens: one USD per million tokens is 1,000,000. */
  inputNanoUsdPerKTok: integer().notNull(),
  outputNanoUsdPerKTok: integer().notNull(),
  /** Nano-dollars per second of all its GPUs, where time is what is paid for. */
  gpuNanoUsdPerSecond: integer().notNull().default(0),
  /** 0..1 */
  quality: real().notNull().default(0.5),
  coldStartMs: integer().notNull().default(0),
  warmForMs: integer().notNull().default(300_000),
  nominalTimeToFirstTokenMs: real(),
  nominalTimePerOutputTokenMs: real(),
  compliance: text({ mode: 'json' }).$type<string[]>().notNull(),
  residency: text({ mode: 'json' }).$type<string[]>().notNull(),
  clearance: text({ mode: 'json' }).$type<string[]>().notNull().default([]),
  /** How to prove who we are. It names Worker secrets; the secrets themselves are never stored. */
  auth: text({ mode: 'json' }).$type<EndpointAuth>().notNull().default({ type: 'none' }),
  mtlsBinding: text(),
  healthUrl: text(),
  metricsUrl: text(),
  drained: integer({ mode: 'boolean' }).notNull().default(false),
  updatedAtMs: integer().notNull(),
})

export const policies = sqliteTable(
  'policies',
  {
    tenantId: text()
      .notNull()
      .references(() => tenants.id),
    name: text().notNull(),
    /** What was set; the rest is the plan's, whatever the plan is when it is read. */
    policy: text({ mode: 'json' }).$type<PolicySettings>().notNull(),
    updatedAtMs: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.name] })],
)

/** One line per change that an operator or a tenant's admin made. The migration adds triggers that refuse to change or remove a line. */
export const audit = sqliteTable(
  'audit',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    atMs: integer().notNull(),
    /** Whose thing was changed; `actorTenantId` is another where operators acted. */
    tenantId: text().notNull(),
    actorTenantId: text().notNull(),
    actorKeyId: text().notNull(),
    requestId: text().notNull(),
    action: text({ enum: AUDIT_ACTIONS }).notNull(),
    target: text().notNull(),
    before: text({ mode: 'json' }).$type<AuditedState>(),
    after: text({ mode: 'json' }).$type<AuditedState>(),
  },
  (table) => [index('audit_tenant').on(table.tenantId, table.id)],
)

export const collections = sqliteTable(
  'collections',
  {
    tenantId: text()
      .notNull()
      .references(() => tenants.id),
    name: text().notNull(),
    /** Fresh for each creation: a collection made anew under an old name shares neither index nor objects with the one before. */
    id: text().notNull().unique(),
    profile: text({ enum: TIERS }).notNull(),
    embedder: text().notNull(),
    store: text({ enum: ['embedded'] }).notNull(),
    slots: integer().notNull(),
    labels: text({ mode: 'json' }).$type<string[]>().notNull(),
    /** What searches of it do unless a request says otherwise; what is left out is the platform's. */
    retrieval: text({ mode: 'json' }).$type<CollectionRetrieval>().notNull().default({}),
    /** Groups of words that mean the same here. */
    synonyms: text({ mode: 'json' }).$type<string[][]>().notNull().default([]),
    createdAtMs: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.name] })],
)

/** A tenant's own instructions to the model. A version is never changed, since answers name it; the last one holds unless it is a deletion. */
export const templates = sqliteTable(
  'templates',
  {
    tenantId: text()
      .notNull()
      .references(() => tenants.id),
    name: text().notNull(),
    version: integer().notNull(),
    /** Null: deleted with this version. */
    instructions: text(),
    createdAtMs: integer().notNull(),
    marking: text({ enum: MARKINGS }).notNull().default('tags'),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.name, table.version] })],
)

/** Deleted collections whose index and objects are still being cleared, since a delivery that was running may write late. */
export const droppedCollections = sqliteTable('dropped_collections', {
  id: text().primaryKey(),
  tenantId: text().notNull(),
  profile: text({ enum: TIERS }).notNull(),
  embedder: text().notNull(),
  slots: integer().notNull(),
  droppedAtMs: integer().notNull(),
})

export const documents = sqliteTable(
  'documents',
  {
    tenantId: text().notNull(),
    collection: text().notNull(),
    id: text().notNull(),
    /** Highest version ever accepted; a delete takes a number too, so that it beats every earlier delivery. */
    latestVersion: integer().notNull(),
    /** The version that readers see; null before the first one is live and after a delete. */
    liveVersion: integer(),
    deletedAtMs: integer(),
    updatedAtMs: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.collection, table.id] }),
    check('documents_live_is_known', sql`live_version IS NULL OR live_version <= latest_version`),
  ],
)

export const documentVersions = sqliteTable(
  'document_versions',
  {
    tenantId: text().notNull(),
    collection: text().notNull(),
    documentId: text().notNull(),
    version: integer().notNull(),
    state: text({ enum: DOCUMENT_STATES }).notNull(),
    /** The job that makes it; also names its folder in the bucket, so that racing uploads never share one. */
    jobId: text().notNull(),
    /** SHA-256 over the bytes, media type, title, metadata, acl and labels: equal means nothing to do. */
    contentHash: text().notNull(),
    mediaType: text().notNull(),
    title: text(),
    metadata: text({ mode: 'json' }).$type<Metadata>().notNull(),
    acl: text({ mode: 'json' }).$type<string[]>(),
    labels: text({ mode: 'json' }).$type<string[]>().notNull(),
    bytes: integer().notNull(),
    chunks: integer().notNull().default(0),
    errorCode: text(),
    errorMessage: text(),
    createdAtMs: integer().notNull(),
    updatedAtMs: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.collection, table.documentId, table.version] })],
)

export const jobs = sqliteTable(
  'jobs',
  {
    id: text().primaryKey(),
    tenantId: text().notNull(),
    collection: text().notNull(),
    documentId: text().notNull(),
    version: integer().notNull(),
    state: text({ enum: ['queued', 'running', 'done', 'failed'] }).notNull(),
    attempts: integer().notNull().default(0),
    createdAtMs: integer().notNull(),
    updatedAtMs: integer().notNull(),
  },
  (table) => [
    index('jobs_unfinished').on(table.state, table.updatedAtMs),
    index('jobs_collection').on(table.tenantId, table.collection),
  ],
)

export const usageEvents = sqliteTable(
  'usage_events',
  {
    id: text().primaryKey(),
    tenantId: text().notNull(),
    keyId: text().notNull(),
    occurredAtMs: integer().notNull(),
    collection: text(),
    tier: text({ enum: TIERS }),
    endpointId: text().notNull(),
    configuration: text(),
    provider: text().notNull(),
    region: text().notNull(),
    level: text({ enum: LEVELS }),
    model: text().notNull(),
    promptTokens: integer().notNull(),
    completionTokens: integer().notNull(),
    estimated: integer({ mode: 'boolean' }).notNull(),
    costNanoUsd: integer().notNull(),
    outcome: text({ enum: USAGE_OUTCOMES }).notNull(),
  },
  (table) => [index('usage_events_tenant_time').on(table.tenantId, table.occurredAtMs)],
)

/**
 * Sums of the ledger by hour (`grain` 'hour') and UTC day; overwritten, never incremented. An empty tier stands for null.
 * A day is the sum of its hours at every moment; an hour is the sum of its ledger lines unless usage_dirty_hours names it.
 */
export const usageRollups = sqliteTable(
  'usage_rollups',
  {
    grain: text({ enum: ['hour', 'day'] }).notNull(),
    startMs: integer().notNull(),
    tenantId: text().notNull(),
    keyId: text().notNull(),
    tier: text().notNull(),
    endpointId: text().notNull(),
    requests: integer().notNull(),
    promptTokens: integer().notNull(),
    completionTokens: integer().notNull(),
    costNanoUsd: integer().notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.grain, table.startMs, table.tenantId, table.keyId, table.tier, table.endpointId],
    }),
    index('usage_rollups_tenant').on(table.tenantId, table.grain, table.startMs),
  ],
)

/** Hours with ledger lines that their rollup has not seen; written in the transaction that adds the lines. */
export const usageDirtyHours = sqliteTable(
  'usage_dirty_hours',
  { tenantId: text().notNull(), startMs: integer().notNull() },
  (table) => [primaryKey({ columns: [table.tenantId, table.startMs] })],
)

/** Answers from collections, each for a while, with the feedback on them. */
export const answers = sqliteTable(
  'answers',
  {
    requestId: text().primaryKey(),
    tenantId: text().notNull(),
    keyId: text().notNull(),
    collection: text().notNull(),
    question: text().notNull(),
    turns: integer().notNull(),
    answer: text().notNull(),
    outcome: text({ enum: ANSWER_OUTCOMES }).notNull(),
    abstention: text(),
    sources: text({ mode: 'json' }).$type<readonly AnswerSource[]>().notNull(),
    grounding: real(),
    route: text({ mode: 'json' }).$type<AnswerDecision>().notNull(),
    createdAtMs: integer().notNull(),
    /** Null, with all below, until somebody gives feedback. */
    rating: text({ enum: RATINGS }),
    comment: text(),
    correctAnswer: text(),
    /** The key that gave it. */
    ratedBy: text(),
    ratedAtMs: integer(),
  },
  (table) => [
    index('answers_created').on(table.createdAtMs),
    index('answers_rated')
      .on(table.tenantId, table.ratedAtMs, table.requestId)
      .where(sql`rated_at_ms IS NOT NULL`),
  ],
)

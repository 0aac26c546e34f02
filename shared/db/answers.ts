import { and, desc, eq, isNotNull, lt, sql } from 'drizzle-orm'
import type { AnswerRecord, Rating } from '../domain/answer.ts'
import type { Database } from './client.ts'
import { inJson } from './in-json.ts'
import { answers } from './schema.ts'

type AnswerRow = typeof answers.$inferSelect
/** An answer that somebody has rated. */
export type RatedRow = AnswerRow & {
  readonly rating: Rating
  readonly ratedBy: string
  readonly ratedAtMs: number
}

/** Each answer once, however often it is delivered: a late copy leaves the feedback on it as it is. */
export async function addAnswers(db: Database, records: readonly AnswerRecord[]): Promise<void> {
  const [first, ...rest] = records.map((record) => db.insert(answers).values(record).onConflictDoNothing())
  if (first) await db.batch([first, ...rest])
}

export type Feedback = Pick<AnswerRow, 'comment' | 'correctAnswer'> &
  Pick<RatedRow, 'rating' | 'ratedBy' | 'ratedAtMs'>

type Whose = {
  readonly tenantId: string
  /** Null: all of the tenant's. */
  readonly collections: readonly string[] | null
}

const isOf = ({ tenantId, collections }: Whose) =>
  and(
    eq(answers.tenantId, tenantId),
    collections === null ? undefined : inJson(answers.collection, collections),
  )

/** False when there is no such answer there; feedback that was given before is replaced. */
export async function putFeedback(
  db: Database,
  requestId: string,
  whose: Whose,
  feedback: Feedback,
): Promise<boolean> {
  const changed = await db
    .update(answers)
    .set(feedback)
    .where(and(eq(answers.requestId, requestId), isOf(whose)))
    .returning({ requestId: answers.requestId })
  return changed.length > 0
}

export type FeedbackQuery = Whose & {
  readonly rating?: Rating | undefined
  readonly collection?: string | undefined
  /** Only what comes after this one in the order of the list. */
  readonly after?: { readonly ratedAtMs: number; readonly requestId: string } | undefined
  readonly limit: number
}

/** Answers with feedback, the latest feedback first. */
export async function listRated(
  db: Database,
  { rating, collection, after, limit, ...whose }: FeedbackQuery,
): Promise<RatedRow[]> {
  const rows = await db
    .select()
    .from(answers)
    .where(
      and(
        isOf(whose),
        isNotNull(answers.ratedAtMs),
        rating === undefined ? undefined : eq(answers.rating, rating),
        collection === undefined ? undefined : eq(answers.collection, collection),
        after && sql`(${answers.ratedAtMs}, ${answers.requestId}) < (${after.ratedAtMs}, ${after.requestId})`,
      ),
    )
    .orderBy(desc(answers.ratedAtMs), desc(answers.requestId))
    .limit(limit)
  return rows.filter(isRated)
}

const isRated = (row: AnswerRow): row is RatedRow =>
  row.rating !== null && row.ratedBy !== null && row.ratedAtMs !== null

/** How many went; at most `limit` at once. */
export async function deleteAnswersBefore(db: Database, beforeMs: number, limit: number): Promise<number> {
  const old = db
    .select({ requestId: answers.requestId })
    .from(answers)
    .where(lt(answers.createdAtMs, beforeMs))
    .limit(limit)
  const { meta } = await db.delete(answers).where(sql`${answers.requestId} IN ${old}`)
  return meta.changes
}

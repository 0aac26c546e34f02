const DAY_MS = 86_400_000

/** Rental prices moved by a seventh in six weeks of 2026: after four months they say little. */
export const STALE_DAYS = 120

/** Whether a price was read more than `maxDays` before `today`; both are ISO dates, and one that is none counts as stale. */
export const isStale = (readOn: string, today: string, maxDays = STALE_DAYS): boolean =>
  !(Date.parse(today) - Date.parse(readOn) <= maxDays * DAY_MS)

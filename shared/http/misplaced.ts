type Place = 'retrieval' | 'requirements' | 'verification'
type Route = 'questions' | 'searches' | 'collections'

/** Fields of the public API that are readily written one level too high. */
const FIELDS: Readonly<Record<Place, readonly string[]>> = {
  retrieval: [
    'fusion',
    'weights',
    'feedback',
    'parent',
    'agreement',
    'rerank',
    'candidates',
    'diversity',
    'minProbability',
    'cut',
    'topK',
    'hints',
    'rewrite',
    'maxRewriteCostUsd',
  ],
  requirements: [
    'quality',
    'tier',
    'maxLatencyMs',
    'maxCostUsd',
    'compliance',
    'residency',
    'levels',
    'policy',
    'priority',
    'allowDegraded',
  ],
  verification: ['judge', 'maxJudgeCostUsd'],
}
const PLACES: ReadonlyMap<string, Place> = new Map(
  (['retrieval', 'requirements', 'verification'] as const).flatMap((place) =>
    FIELDS[place].map((field) => [field, place] as const),
  ),
)
/** What a search does not take, wherever it is written. */
const FOR_QUESTIONS: ReadonlySet<string> = new Set([
  ...FIELDS.requirements,
  ...FIELDS.verification,
  'requirements',
  'verification',
  'rewrite',
  'maxRewriteCostUsd',
  'conversation',
  'template',
  'format',
  'stream',
  'store',
])

/** In brackets, where unknown keys of a request belong; empty when nothing is known of them. `at` is the path of the object that holds them. */
export function misplacedHint(keys: readonly string[], at: string, path: string): string {
  const route = routeOf(path)
  if (route === null) return ''
  const hints = keys.flatMap((key) => {
    const hint = hintFor(key, at, route)
    return hint === null ? [] : [keys.length === 1 ? hint : `"${key}" ${hint}`]
  })
  return hints.length === 0 ? '' : ` (${hints.join(', ')})`
}

function hintFor(key: string, at: string, route: Route): string | null {
  if (route !== 'questions' && (at === '' || at === 'retrieval') && isForQuestions(key, route))
    return 'is for questions only'
  // OpenAI's route has our fields under a name of ours.
  const place = at === '' || at === 'fairlead' ? PLACES.get(key) : undefined
  return place === undefined ? null : `goes into ${at === '' ? place : `${at}.${place}`}`
}

/** What the model is told of a question may be said once for a collection. */
const isForQuestions = (key: string, route: Route) =>
  FOR_QUESTIONS.has(key) || (key === 'hints' && route === 'searches')

function routeOf(path: string): Route | null {
  if (/^\/v1\/(?:query|route|chat\/completions)$/.test(path)) return 'questions'
  if (path === '/v1/search') return 'searches'
  return /^\/v1\/collections\/[^/]+$/.test(path) ? 'collections' : null
}

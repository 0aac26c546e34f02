/** Milliseconds since the epoch. Injected so that tests own time. */
export type Clock = () => number

/** Fresh unique ids, with a readable prefix: `req_...`, `job_...`. */
export type Ids = (prefix: string) => string

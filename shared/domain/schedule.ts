/** Named in place of a cron when a platform whose queues live in memory has started: whatever is unfinished has lost its message. */
export const AT_START = '@start'

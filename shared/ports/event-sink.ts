/** Takes one wide, JSON-safe event per request, message or alarm. Never throws. */
export type EventSink = (event: Readonly<Record<string, unknown>>) => void

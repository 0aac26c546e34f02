/** An object's clock and its one alarm: time never runs backwards, and waking earlier always wins over waking later. */
export class AlarmClock {
  readonly #storage: DurableObjectStorage
  #nowMs = 0
  #alarmAtMs = Number.POSITIVE_INFINITY

  constructor(state: DurableObjectState) {
    this.#storage = state.storage
    // An alarm outlives eviction; forgetting it here would let a later one overwrite it.
    void state.blockConcurrencyWhile(async () => {
      this.#alarmAtMs = (await state.storage.getAlarm()) ?? Number.POSITIVE_INFINITY
    })
  }

  now(): number {
    this.#nowMs = Math.max(this.#nowMs, Date.now())
    return this.#nowMs
  }

  /** What was stored at `atMs` is in the past, also for a machine whose clock was set back meanwhile. */
  notBefore(atMs: number) {
    this.#nowMs = Math.max(this.#nowMs, atMs)
  }

  async wakeAt(atMs: number): Promise<void> {
    if (atMs >= this.#alarmAtMs) return
    this.#alarmAtMs = atMs
    await this.#storage.setAlarm(atMs)
  }

  /** Call first in `alarm()`: the alarm that fired is used up. */
  fired() {
    this.#alarmAtMs = Number.POSITIVE_INFINITY
  }
}

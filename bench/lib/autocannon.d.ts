declare module 'autocannon' {
  import type { EventEmitter } from 'node:events'

  type Options = {
    url: string
    method?: string
    headers?: Record<string, string>
    body?: string
    connections?: number
    duration?: number
    timeout?: number
  }
  type Result = { errors: number; timeouts: number; non2xx: number; '2xx': number; duration: number }
  type Instance = EventEmitter & PromiseLike<Result>
  export default function autocannon(options: Options): Instance
}

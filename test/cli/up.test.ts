import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { upCommand } from '../../cli/commands/up.ts'

const up = (...options: readonly string[]) =>
  upCommand()
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .parseAsync(options, { from: 'user' })

describe('fairlead up', () => {
  afterEach(() => void vi.unstubAllEnvs())

  it('names a fleet that does not exist, a speed that is none, and a speed without a fleet', async () => {
    await expect(up('--fleet', 'imaginary')).rejects.toThrow(
      'There is no fleet "imaginary"; the only one is "simulated".',
    )
    await expect(up('--fleet', 'simulated', '--fleet-speed', 'fast')).rejects.toThrow('from 0.01 to 1000')
    await expect(up('--fleet-speed', '2')).rejects.toThrow('add --fleet simulated')
  })

  it.each([
    ['EMBEDDERS', '[{"id":"x"}]', 'EMBEDDERS: 0.kind: Invalid option: expected one of "openai-compatible"|'],
    ['EMBEDDERS', 'nojson', 'EMBEDDERS: must be a JSON list'],
    ['RERANKERS', '[{"id":"x","kind":"tei"}]', 'RERANKERS: 0.url: '],
    [
      'RERANKERS',
      '[{"id":"x","kind":"tie"}]',
      "RERANKERS: 0.kind: Invalid discriminator value. Expected 'tei'",
    ],
    [
      'RERANKERS',
      '[{"id":"x","kind":"ensemble","members":[{"id":"late-interaction"},{"id":"bge"}]}]',
      'RERANKERS: 0.members.1.id: there is no reranker "bge"',
    ],
  ])('does not start with a wrong %s, %s, and says what is wrong with it', async (name, value, words) => {
    vi.stubEnv(name, value)
    const state = join(tmpdir(), 'fairlead-never-started')
    await expect(up('--port', '0', '--state', state)).rejects.toThrow(words)
  })
})

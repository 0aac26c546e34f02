import { describe, expect, it } from 'vitest'
import { upCommand } from '../../cli/commands/up.ts'

const up = (...options: readonly string[]) =>
  upCommand()
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .parseAsync(options, { from: 'user' })

describe('fairlead up', () => {
  it('names a fleet that does not exist, a speed that is none, and a speed without a fleet', async () => {
    await expect(up('--fleet', 'imaginary')).rejects.toThrow(
      'There is no fleet "imaginary"; the only one is "simulated".',
    )
    await expect(up('--fleet', 'simulated', '--fleet-speed', 'fast')).rejects.toThrow('from 0.01 to 1000')
    await expect(up('--fleet-speed', '2')).rejects.toThrow('add --fleet simulated')
  })
})

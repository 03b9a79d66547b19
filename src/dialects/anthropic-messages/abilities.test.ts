/** Claude models by every spelling of their names. */
import { describe, expect, it } from 'vitest'
import { abilitiesOf } from './abilities.ts'
import type { Abilities } from './abilities.ts'

const inWords = ({ maxOutput, thinks, sampling, schemas, forced, alwaysThinks }: Abilities): string =>
  [maxOutput, thinks, sampling, schemas && 'schemas', !forced && 'unforced', alwaysThinks && 'always']
    .filter(Boolean)
    .join(' ')

describe('abilities', () => {
  it.each([
    ['claude-2.1', '4096 never all'],
    ['anthropic.claude-v2:1', '4096 never all'],
    ['anthropic.claude-instant-v1', '4096 never all'],
    ['claude-3-haiku-20240307', '4096 never all'],
    ['claude-3-opus-latest', '4096 never all'],
    ['us.anthropic.claude-3-5-sonnet-20241022-v2:0', '8192 never all'],
    ['anthropic/claude-3.5-haiku', '8192 never all'],
    ['claude-3-7-sonnet@20250219', '64000 by-budget all'],
    ['claude-opus-4-20250514', '32000 by-budget all'],
    ['claude-opus-4@20250514', '32000 by-budget all'],
    ['claude-sonnet-4-0', '64000 by-budget all'],
    ['claude-sonnet-4', '64000 by-budget all'],
    ['claude-opus-4-1-20250805', '32000 by-budget either schemas'],
    ['claude-sonnet-4-5-20250929', '64000 by-budget either schemas'],
    ['anthropic/claude-haiku-4.5', '64000 by-budget either schemas'],
    ['CLAUDE-OPUS-4-6', '128000 by-effort either schemas'],
    ['claude-opus-4-8', '128000 by-effort none schemas'],
    ['claude-sonnet-5', '128000 by-effort none schemas'],
    ['claude-opus-5-20260724', '128000 by-effort none schemas'],
    ['claude-fable-5-20260101', '128000 by-effort none schemas always'],
    ['claude-fable-5-1', '128000 by-effort none schemas unforced always'],
    ['claude-opus-5-5', '128000 by-effort none schemas unforced always'],
    ['claude-of-tomorrow-9', '128000 by-effort none schemas'],
    ['kimi-k2', 'by-budget all'],
  ])('of %s are: %s', (name, words) => {
    expect(inWords(abilitiesOf(name))).toBe(words)
  })
})

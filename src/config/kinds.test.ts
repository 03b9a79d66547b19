/** What single values of a configuration may be. */
import { expect, it } from 'vitest'
import { modelName } from './kinds.ts'

it.each(['..', '.', '../../x', 'a/../b', 'tunedModels/..'])(
  '%s is no model: in an address it would lead elsewhere',
  name => {
    expect(modelName.read(name)).toBeUndefined()
  },
)

it.each(['gpt-4o-mini', 'us.anthropic.claude-3:0', 'tunedModels/x', '...', 'a..b/c', 'a/.b'])('%s is one', name => {
  expect(modelName.read(name)).toBe(name)
})

/** By what usage can be split, by name. */
import type { Dimension } from '../ports/usage.ts'

export const dimensions = [
  'organisation',
  'team',
  'user',
  'key',
  'pool',
  'policy',
  'provider',
  'model',
  'operation',
  'task',
  'run',
] as const

/** Also every tag, as `tag:NAME`. */
export const isDimension = (name: string): name is Dimension =>
  dimensions.some(one => one === name) || /^tag:[^\p{Cc}\p{Zl}\p{Zp},=]{1,256}$/u.test(name)

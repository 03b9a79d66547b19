/** Every limit that settings name, whoever's it is. */
import type { Limit } from '../domain/limit.ts'
import type { Settings } from './settings.ts'

/** Of organisations, teams, users, keys, and of whatever else is limited. */
export const limitsIn = ({ tenancy, keys }: Pick<Settings, 'tenancy' | 'keys'>): readonly Limit[] => {
  const { organisations, teams, users, limits } = tenancy
  return [...limits, ...[...organisations, ...teams, ...users, ...keys].flatMap(one => one.limits)]
}

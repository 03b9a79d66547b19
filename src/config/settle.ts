/** Plain values of a configuration to Settings, with every doubt about them. */
import type { Instant } from '../domain/units.ts'
import { cataloguePath, ownCatalogue } from './catalogue-place.ts'
import { checkSettings } from './check.ts'
import { errorAt } from './finding.ts'
import type { Doubt, Path } from './finding.ts'
import { namesOf } from './ground.ts'
import type { Environment } from './references.ts'
import { resolve } from './resolve.ts'
import type { PathBelow } from './resolve-policies.ts'
import { strangeProviders } from './resolve-providers.ts'
import type { Settings } from './settings.ts'
import { wellFormed } from './well-formed.ts'

export interface Values {
  /** With references filled in, secrets still as references. */
  readonly value: unknown
  /** As they were written, for messages. */
  readonly raw: unknown
  /** What was wrong with references. */
  readonly doubts: readonly Doubt[]
}

export interface Surroundings {
  readonly env: Environment
  readonly providerTypes: readonly string[]
  /** Which of a model's prices is in force. */
  readonly now: Instant
  /** The catalogue beside the state is read, too, where the file names none. */
  readonly besideState?: boolean
}

const isUnder = (path: Path, above: Path): boolean => above.every((part, at) => path[at] === part)

/** What is wrong further up is told once: a reference that could not be filled in makes its value wrong too. */
const unlessUnder = (doubts: readonly Doubt[], told: readonly Path[]): readonly Doubt[] =>
  doubts.filter(one => !told.some(path => isUnder(one.path, path)))

const nothingToOffer =
  'there are no deployments; write at least one provider and one deployment, such as mini: { provider: openai, model: gpt-4o-mini }'

/** Settings as far as they could be made, and all doubts; without an error among these, the settings are whole. */
export const settle = (
  { value, raw, doubts: before }: Values,
  surroundings: Surroundings,
  pathBelow: PathBelow,
): { readonly settings: Settings; readonly doubts: readonly Doubt[]; readonly catalogue?: string } => {
  const formed = wellFormed(value, raw)
  const strange = strangeProviders(value, surroundings.providerTypes)
  const wellTold = unlessUnder(
    formed.doubts,
    strange.map(one => one.path.slice(0, 2)),
  )
  const doubts: Doubt[] = []
  const names = namesOf(value)
  const own = ownCatalogue(formed.file, surroundings.besideState === true)
  doubts.push(...own.doubts)
  const { catalogue } = own
  const ground = { ...surroundings, file: formed.file, names, doubts, ...(catalogue !== undefined && { catalogue }) }
  const settings = resolve(ground, pathBelow)
  // Only a file that has sections lacks one of them.
  const hasSections = formed.doubts.every(one => one.path.length > 0)
  const offers = names.deployments.length > 0 || settings.providers.some(({ discover }) => discover === true)
  const missing = hasSections && !offers ? [errorAt([], nothingToOffer)] : []
  const told = before.map(one => one.path)
  const all = [...before, ...unlessUnder([...strange, ...wellTold, ...missing, ...doubts], told)]
  const isSound = all.every(one => one.severity === 'warning')
  const place = cataloguePath(formed.file)
  return {
    settings,
    doubts: isSound ? [...all, ...checkSettings(settings, surroundings.env)] : all,
    ...(place !== undefined && { catalogue: place }),
  }
}

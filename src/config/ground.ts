/** What all parts of resolving share: the file, the names in it, and the list of doubts. */
import { didYouMean } from '../domain/nearest.ts'
import { listed } from '../routing/wording.ts'
import type { Instant } from '../domain/units.ts'
import type { Catalogue } from './catalogue-file.ts'
import { errorAt } from './finding.ts'
import type { Doubt, Path } from './finding.ts'
import type { Environment } from './references.ts'
import type { ConfigFile } from './schema.ts'
import { looksSecret } from './secrets.ts'
import { isMembers } from './well-formed.ts'

/** Names of entries, also of those that are not well formed: what refers to them is not wrong. */
export type Names = Readonly<
  Record<'providers' | 'deployments' | 'pools' | 'aliases' | 'policies' | 'keys', readonly string[]>
>

export interface Ground {
  readonly file: ConfigFile
  readonly names: Names
  readonly env: Environment
  readonly providerTypes: readonly string[]
  readonly now: Instant
  /** What the user's own catalogue says of models. */
  readonly catalogue?: Catalogue
  readonly doubts: Doubt[]
}

const namesIn = (value: unknown, section: string): readonly string[] => {
  const members = isMembers(value) && Object.hasOwn(value, section) ? value[section] : undefined
  return isMembers(members) ? Object.keys(members) : []
}

/** Every name that the file gives, whatever is behind it. */
export const namesOf = (value: unknown): Names => ({
  providers: namesIn(value, 'providers'),
  deployments: namesIn(value, 'deployments'),
  pools: namesIn(value, 'pools'),
  aliases: namesIn(value, 'aliases'),
  policies: namesIn(value, 'policies'),
  keys: namesIn(value, 'keys'),
})

/** Every model that the file names, with and without its provider. */
export const modelNames = ({ file, names }: Ground): readonly string[] => {
  const models = Object.values(file.deployments ?? {}).flatMap(({ provider, model }) =>
    names.providers.includes(provider) ? [model, `${provider}/${model}`] : [model],
  )
  return [...new Set(models)]
}

/** More names than these are not all told. */
const mostNames = 30

/** `; did you mean "x"? (there are a, b and c)`, to end a sentence that names what was not found. */
export const thereAre = (name: string, names: readonly string[]): string => {
  const some = names.slice(0, mostNames)
  const rest = names.length - some.length
  const all = rest > 0 ? `${some.join(', ')} and ${rest} more` : listed(some)
  return `${didYouMean(name, names)} (there ${names.length === 1 ? 'is' : 'are'} ${names.length === 0 ? 'none' : all})`
}

/** A name as a message may show it. */
export const quoted = (name: string): string => (looksSecret(name) ? 'that looks like a secret' : `"${name}"`)

/** True if the name is one of these; else a doubt that names the nearest. */
export const leads = (
  ground: Ground,
  path: Path,
  name: string,
  { what, names }: { readonly what: string; readonly names: readonly string[] },
): boolean => {
  if (names.includes(name)) return true
  ground.doubts.push(errorAt(path, `no ${what} ${quoted(name)}${thereAre(name, names)}`))
  return false
}

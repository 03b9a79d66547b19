/** Policies on their own: a file that holds one, or a whole configuration of which nothing else is looked at. */
import type { Policy } from '../domain/policy.ts'
import type { Instant } from '../domain/units.ts'
import { builtInPolicy } from './defaults.ts'
import { readDocument } from './document.ts'
import { pathText } from './finding.ts'
import type { Doubt, Finding, Path } from './finding.ts'
import { namesOf } from './ground.ts'
import { resolvePolicies } from './resolve-policies.ts'
import type { PathBelow } from './resolve-policies.ts'
import { withoutSecrets } from './secrets.ts'
import { isMembers, wellFormed } from './well-formed.ts'
import { pathOf, placeOf, plainValue, writtenAt } from './written.ts'
import type { Written } from './written.ts'

export type ReadPolicies =
  | { readonly ok: true; readonly policies: readonly Policy[]; readonly findings: readonly Finding[] }
  | { readonly ok: false; readonly findings: readonly Finding[] }

/** What a policy is called whose file does not name it. */
const unnamed = 'proposed'

interface Alone {
  /** As a configuration would hold it. */
  readonly value: { readonly policies: unknown }
  /** From a path in that configuration to the path in this file. */
  place(path: Path): Path
}

/** A bare policy stands for a configuration with nothing else. */
const alone = (value: unknown): Alone => {
  if (!isMembers(value) || !Object.hasOwn(value, 'steps')) {
    return { value: { policies: isMembers(value) ? (value['policies'] ?? {}) : {} }, place: path => path }
  }
  const { name, ...policy } = value
  const called = typeof name === 'string' && name !== '' ? name : unnamed
  return { value: { policies: { [called]: policy } }, place: path => path.slice(2) }
}

/** Whom the policies ask after the first: which deployments there are is not known here, so that all of them may be. */
const inChains = ({ policies }: Alone['value']): readonly string[] =>
  Object.values(isMembers(policies) ? policies : {}).flatMap(one => {
    const chain = isMembers(one) ? one['fallback'] : undefined
    return Array.isArray(chain) ? chain.filter(name => typeof name === 'string') : []
  })

/** Every policy that a text holds, or what is wrong with them and where. Never throws. */
export const readPolicies = (text: string, file: string): ReadPolicies => {
  const read = readDocument(text)
  if (!read.ok) {
    const findings = read.flaws.map(({ place, message }): Finding => {
      return { severity: 'error', file, ...place, path: '', message: withoutSecrets(message) }
    })
    return { ok: false, findings }
  }
  const { written } = read
  const { value, place } = alone(plainValue(written))
  const pathBelow: PathBelow = (step, below) => [...step, ...pathOf(writtenAt(written, place(step)), below)]
  const formed = wellFormed(value, value)
  const doubts: Doubt[] = [...formed.doubts]
  const names = { ...namesOf(value), deployments: inChains(value) }
  const ground = { file: formed.file, names, env: {}, providerTypes: [], now: 0 as Instant, doubts }
  const policies = resolvePolicies(ground, pathBelow).filter(one => one !== builtInPolicy)
  const findings = doubts.map(one => findingOf(one, { written, file, place }))
  if (policies.length === 0 && findings.length === 0) {
    const message = 'there is no policy here; write `steps: [...]`, or `policies:` with names and their steps'
    return { ok: false, findings: [{ severity: 'error', file, line: 1, column: 1, path: '', message }] }
  }
  return doubts.some(one => one.severity === 'error') ? { ok: false, findings } : { ok: true, policies, findings }
}

interface Source {
  readonly written: Written
  readonly file: string
  readonly place: Alone['place']
}

const findingOf = ({ severity, path: told, message }: Doubt, { written, file, place }: Source): Finding => {
  const own = place(told)
  const path = withoutSecrets(pathText(own))
  return { severity, file, ...placeOf(written, own), path, message: withoutSecrets(message) }
}

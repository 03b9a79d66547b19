/** A policy as somebody wrote it, read and checked against the house that it is for. */
import { readPolicies } from '../config/read-policies.ts'
import type { Policy } from '../domain/policy.ts'
import { compilePolicy } from '../routing/compile-policy.ts'
import type { AdminHouse } from './house.ts'
import { AdminRefusal } from './refusal.ts'

type Written = Readonly<Record<string, unknown>>

const refused = (place: string, why: string): AdminRefusal => new AdminRefusal('invalid', `${place}: ${why}`, place)

const readAs = (name: string, written: Written): Policy => {
  const read = readPolicies(JSON.stringify({ ...written, name }), 'policy')
  if (read.ok) {
    const [policy] = read.policies
    if (policy !== undefined) return policy
    throw refused('policy', 'there is no policy in this')
  }
  const [first] = read.findings
  const path = first?.path ?? ''
  throw refused(path === '' ? 'policy' : `policy.${path}`, first?.message ?? 'this is no policy')
}

/** The policy, or the first thing that is wrong with it. */
export const policyOf = (house: Pick<AdminHouse, 'settings'>, name: string, written: Written): Policy => {
  if (!Object.hasOwn(written, 'steps')) throw refused('policy.steps', 'there are none; { steps: [...] } would be right')
  const policy = readAs(name, written)
  const compiled = compilePolicy(policy)
  if (!compiled.ok) throw refused(`policy.${compiled.at ?? 'steps'}`, compiled.why)
  const known = new Set<string>(house.settings().deployments.map(one => one.id))
  const lost = policy.fallback?.find(one => !known.has(one))
  if (lost !== undefined) throw refused('policy.fallback', `there is no deployment "${lost}"`)
  return policy
}

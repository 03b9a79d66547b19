/** What somebody who signed in may do: by the claims that the configuration names, and never more for a claim that is missing. */
import type { IssuerConfig } from '../../config/settings.ts'
import { roles, suffices } from '../../admin/duty.ts'
import type { Duty, Role } from '../../domain/caller.ts'
import type { Checked } from '../../domain/units.ts'

type Claims = Readonly<Record<string, unknown>>

/** The claim at a path such as `realm.roles`; its own members alone. */
const claimAt = (claims: Claims, path: string): unknown => {
  // A claim may itself have dots in its name, as those that are addresses do.
  if (Object.hasOwn(claims, path)) return claims[path]
  let value: unknown = claims
  for (const part of path.split('.')) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, part)) return undefined
    value = Object.getOwnPropertyDescriptor(value, part)?.value
  }
  return value
}

const textsOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter(one => typeof one === 'string')

const isRole = (name: string): name is Role => roles.some(one => one === name)

/** The most that one of the names allows. */
const highest = (names: readonly string[]): Role | undefined =>
  names
    .filter(isRole)
    .reduce<Role | undefined>((most, one) => (most === undefined || suffices(one, most) ? one : most), undefined)

type Within = Checked<{ readonly organisation?: string; readonly team?: string }>

const placeIn = ({ claims: paths, caller }: IssuerConfig, claims: Claims): Within => {
  const found: { organisation?: string; team?: string } = {}
  for (const level of ['organisation', 'team'] as const) {
    const path = paths[level]
    const own = caller.duty?.[level] ?? caller[level]
    const said = path === undefined ? [] : textsOf(claimAt(claims, path))
    if (said.length > 1) return { ok: false, why: `your token names several of ${level}, and one would be right` }
    const name = said[0] ?? own
    if (name !== undefined) found[level] = name
  }
  const isBounded = found.organisation !== undefined || found.team !== undefined
  const isMapped = paths.organisation !== undefined || paths.team !== undefined
  // Without the claim that bounds others, nobody becomes unbounded.
  if (isMapped && !isBounded) return { ok: false, why: 'your token names neither organisation nor team' }
  return { ok: true, value: found }
}

/** The duty and the name of whoever these claims are about, or why they may not come in. */
export const dutyIn = (
  issuer: IssuerConfig,
  claims: Claims,
): Checked<{ readonly user: string; readonly duty: Duty }> => {
  const { claims: paths, caller } = issuer
  const said = paths.role === undefined ? undefined : highest(textsOf(claimAt(claims, paths.role)))
  const role = paths.role === undefined ? caller.duty?.role : said
  if (role === undefined) return { ok: false, why: `your token gives you no role here; ${roles.join(', ')} are known` }
  const place = placeIn(issuer, claims)
  if (!place.ok) return place
  const [user] = textsOf(claimAt(claims, paths.user ?? 'sub'))
  if (user === undefined || !/^[^\p{Cc}]{1,256}$/u.test(user))
    return { ok: false, why: 'your token does not say who you are' }
  return { ok: true, value: { user, duty: { role, ...place.value } } }
}

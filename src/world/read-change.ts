/** A change of switches as it comes over the wire: well formed, or why not. */
import type { Checked } from '../domain/units.ts'
import { isJson } from './speech.ts'
import type { Json } from './speech.ts'
import { cutKinds, failureKinds } from './switches.ts'
import type { SwitchChange, SwitchName, SwitchTarget } from './switches.ts'

/** Whose switches, and how they are to be thrown. */
export interface Change {
  readonly target: SwitchTarget
  readonly change: SwitchChange
}

type Test = (value: unknown) => string | undefined

const number =
  (low: number, high = Number.MAX_SAFE_INTEGER): Test =>
  value =>
    typeof value === 'number' && value >= low && value <= high
      ? undefined
      : `a number from ${low}${high < 1e9 ? ` to ${high}` : ''}`
const whole: Test = value => (Number.isSafeInteger(value) && Number(value) >= 0 ? undefined : 'a whole number from 0')
const oneOf =
  (names: readonly string[]): Test =>
  value =>
    typeof value === 'string' && names.includes(value) ? undefined : `one of ${names.join(', ')}`

/** Members that must be there end in `!`. */
const shape =
  (members: Readonly<Record<string, Test>>): Test =>
  value => {
    const names = Object.keys(members).map(name => name.replace('!', ''))
    if (!isJson(value)) return `an object with ${names.join(', ')}`
    const stranger = Object.keys(value).find(name => !names.includes(name))
    if (stranger !== undefined) return `only ${names.join(', ')}, not ${stranger}`
    for (const [name, test] of Object.entries(members)) {
      const member = value[name.replace('!', '')]
      const fault = member === undefined && !name.endsWith('!') ? undefined : test(member)
      if (fault !== undefined) return `${name.replace('!', '')} as ${fault}`
    }
    return undefined
  }

const tests: Readonly<Record<SwitchName, Test>> = {
  latency: shape({ factor: number(0), addMs: number(0), rate: number(0, 1) }),
  fail: shape({ 'kind!': oneOf(failureKinds), rate: number(0, 1), retryAfter: number(0) }),
  rateLimit: shape({ 'rpm!': number(0) }),
  cut: shape({ afterChunks: whole, afterBytes: whole, 'how!': oneOf(cutKinds) }),
  inbandError: shape({ 'afterChunks!': whole }),
  outage: value => (typeof value === 'boolean' ? undefined : 'true or false'),
}

const isSwitch = (name: string): name is SwitchName => Object.hasOwn(tests, name)
const isChange = (body: Json): body is Json & SwitchChange => faultOf(body) === undefined

const faultOf = (body: Json): { readonly why: string; readonly at: string } | undefined => {
  for (const [name, value] of Object.entries(body)) {
    if (!isSwitch(name))
      return { why: `there is no switch "${name}"; there are ${Object.keys(tests).join(', ')}`, at: name }
    const wanted = value === null ? undefined : tests[name](value)
    if (wanted !== undefined) return { why: `${name} wants ${wanted}`, at: name }
  }
  return undefined
}

/** A change from the body of a request. */
export const readChange = (body: unknown): Checked<Change> => {
  if (!isJson(body)) return { ok: false, why: 'a change is an object with provider or model, and switches' }
  const { provider, model, ...rest } = body
  if (provider !== undefined && typeof provider !== 'string')
    return { ok: false, why: 'provider wants a name', at: 'provider' }
  if (model !== undefined && typeof model !== 'string') return { ok: false, why: 'model wants an id', at: 'model' }
  const fault = faultOf(rest)
  if (fault !== undefined || !isChange(rest)) return { ok: false, ...(fault ?? { why: 'not a change' }) }
  const target = { ...(provider !== undefined && { provider }), ...(model !== undefined && { model }) }
  return { ok: true, value: { target, change: rest } }
}

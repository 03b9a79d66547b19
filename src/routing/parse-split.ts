/** A split as people write it: arms by name with their shares, or what is wrong with it and where. */
import { isRecord } from '../domain/json.ts'
import type { Json } from '../domain/json.ts'
import { didYouMean } from '../domain/nearest.ts'
import type { Arm, PolicyStep, SeedBy } from '../domain/policy.ts'
import { microUsd, unit } from '../domain/units.ts'
import type { Checked } from '../domain/units.ts'
import { fine, shown, wrong } from './options.ts'
import { dollarAmount, share } from './parsers.ts'

/** Reads the steps of an arm. */
export type ParseBranch = (value: unknown, at: string) => Checked<readonly PolicyStep[]>

const armMembers = ['share', 'shadow', 'maxSpend', 'steps']
/** It stands in spans and in the place of its steps. */
const armName = /^[A-Za-z0-9][\w-]{0,63}$/
const mostArms = 16
/** Shares that sum to the whole but for rounding. */
const slack = 1e-9

/** An arm whose share may still be what the others leave. */
type Open = Omit<Arm, 'share'> & { readonly share?: number }

interface Written {
  readonly name: string
  readonly value: unknown
  readonly at: string
}

const stray = (value: Json, known: readonly string[], at: string, what: string): Checked<never> | undefined => {
  const name = Object.keys(value).find(one => !known.includes(one))
  if (name === undefined) return undefined
  return wrong(`no member "${name}"${didYouMean(name, known)} (${what} has ${known.join(', ')})`, `${at}.${name}`)
}

const parseShare = (value: unknown, at: string): Checked<number | undefined> => {
  if (value === undefined) return fine(undefined)
  const read = share.parse(value)
  return read.ok ? read : wrong(`share ${read.why}`, `${at}.share`)
}

type Ghost = Pick<Open, 'shadow' | 'maxSpend'>

/** Whether it is a shadow, and what one may spend. */
const parseGhost = ({ shadow, maxSpend }: Json, at: string): Checked<Ghost> => {
  if (shadow !== undefined && typeof shadow !== 'boolean')
    return wrong(`shadow is ${shown(shadow)}; write true or false`, `${at}.shadow`)
  if (maxSpend === undefined) return fine(shadow === true ? { shadow } : {})
  if (shadow !== true) return wrong('maxSpend has no effect without shadow: true; leave it out', `${at}.maxSpend`)
  const spend = dollarAmount.parse(maxSpend)
  return spend.ok ? fine({ shadow, maxSpend: microUsd(spend.value) }) : wrong(`maxSpend ${spend.why}`, `${at}.maxSpend`)
}

const parseArm = ({ name, value, at }: Written, branch: ParseBranch): Checked<Open> => {
  if (!armName.test(name)) return wrong(`"${name}" is no name for an arm; write letters, digits, _ and -`, at)
  if (!isRecord(value)) return wrong(`${shown(value)} is no arm; write { share: 5%, steps: [...] }`, at)
  const extra = stray(value, armMembers, at, 'an arm')
  if (extra !== undefined) return extra
  const part = parseShare(value['share'], at)
  if (!part.ok) return part
  const ghost = parseGhost(value, at)
  if (!ghost.ok) return ghost
  const steps = branch(value['steps'] ?? [], `${at}.steps`)
  if (!steps.ok) return steps
  return fine({ name, ...(part.value !== undefined && { share: part.value }), ...ghost.value, steps: steps.value })
}

/** Arms as a mapping by name, or as the list that a stored policy has, whose spends are in millionths. */
const writtenArms = (value: unknown, at: string): readonly Written[] | undefined => {
  if (isRecord(value)) return Object.entries(value).map(([name, one]) => ({ name, value: one, at: `${at}.${name}` }))
  if (!Array.isArray(value)) return undefined
  const list: readonly unknown[] = value
  return list.map((one, place) => {
    const { name, maxSpend, ...rest } = isRecord(one) ? one : {}
    const spend = typeof maxSpend === 'number' ? { maxSpend: maxSpend / 1e6 } : {}
    return { name: String(name ?? ''), value: { ...rest, ...spend }, at: `${at}[${place}]` }
  })
}

/** One arm may leave its share out: it gets what the others leave. */
const shared = (arms: readonly Open[], at: string): Checked<readonly Arm[]> => {
  const answering = arms.filter(arm => arm.shadow !== true)
  const open = answering.filter(arm => arm.share === undefined)
  const sum = answering.reduce((total, arm) => total + (arm.share ?? 0), 0)
  const nameless = arms.find(arm => arm.shadow === true && arm.share === undefined)
  if (nameless !== undefined) return wrong(`the shadow ${nameless.name} needs a share, such as 10%`, at)
  if (answering.length === 0) return wrong('no arm answers: give one that is no shadow', at)
  if (open.length > 1)
    return wrong(`${open.map(arm => arm.name).join(' and ')} have no share; only one arm may leave it out`, at)
  if (sum > 1 + slack) return wrong(`the shares sum to ${Math.round(sum * 1e4) / 100} %, which is more than all`, at)
  if (open.length === 0 && sum < 1 - slack)
    return wrong(
      `the shares sum to ${Math.round(sum * 1e4) / 100} %; let one arm have the rest by leaving out its share`,
      at,
    )
  return fine(arms.map(arm => ({ ...arm, share: unit(arm.share ?? Math.max(0, 1 - sum)) })))
}

const parseBy = (value: unknown, at: string): Checked<SeedBy | undefined> => {
  if (value === undefined) return fine(undefined)
  if (value === 'request' || value === 'session' || value === 'user') return fine(value)
  if (typeof value === 'string' && /^tags\.\S+$/.test(value)) return fine(value as SeedBy)
  return wrong(`by is ${shown(value)}; write request, session, user or tags.NAME`, `${at}.by`)
}

const parseArms = (value: unknown, at: string, branch: ParseBranch): Checked<readonly Arm[]> => {
  const written = writtenArms(value, at)
  if (written === undefined || written.length === 0) {
    const example = '{ arms: { canary: { share: 5%, steps: [...] }, rest: { steps: [...] } } }'
    return wrong(`${shown(value)} has no arms; write ${example}`, at)
  }
  if (written.length > mostArms) return wrong(`${written.length} arms are too many; ${mostArms} at most`, at)
  const arms: Open[] = []
  for (const one of written) {
    const arm = parseArm(one, branch)
    if (!arm.ok) return arm
    if (arms.some(({ name }) => name === arm.value.name)) return wrong(`two arms are called ${arm.value.name}`, one.at)
    arms.push(arm.value)
  }
  return shared(arms, at)
}

/** Where a split's members stand: inside it as people write it, beside it as a stored policy has them. */
const placesOf = ({ split, by }: Json, at: string) => {
  const isWhole = isRecord(split) && 'arms' in split
  if (!isWhole) return { arms: split, armsAt: `${at}.split`, by, byAt: at }
  return { arms: split['arms'], armsAt: `${at}.split.arms`, by: split['by'], byAt: `${at}.split`, inside: split }
}

/** `{ split: { by, arms } }`, or as a stored policy has it: `{ split: [...], by }`. */
export const parseSplit = (step: Json, at: string, branch: ParseBranch): Checked<PolicyStep> => {
  const { arms, armsAt, by, byAt, inside } = placesOf(step, at)
  const extra =
    stray(step, ['split', 'by'], at, 'this step') ??
    (inside === undefined ? undefined : stray(inside, ['arms', 'by'], `${at}.split`, 'a split'))
  if (extra !== undefined) return extra
  const seed = parseBy(by, byAt)
  if (!seed.ok) return seed
  const read = parseArms(arms, armsAt, branch)
  return read.ok ? fine({ split: read.value, ...(seed.value !== undefined && { by: seed.value }) }) : read
}

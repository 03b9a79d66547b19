/** What a journal comes to, in the numbers of the tables. */
import { recordedModels } from '../../src/world/models.ts'
import type { Column, Drill } from './drill.ts'
import type { CallRecord, Journal, Story } from './journal.ts'

/** Undefined where a drill has no such thing, Infinity where it never came to it. */
export type Measures = Readonly<Partial<Record<Column, number>>>

/** The value that this share of all does not exceed. */
export const quantile = (values: readonly number[], share: number): number | undefined => {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
}

const firsts = (stories: readonly Story[]): readonly number[] =>
  stories.flatMap(({ at, firstAt, failure }) => (firstAt === undefined || failure !== undefined ? [] : [firstAt - at]))

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)

/** In dollars, as the provider charges: what it read and what it had made, whoever got it. */
const costsOf = (drill: Drill): ((call: CallRecord) => number) => {
  const prices = new Map(
    drill.places.map(({ id, model, price = 1 }) => {
      const own = recordedModels.find(one => one.id === model)?.price ?? { input: 0, output: 0 }
      return [id, { input: own.input * price, output: own.output * price }]
    }),
  )
  return ({ on, begunAt, inputTokens, tokens }) => {
    const { input = 0, output = 0 } = prices.get(on) ?? {}
    return begunAt === undefined ? 0 : (inputTokens * input + tokens * output) / 1e6
  }
}

/** The calls whose answers clients got. */
const servedCalls = ({ calls, stories }: Journal): ReadonlySet<CallRecord> => {
  const byRequest = new Map(stories.map(story => [story.request, story]))
  return new Set(
    calls.filter(({ request, on, end }) => {
      const story = byRequest.get(request)
      return end === 'whole' && story?.failure === undefined && story?.by === on
    }),
  )
}

/** Calls in slices of time: how many went to each. */
const slicesOf = (calls: readonly CallRecord[], seconds: number): readonly ReadonlyMap<string, number>[] => {
  const slices: Map<string, number>[] = []
  for (const { at, on } of calls) {
    const slice = (slices[Math.floor(at / 1000 / seconds)] ??= new Map<string, number>())
    slice.set(on, (slice.get(on) ?? 0) + 1)
  }
  return slices
}

const total = (slice: ReadonlyMap<string, number> | undefined): number =>
  [...(slice?.values() ?? [])].reduce((sum, one) => sum + one, 0)

/** How often another got more than half of the requests of five seconds than the last who did, each minute. */
const switches = (first: readonly CallRecord[], lasts: number): number => {
  let leader: string | undefined
  let changes = 0
  for (const slice of slicesOf(first, 5)) {
    const all = total(slice)
    const lead = [...(slice ?? [])].find(([, count]) => count > all / 2)?.[0]
    if (lead === undefined) continue
    if (leader !== undefined && lead !== leader) changes += 1
    leader = lead
  }
  return changes / (lasts / 60)
}

const shareOf = (calls: readonly CallRecord[], id: string, from: number, to: number): number | undefined => {
  let [there, all] = [0, 0]
  for (const { at, on } of calls) {
    if (at < from * 1000 || at >= to * 1000) continue
    all += 1
    if (on === id) there += 1
  }
  return all === 0 ? undefined : there / all
}

/** Seconds from its falling ill until less than 5 % of the calls of five seconds go there. */
const evacuated = (calls: readonly CallRecord[], { id, from, to }: NonNullable<Drill['ill']>): number => {
  for (let at = from; at <= to - 5; at++) {
    const there = shareOf(calls, id, at, at + 5)
    if (there !== undefined && there < 0.05) return at - from
  }
  return Infinity
}

/** Seconds from its recovery until ten seconds give it half of what it had in the minute before; undefined if it had nothing. */
const returned = (calls: readonly CallRecord[], drill: Drill): number | undefined => {
  if (drill.ill === undefined) return undefined
  const { id, from, to } = drill.ill
  const before = shareOf(calls, id, Math.max(0, from - 60), from) ?? 0
  if (before < 0.05 || to >= drill.lasts) return undefined
  for (let at = to; at <= drill.lasts - 10; at++) {
    if ((shareOf(calls, id, at, at + 10) ?? 0) >= before / 2) return at - to
  }
  return Infinity
}

/** The most that anybody else had to carry at once while one was ill. */
const peakLoad = ({ load }: Journal, { id, from, to }: NonNullable<Drill['ill']>): number => {
  const others = [...load].filter(([other]) => other !== id).flatMap(([, seconds]) => seconds.slice(from, to))
  return others.reduce((most, one) => Math.max(most, one ?? 0), 0)
}

/** Calls for each request, in the ten seconds in which there were most. */
const callsWorst = ({ calls, stories }: Journal): number => {
  const [called, asked] = [slicesOf(calls, 10), [] as number[]]
  for (const { at } of stories) asked[Math.floor(at / 10_000)] = (asked[Math.floor(at / 10_000)] ?? 0) + 1
  return asked.reduce((most, count, place) => Math.max(most, total(called[place]) / Math.max(1, count)), 0)
}

const firstCalls = (calls: readonly CallRecord[]): readonly CallRecord[] => {
  const seen = new Set<number>()
  return calls.filter(({ request }) => !seen.has(request) && seen.add(request))
}

const illness = (drill: Drill, journal: Journal, served: ReadonlySet<CallRecord>): Measures => {
  const { ill } = drill
  if (ill === undefined) return {}
  const during = [...served].filter(({ at }) => at >= ill.from * 1000 && at < ill.to * 1000)
  const back = returned(journal.calls, drill)
  return {
    evacuated: evacuated(journal.calls, ill),
    peakLoad: peakLoad(journal, ill),
    qualityAfter: share(during.filter(({ isRight }) => isRight).length, during.length),
    ...(back !== undefined && { returned: back }),
  }
}

/** Of the requests that had one before them in their session, how many were answered where that was. */
const kept = (stories: readonly Story[]): number => {
  const last = new Map<string, string>()
  let [stayed, could] = [0, 0]
  for (const { session, by } of stories) {
    if (by === undefined) continue
    const before = last.get(session)
    last.set(session, by)
    if (before === undefined) continue
    could += 1
    if (before === by) stayed += 1
  }
  return share(stayed, could)
}

/** Errors of the minute after the last spell has ended. */
const errorsAfter = ({ spells, lasts }: Drill, stories: readonly Story[]): number | undefined => {
  const ended = Math.max(...spells.map(({ to }) => to))
  if (!(ended < lasts)) return undefined
  const after = stories.filter(({ at }) => at >= ended * 1000 && at < (ended + 60) * 1000)
  return share(after.filter(({ failure }) => failure !== undefined).length, after.length)
}

const ofTenants = ({ noisy }: Drill, { stories, calls }: Journal): Measures => {
  if (noisy === undefined) return {}
  const others = stories.filter(({ tenant }) => tenant !== noisy)
  const theirs = stories.filter(({ tenant }) => tenant === noisy)
  const numbers = new Set(theirs.map(({ request }) => request))
  const counts = new Map<string, number>()
  for (const { request, on } of calls) if (numbers.has(request)) counts.set(on, (counts.get(on) ?? 0) + 1)
  return {
    othersErrors: share(others.filter(({ failure }) => failure !== undefined).length, others.length),
    othersFirstP99: quantile(firsts(others), 0.99) ?? Infinity,
    noisyFirstP99: quantile(firsts(theirs), 0.99) ?? Infinity,
    kept: kept(others),
    noisyTop: share(Math.max(0, ...counts.values()), total(counts)),
  }
}

/** Everything that any table shows. */
export const measure = (drill: Drill, journal: Journal): Measures => {
  const { calls, stories } = journal
  const costOf = costsOf(drill)
  const served = servedCalls(journal)
  const costs = calls.reduce((sum, call) => sum + costOf(call), 0)
  const paid = [...served].reduce((sum, call) => sum + costOf(call), 0)
  const tries = new Map<number, number>()
  for (const { request } of calls) tries.set(request, (tries.get(request) ?? 0) + 1)
  const failed = stories.filter(({ failure }) => failure !== undefined).length
  const bad = new Set(calls.filter(({ end }) => end !== 'whole' && end !== 'stopped').map(({ request }) => request))
  const rescued = stories.filter(({ request, failure }) => failure === undefined && bad.has(request)).length
  const times = firsts(stories)
  const wholes = stories.flatMap(({ at, endedAt = 0, failure }) => (failure === undefined ? [endedAt - at] : []))
  const late = errorsAfter(drill, stories)
  return {
    errors: share(failed, stories.length),
    ...(late !== undefined && { errorsAfter: late }),
    rescued: share(rescued, stories.length),
    firstP50: quantile(times, 0.5) ?? Infinity,
    firstP95: quantile(times, 0.95) ?? Infinity,
    firstP99: quantile(times, 0.99) ?? Infinity,
    wholeP99: quantile(wholes, 0.99) ?? Infinity,
    cost: (1000 * costs) / stories.length,
    extra: share(costs - paid, costs),
    quality: share([...served].filter(({ isRight }) => isRight).length, served.size),
    switches: switches(firstCalls(calls), drill.lasts),
    calls: calls.length / stories.length,
    callsWorst: callsWorst(journal),
    ...illness(drill, journal, served),
    ...ofTenants(drill, journal),
  }
}

/** The shares of calls over time, for a picture: one list for each deployment, a number for every so many seconds. */
export const sharesOver = (
  drill: Drill,
  { calls }: Journal,
  seconds: number,
): ReadonlyMap<string, readonly number[]> => {
  const slices = slicesOf(
    calls.filter(({ at }) => at < drill.lasts * 1000),
    seconds,
  )
  return new Map(
    drill.places.map(({ id }) => [
      id,
      Array.from({ length: Math.ceil(drill.lasts / seconds) }, (_, place) =>
        share(slices[place]?.get(id) ?? 0, total(slices[place])),
      ),
    ]),
  )
}

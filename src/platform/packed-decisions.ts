/** A journal whose decisions take a fifth of the room: deployments are kept once and named by number, not repeated in each decision. */
import { createHash } from 'node:crypto'
import type { Assessment, DecisionTrace, Facts, Reason, RoutingDecision, Slate } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { DeploymentId } from '../domain/ids.ts'
import type { Reading, SignalKey, Signals } from '../domain/signal.ts'
import type { Journal, JournalEntry, Records, Store } from '../ports/store.ts'

/** The topic whose entries are packed: DecisionTrace. */
const topic = 'decisions'

/** The reason's step by number, its value, its words, its parts; the end is left out where there is none. */
type PackedReason = readonly [step: number, value?: number | null, says?: string | null, parts?: Reason['parts']]
type PackedAssessment = readonly [candidate: number, tier: number, reasons: readonly PackedReason[]]
/** The values in the order of the candidates, `null` for those that have none; or by id, if they tell of others too. */
interface PackedSignal {
  readonly value?: unknown
  readonly by?: readonly unknown[] | Readonly<Record<string, unknown>>
}

interface PackedDecision {
  /** Under which name the candidates lie among the records. */
  readonly candidates: string
  readonly facts: Omit<Facts, 'candidates' | 'signals'>
  readonly signals: Readonly<Record<string, PackedSignal>>
  readonly decision: Omit<RoutingDecision, 'ranked' | 'excluded' | 'propensity'>
  readonly steps: readonly string[]
  readonly ranked: readonly PackedAssessment[]
  readonly excluded: readonly PackedAssessment[]
  /** In the order of `ranked`, then of `excluded`. */
  readonly propensity: readonly (number | null)[]
}

const packReason = ({ step, value, says, parts }: Reason, steps: string[]): PackedReason => {
  let place = steps.indexOf(step)
  if (place === -1) place = steps.push(step) - 1
  if (parts !== undefined) return [place, value ?? null, says ?? null, parts]
  if (says !== undefined) return [place, value ?? null, says]
  return value === undefined ? [place] : [place, value]
}

const packSlate = (slate: Slate, places: List['places'], steps: string[]): PackedAssessment[] =>
  slate.map(({ candidate, tier, reasons }) => [
    places.get(candidate.id) ?? -1,
    tier,
    reasons.map(reason => packReason(reason, steps)),
  ])

/** A deployment may be called `constructor`: only a record's own members count. */
const own = <T>(by: Readonly<Record<DeploymentId, T>>, id: DeploymentId): T | null =>
  Object.hasOwn(by, id) ? (by[id] ?? null) : null

const packBy = (by: Readonly<Record<DeploymentId, unknown>>, candidates: readonly Candidate[]): PackedSignal['by'] => {
  const values = candidates.map(({ id }) => own(by, id))
  const found = values.filter(value => value !== null)
  return found.length === Object.keys(by).length ? values : by
}

const packSignals = (signals: Signals, candidates: readonly Candidate[]): Record<string, PackedSignal> => {
  const packed: Record<string, PackedSignal> = {}
  for (const key of Object.keys(signals) as SignalKey[]) {
    const reading: Reading<unknown> | undefined = signals[key]
    if (reading === undefined) continue
    packed[key] = {
      ...(reading.value !== undefined && { value: reading.value }),
      ...(reading.by !== undefined && { by: packBy(reading.by, candidates) }),
    }
  }
  return packed
}

const pack = ({ facts, decision }: DecisionTrace, list: List): PackedDecision => {
  const { candidates, signals, ...ownFacts } = facts
  const { ranked, excluded, propensity, ...ownDecision } = decision
  const steps: string[] = []
  return {
    candidates: list.name,
    facts: ownFacts,
    signals: packSignals(signals, candidates),
    decision: ownDecision,
    ranked: packSlate(ranked, list.places, steps),
    excluded: packSlate(excluded, list.places, steps),
    steps,
    propensity: [...ranked, ...excluded].map(({ candidate }) => own(propensity, candidate.id)),
  }
}

const unpackSlate = (packed: readonly PackedAssessment[], from: PackedDecision, candidates: readonly Candidate[]) =>
  packed.flatMap(([place, tier, reasons]): readonly Assessment[] => {
    const candidate = candidates[place]
    if (candidate === undefined) return []
    return [
      {
        candidate,
        excluded: packed === from.excluded,
        tier,
        reasons: reasons.map(([step, value, says, parts]) => ({
          step: from.steps[step] ?? '',
          ...(says !== undefined && says !== null && { says }),
          ...(value !== undefined && value !== null && { value }),
          ...(parts !== undefined && { parts }),
        })),
      },
    ]
  })

/** Values in the order of the candidates, by their ids again. */
const byId = <T>(values: readonly (T | null)[], candidates: readonly Candidate[]): Readonly<Record<DeploymentId, T>> =>
  Object.fromEntries(
    values.flatMap((value, place) => {
      const id = candidates[place]?.id
      return id === undefined || value === null ? [] : [[id, value] as const]
    }),
  )

const unpackSignal = ({ value, by }: PackedSignal, candidates: readonly Candidate[]) => ({
  ...(value !== undefined && { value }),
  ...(by !== undefined && { by: Array.isArray(by) ? byId(by, candidates) : by }),
})

const unpackSignals = (packed: PackedDecision['signals'], candidates: readonly Candidate[]): Signals =>
  Object.fromEntries(Object.entries(packed).map(([key, signal]) => [key, unpackSignal(signal, candidates)]))

const unpack = (packed: PackedDecision, candidates: readonly Candidate[]): DecisionTrace => {
  const { id, policy, ...ownDecision } = packed.decision
  const ranked = unpackSlate(packed.ranked, packed, candidates)
  const excluded = unpackSlate(packed.excluded, packed, candidates)
  const inOrder = [...ranked, ...excluded].map(({ candidate }) => candidate)
  return {
    facts: { ...packed.facts, candidates, signals: unpackSignals(packed.signals, candidates) },
    // The members in the order in which decide() makes them: a decision made again is the same, byte for byte.
    decision: { id, policy, ranked, excluded, propensity: byId(packed.propensity, inOrder), ...ownDecision },
  }
}

interface List {
  readonly name: string
  readonly places: ReadonlyMap<DeploymentId, number>
}

/** The most lists that are remembered; a configuration has one for each pool and model. */
const mostLists = 1000

/** Lists of candidates among the records, named by what they hold. */
const listBook = (records: Records) => {
  const byIdentity = new WeakMap<readonly Candidate[], List>()
  const kept = new Map<string, readonly Candidate[]>()
  const remember = (name: string, candidates: readonly Candidate[]): void => {
    if (kept.size >= mostLists) kept.clear()
    kept.set(name, candidates)
  }
  const listOf = (candidates: readonly Candidate[]): List => {
    const known = byIdentity.get(candidates)
    if (known !== undefined) return known
    const digest = createHash('sha256').update(JSON.stringify(candidates)).digest('hex')
    const places = new Map(candidates.map(({ id }, place) => [id, place]))
    const list = { name: `candidates/${digest.slice(0, 32)}`, places }
    byIdentity.set(candidates, list)
    return list
  }
  return {
    /** The list of these candidates, once it lies among the records. */
    async keep(candidates: readonly Candidate[]): Promise<List> {
      const list = listOf(candidates)
      if (kept.has(list.name)) return list
      await records.put(list.name, candidates, 'any')
      remember(list.name, candidates)
      return list
    },
    async find(name: string): Promise<readonly Candidate[]> {
      const known = kept.get(name)
      if (known !== undefined) return known
      const found = await records.get<readonly Candidate[]>(name)
      if (found === undefined)
        throw new Error(`a decision of the journal names ${name}, which is not among the records`)
      remember(name, found.value)
      return found.value
    },
  }
}

type Append = Parameters<Journal['append']>

const packing = (store: Store): Journal => {
  const { journal } = store
  const lists = listBook(store.records)
  const packAll = async (entries: Append[1]): Promise<Append[1]> => {
    const packed: Append[1][number][] = []
    for (const { key, entry } of entries) {
      // The topic holds nothing else; whoever appends here says so by its name.
      const trace = entry as DecisionTrace
      const list = await lists.keep(trace.facts.candidates)
      packed.push({ ...(key !== undefined && { key }), entry: pack(trace, list) })
    }
    return packed
  }
  const unpackOne = async (packed: PackedDecision): Promise<DecisionTrace> =>
    unpack(packed, await lists.find(packed.candidates))
  return {
    append: async (name, entries) => journal.append(name, name === topic ? await packAll(entries) : entries),
    async read<T>(name: string, after: string | undefined, limit: number): Promise<readonly JournalEntry<T>[]> {
      if (name !== topic) return journal.read<T>(name, after, limit)
      const page = await journal.read<PackedDecision>(name, after, limit)
      return Promise.all(page.map(async ({ cursor, entry }) => ({ cursor, entry: (await unpackOne(entry)) as T })))
    },
    async find<T>(name: string, key: string): Promise<T | undefined> {
      if (name !== topic) return journal.find<T>(name, key)
      const packed = await journal.find<PackedDecision>(name, key)
      return packed && ((await unpackOne(packed)) as T)
    },
  }
}

/** The same store, whose journal packs what is appended under `decisions` and gives it back whole. */
export const packedDecisions = (store: Store): Store => ({ ...store, journal: packing(store) })

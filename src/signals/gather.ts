/** Asks the sources for what the policy reads, and for nothing else. */
import type { SignalKey, Signals } from '../domain/signal.ts'
import type { Question, SignalSource } from '../ports/signal-source.ts'

type Gathered = Record<string, Signals[SignalKey]>

/** What several sources know of one key stands together; of one candidate, the first source's word counts. */
const join = (one: Signals[SignalKey], other: Signals[SignalKey]): Signals[SignalKey] =>
  ({ ...other, ...one, ...(one?.by && other?.by && { by: { ...other.by, ...one.by } }) }) as Signals[SignalKey]

/** It was asked for and nothing is known: whoever reads recorded facts can tell that from what nobody asked for. */
const nothing: Signals[SignalKey] = {}

const add = (gathered: Gathered, found: Signals, asked: readonly SignalKey[]): void => {
  for (const key of asked) {
    const reading = found[key] ?? nothing
    const before = gathered[key]
    gathered[key] = before === undefined ? reading : join(before, reading)
  }
}

/** The signals that are wanted and that a source could know; `{}` where it knows nothing. */
export const gather = (sources: readonly SignalSource[], question: Question, wanted: readonly SignalKey[]): Signals => {
  const gathered: Gathered = {}
  for (const source of sources) {
    const asked = source.provides.filter(key => wanted.includes(key))
    if (asked.length > 0) add(gathered, source.gather(question, asked), asked)
  }
  return gathered
}

/** Decisions that were recorded: in a gateway's journal, or as JSON lines. */
import { createReadStream, existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { DecisionTrace } from '../domain/decision.ts'
import type { Checked } from '../domain/units.ts'
import type { Clock } from '../ports/clock.ts'
import { packedDecisions } from './packed-decisions.ts'
import { sqliteStore } from './stores/sqlite.ts'

const sqliteHead = 'SQLite format 3\u0000'
const page = 500

const isSqlite = async (path: string): Promise<boolean> => {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sqliteHead.length), 0, sqliteHead.length, 0)
    return buffer.toString('latin1', 0, bytesRead) === sqliteHead
  } finally {
    await file.close()
  }
}

async function* fromJournal(path: string, clock: Clock): AsyncGenerator<DecisionTrace> {
  const store = packedDecisions(await sqliteStore(path, clock))
  try {
    let after: string | undefined
    for (;;) {
      const entries = await store.journal.read<DecisionTrace>('decisions', after, page)
      for (const { entry } of entries) yield entry
      after = entries.at(-1)?.cursor
      if (entries.length < page) return
    }
  } finally {
    await store.close()
  }
}

type Members = Readonly<Record<string, unknown>>
const isMembers = (value: unknown): value is Members =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
const isSlate = (value: unknown): boolean =>
  Array.isArray(value) && value.every(one => isMembers(one) && isMembers(one['candidate']))

/** All that deciding again and comparing rely on. */
const isTrace = (value: unknown): value is DecisionTrace => {
  if (!isMembers(value)) return false
  const { facts, decision } = value
  if (!isMembers(facts) || !isMembers(decision)) return false
  const { request, bounds, signals, candidates, now, seed } = facts
  const isWhole = isMembers(request) && Array.isArray(request['needs']) && [bounds, signals].every(isMembers)
  const isKnown = Array.isArray(candidates) && candidates.every(isMembers)
  const isSeeded = typeof now === 'number' && typeof seed === 'string'
  return isWhole && isKnown && isSeeded && isSlate(decision['ranked']) && isSlate(decision['excluded'])
}

const parsed = (line: string, number: number): unknown => {
  try {
    return JSON.parse(line)
  } catch (error) {
    throw new Error(`line ${number} is no JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

async function* fromLines(path: string): AsyncGenerator<DecisionTrace> {
  let number = 0
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    number++
    if (line.trim() === '') continue
    const found = parsed(line, number)
    // As `GET /v1/decisions/{id}` gives it, or the trace alone.
    const trace = found !== null && typeof found === 'object' && 'trace' in found ? found.trace : found
    if (!isTrace(trace)) throw new Error(`line ${number} is no decision: it needs facts and decision`)
    yield trace
  }
}

/** All decisions of a log, of one pool if one is named; or why it cannot be read. */
export const recordedDecisions = async (
  path: string,
  clock: Clock,
  pool?: string,
): Promise<Checked<readonly DecisionTrace[]>> => {
  if (!existsSync(path)) return { ok: false, why: `there is no log at ${path}` }
  const traces: DecisionTrace[] = []
  try {
    const source = (await isSqlite(path)) ? fromJournal(path, clock) : fromLines(path)
    for await (const trace of source) if (pool === undefined || trace.facts.pool === pool) traces.push(trace)
    return { ok: true, value: traces }
  } catch (error) {
    return { ok: false, why: `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}` }
  }
}

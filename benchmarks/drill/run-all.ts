/** Runs the drills that are wanted, prints their tables, and writes them to benchmarks/drills/. */
import { mkdir, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Contender, Drill } from './drill.ts'
import { failures } from './drills-of-failures.ts'
import { problems } from './drills-of-problems.ts'
import { measure, sharesOver } from './measure.ts'
import type { Measures } from './measure.ts'
import { pictureOf } from './picture.ts'
import type { Panel } from './picture.ts'
import type { Outcome } from './outcome.ts'
import { overviewOf, pageOf } from './pages.ts'
import { runDrill } from './run.ts'
import { tableOf } from './table.ts'
import { openTape } from './tape.ts'
import type { Tape } from './tape.ts'

export interface AllOptions {
  /** Names; all where there are none. */
  readonly drills: readonly string[]
  /** Only contenders whose names hold one of these; all where there are none. */
  readonly contenders: readonly string[]
  readonly seeds: number
  /** The first of them; the others follow. */
  readonly first: number
  readonly share: number
  /** Where everything goes as JSON. */
  readonly json: string | undefined
  /** Pages and pictures are written. */
  readonly writes: boolean
}

/** Every drill, the problems first. */
export const drills: readonly Drill[] = [...problems, ...failures]

const folder = resolve(import.meta.dirname, '../drills')
/** Seconds of a step in pictures. */
const step = 5

const chosen = ({ contenders }: Drill, wanted: readonly string[]): readonly Contender[] =>
  contenders.filter(({ name }) => wanted.length === 0 || wanted.some(one => name.includes(one)))

const outcomeOf = async (
  drill: Drill,
  tape: Tape,
  { contenders, seeds, first, share }: AllOptions,
): Promise<Outcome> => {
  const results = new Map<string, readonly Measures[]>()
  const panels: Panel[] = []
  for (const one of chosen(drill, contenders)) {
    const runs: Measures[] = []
    const begun = performance.now()
    for (let seed = first; seed < first + seeds; seed++) {
      const journal = await runDrill(drill, one, { tape, seed, share })
      runs.push(measure(drill, journal))
      if (seed === first && drill.pictures?.includes(one.name) === true) {
        panels.push({ title: one.name, shares: sharesOver(drill, journal, step) })
      }
    }
    results.set(one.name, runs)
    console.error(`  ${one.name}: ${((performance.now() - begun) / 1000).toFixed(1)} s`)
  }
  return { drill, results, panels }
}

/** Infinity, which JSON does not know, becomes the word `never`. */
const asJson = (outcomes: readonly Outcome[], { seeds, first, share }: AllOptions): string =>
  `${JSON.stringify(
    {
      seeds,
      first,
      share,
      drills: outcomes.map(({ drill, results, panels }) => ({
        name: drill.name,
        lasts: drill.lasts,
        results: Object.fromEntries(results),
        shares: Object.fromEntries(panels.map(({ title, shares }) => [title, Object.fromEntries(shares)])),
      })),
    },
    (_, value: unknown) => (value === Infinity ? 'never' : value),
    1,
  )}\n`

/** `seeds 4 to 6`, as the pages name them. */
const seedsIn = ({ seeds, first }: AllOptions): string =>
  seeds === 1 ? `seed ${first}` : `seeds ${first} to ${first + seeds - 1}`

const writeOutcome = async ({ drill, results, panels }: Outcome, options: AllOptions): Promise<void> => {
  await mkdir(folder, { recursive: true })
  const { lasts, ill } = drill
  const picture = panels.length === 0 ? undefined : pictureOf(panels, { lasts, ...(ill !== undefined && { ill }) })
  if (picture !== undefined) await writeFile(resolve(folder, `${drill.name}.svg`), picture)
  await writeFile(resolve(folder, `${drill.name}.md`), pageOf(drill, tableOf(drill.columns, results), seedsIn(options)))
}

/** The exit code: 2 where a drill was named that does not exist. */
export const runAll = async (options: AllOptions): Promise<number> => {
  const unknown = options.drills.filter(name => drills.every(one => one.name !== name))
  if (unknown.length > 0) {
    console.error(`no drill "${unknown.join('", "')}"; there are ${drills.map(({ name }) => name).join(', ')}`)
    return 2
  }
  const wanted = drills.filter(({ name }) => options.drills.length === 0 || options.drills.includes(name))
  const begun = performance.now()
  const tape = await openTape()
  const outcomes: Outcome[] = []
  for (const drill of wanted) {
    console.error(`${drill.name}: ${drill.title}`)
    const outcome = await outcomeOf(drill, tape, options)
    outcomes.push(outcome)
    console.log(`\n${drill.title}\n\n${tableOf(drill.columns, outcome.results)}\n`)
    if (options.writes) await writeOutcome(outcome, options)
  }
  if (options.writes && wanted.length === drills.length) {
    await writeFile(resolve(folder, 'README.md'), overviewOf(outcomes, seedsIn(options)))
  }
  if (options.json !== undefined) await writeFile(options.json, asJson(outcomes, options))
  console.error(`${((performance.now() - begun) / 1000).toFixed(0)} s in all`)
  return 0
}

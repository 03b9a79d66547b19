/** The demo house: the recorded world, a gateway in front of it, and a newcomer's first request. */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Settings } from '../../config/settings.ts'
import { version } from '../../domain/version.ts'
import { configuredQuality } from '../../world/configured-quality.ts'
import { demoHouse, demoPolicies } from '../../world/demo-house.ts'
import { bestModel } from '../../world/drive.ts'
import { recordedModels } from '../../world/models.ts'
import { loadRecordings } from '../../world/recordings.ts'
import { serveWorld } from '../../world/serve-world.ts'
import type { World } from '../../world/serve-world.ts'
import { outageOf } from './demo-outage.ts'
import { drive } from './drive.ts'
import type { Driven } from './drive.ts'
import { picture } from './drive-picture.ts'
import { livePicture } from './live-picture.ts'
import { runHouse } from './run-house.ts'
import type { RunningHouse } from './run-house.ts'
import { portOf } from './serve.ts'
import { readSettings, tellFindings } from './settings-file.ts'
import { CommandError, exits } from './terminal.ts'
import type { Terminal } from './terminal.ts'

export interface DemoOptions {
  readonly port: string
  readonly drive?: number
  readonly policy?: string
  readonly tag?: readonly string[]
  readonly outage?: string
  readonly width?: number
  readonly seed: string
  readonly pace?: string
  readonly stream?: boolean
  readonly json?: boolean
}

const folder = '.signalbox'
/** How another command finds a demo house that runs already on this port. */
const noteFor = (port: number): string => join(folder, `demo-${port}.json`)

interface Place {
  readonly url: string
  readonly key: string
  /** The recorded world's own address. */
  readonly world: string
}
interface OpenDemo extends Omit<Place, 'world'> {
  readonly adminKey: string
  readonly world: World
  readonly running: RunningHouse
}

const paceOf = (text = '1'): number => {
  const pace = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isFinite(pace) && pace >= 0) return pace
  throw new CommandError(`--pace "${text}": a pace is a number of 0 or more; 1 is as fast as the real models`)
}

const keyOf = (prefix: string): string => `${prefix}${randomBytes(24).toString('base64url')}`

const settingsOf = async (
  world: World,
  port: number,
  env: Terminal['env'],
  tell: Terminal['err'],
): Promise<Settings> => {
  const quality = configuredQuality(await loadRecordings())
  const text = demoHouse(world, {
    quality,
    keys: {
      provider: '${SIGNALBOX_DEMO_PROVIDER_KEY}',
      admin: '${SIGNALBOX_DEMO_ADMIN_KEY}',
      virtual: '${SIGNALBOX_DEMO_KEY}',
    },
    server: { host: '127.0.0.1', port },
    durable: `sqlite:./${folder}/state.db`,
  })
  const { settings, findings } = readSettings(text, 'demo house', env)
  tellFindings(
    findings.filter(({ severity }) => severity === 'error'),
    tell,
  )
  if (settings === undefined)
    throw new CommandError('the demo house is not sound; this is a fault of signalbox', exits.finding)
  return settings
}

const makeFolder = async (): Promise<void> => {
  try {
    await mkdir(folder, { recursive: true })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new CommandError(`the demo house keeps its state in ./${folder}, which cannot be made: ${why}`, exits.finding)
  }
}

/** Opens world and house; what was opened is closed again where the rest cannot be. */
const openDemo = async (options: DemoOptions, terminal: Terminal): Promise<OpenDemo> => {
  const port = portOf(options.port)
  const pace = paceOf(options.pace)
  const key = keyOf('sk-sb-')
  const adminKey = keyOf('sk-sb-admin-')
  const providerKey = keyOf('sk-world-')
  const env = {
    ...terminal.env,
    SIGNALBOX_DEMO_PROVIDER_KEY: providerKey,
    SIGNALBOX_DEMO_ADMIN_KEY: adminKey,
    SIGNALBOX_DEMO_KEY: key,
  }
  await makeFolder()
  const world = await serveWorld({ pace, key: providerKey })
  try {
    const settings = await settingsOf(world, port, env, terminal.err)
    // Lines of a log would fall into the drawing.
    const log = options.drive === undefined ? settings.telemetry.log : 'off'
    const quiet = { ...settings, telemetry: { ...settings.telemetry, log } }
    const running = await runHouse(quiet, { ...terminal, env })
    const { url } = running.http
    return { url, key, adminKey, world, running }
  } catch (error) {
    await world.close()
    throw error
  }
}

const closeDemo = async ({ running, world }: OpenDemo): Promise<void> => {
  await rm(noteFor(running.http.port), { force: true })
  await running.stop()
  await world.close()
}

const welcome = ({ url, key, adminKey, world }: OpenDemo): readonly string[] => [
  `signalbox ${version}: the demo house is open at ${url}`,
  `nine real models' recorded answers stand behind the pool "recorded", on this machine alone (${world.url})`,
  '',
  'Admin key:',
  adminKey,
  '',
  'Virtual key:',
  key,
  '',
  'A first request:',
  `curl -s ${url}/v1/chat/completions -H 'authorization: Bearer ${key}' -H 'content-type: application/json' -d '{"model":"recorded","messages":[{"role":"user","content":"Hello!"}]}'`,
  '',
  'Recorded prompts, checked answers, cost and fallbacks, drawn while they come in:',
  'npm run -s signalbox -- demo --drive 200',
  'npm run -s signalbox -- demo --drive 200 --outage openai',
  'npm run -s signalbox -- demo --drive 200 --policy race-then-fast --tag path=voice --stream',
  '',
  `Policies for --policy: ${demoPolicies.join(', ')}`,
]

const isPlace = (value: unknown): value is Place =>
  value !== null &&
  typeof value === 'object' &&
  'url' in value &&
  typeof value.url === 'string' &&
  'key' in value &&
  typeof value.key === 'string' &&
  'world' in value &&
  typeof value.world === 'string'

/** What a house left for others to find it by; a note that is not there, or only half written, is none. */
const readNote = async (port: number): Promise<Place | undefined> => {
  try {
    const note: unknown = JSON.parse(await readFile(noteFor(port), 'utf8'))
    return isPlace(note) ? note : undefined
  } catch {
    return undefined
  }
}

/** A demo house that runs already on this port, if there is one. */
const runningDemo = async (port: number): Promise<Place | undefined> => {
  const note = await readNote(port)
  if (note === undefined) return undefined
  // The note of a house that was killed is still there; only one that answers counts.
  const answer = await fetch(`${note.url}/healthz`).catch(() => undefined)
  return answer?.ok === true ? note : undefined
}

const driveThrough = async (place: Place, options: DemoOptions, count: number, terminal: Terminal): Promise<number> => {
  const best = bestModel(recordedModels, configuredQuality(await loadRecordings()))?.id ?? 'the best'
  const soFar: Driven[] = []
  const drawn = livePicture(terminal, () => performance.now())
  const { policy, tag } = options
  const outage = await outageOf(place.world, options.outage, count)
  const sending = {
    url: place.url,
    key: place.key,
    count,
    pool: 'recorded',
    seed: options.seed,
    width: options.width ?? 32,
    ...(policy !== undefined && { policy }),
    ...(tag !== undefined && { tags: tag.join(',') }),
    ...(options.stream === true && { isStreamed: true }),
  }
  try {
    const driven = await drive(sending, async one => {
      soFar.push(one)
      drawn.show(soFar.length, count, () => picture(soFar, count, best))
      await outage.at(soFar.length)
    })
    drawn.clear()
    terminal.out(options.json === true ? JSON.stringify(driven) : picture(driven, count, best))
    return driven.every(({ error }) => error === undefined) ? exits.good : exits.finding
  } finally {
    await outage.end()
  }
}

/** Drives a demo house: the one that runs, else one of its own. */
const driveDemo = async (options: DemoOptions, count: number, terminal: Terminal): Promise<number> => {
  const running = await runningDemo(portOf(options.port))
  if (running !== undefined) return driveThrough(running, options, count, terminal)
  const own = await openDemo({ ...options, port: '0' }, terminal)
  try {
    return await driveThrough({ ...own, world: own.world.url }, options, count, terminal)
  } finally {
    await closeDemo(own)
  }
}

/** Runs the demo house until the process is asked to stop, or drives prompts through it. */
export const demo = async (options: DemoOptions, terminal: Terminal): Promise<number> => {
  if (options.drive !== undefined) return driveDemo(options, options.drive, terminal)
  const open = await openDemo(options, terminal)
  const { url, key } = open
  await writeFile(noteFor(open.running.http.port), JSON.stringify({ url, key, world: open.world.url }), { mode: 0o600 })
  for (const line of welcome(open)) terminal.out(line)
  const signal = await terminal.stopped()
  terminal.err(`${signal}: closing; ${open.running.house.gateway.inFlight()} requests under way are given time to end`)
  await closeDemo(open)
  return exits.good
}

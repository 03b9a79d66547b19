/** Runs the gateway of a configuration. */
import { isDeepStrictEqual } from 'node:util'
import type { Settings } from '../../config/settings.ts'
import { watchConfig } from '../../config/watch.ts'
import { version } from '../../domain/version.ts'
import { knownProviderTypes } from '../../gateway.ts'
import { runHouse } from './run-house.ts'
import type { RunningHouse } from './run-house.ts'
import { settingsFor, tellFindings } from './settings-file.ts'
import { CommandError, exits } from './terminal.ts'
import type { Terminal } from './terminal.ts'

export interface ServeOptions {
  readonly config?: string
  readonly port?: string
  readonly host?: string
}

/** What the command line says of the port, if it makes sense. */
export const portOf = (text: string): number => {
  const port = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new CommandError(`--port "${text}": a port is a whole number from 0 to 65535`)
}

/** The settings with what the command line says instead. */
export const withPlace = (settings: Settings, { port, host }: ServeOptions): Settings => ({
  ...settings,
  server: {
    ...settings.server,
    ...(port !== undefined && { port: portOf(port) }),
    ...(host !== undefined && { host }),
  },
})

/** What stays as it was opened with until the next start. */
const fixed = ({ server, store, telemetry }: Settings): Readonly<Record<string, unknown>> => ({
  'server.host': server.host,
  'server.port': server.port,
  store,
  telemetry,
})

/** What of these settings has to wait, in words; nothing if nothing has. */
const waiting = (opened: Settings, next: Settings): string => {
  const before = fixed(opened)
  const names = Object.entries(fixed(next)).filter(([name, value]) => !isDeepStrictEqual(value, before[name]))
  return names.length === 0 ? '' : `; ${names.map(([name]) => name).join(', ')} only after a restart`
}

interface Watched {
  readonly path: string
  readonly options: ServeOptions
  readonly opened: Settings
  readonly running: RunningHouse
}

/** Watches the configuration; a change that is not sound is told and leaves everything as it is. */
const watch = ({ path, options, opened, running }: Watched, terminal: Terminal) =>
  watchConfig(path, {
    env: terminal.env,
    providerTypes: knownProviderTypes,
    besideState: true,
    onLoad: loaded => {
      tellFindings(loaded.findings, terminal.err)
      if (!loaded.ok) return terminal.err(`${path} has changed and is not sound; what was in force stays in force`)
      const next = withPlace(loaded.settings, options)
      void running.change(next).then(why => {
        const told = why === undefined ? `has changed and is in force${waiting(opened, next)}` : `was refused: ${why}`
        terminal.err(`${path} ${told}`)
      })
    },
  })

const has = ({ pools, deployments, keys }: Settings): string => {
  const named = pools.map(({ id }) => id).join(', ')
  const who = keys.length === 0 ? 'no key is needed' : `${keys.length} virtual key${keys.length === 1 ? '' : 's'}`
  return `pools: ${named === '' ? 'none' : named}; ${deployments.length} deployments; ${who}`
}

/** Serves until the process is asked to stop. */
export const serve = async (options: ServeOptions, terminal: Terminal): Promise<number> => {
  const settings = withPlace(await settingsFor(options.config, terminal), options)
  const running = await runHouse(settings, terminal)
  const { config: path } = options
  const watching = path === undefined ? undefined : await watch({ path, options, opened: settings, running }, terminal)
  terminal.out(`signalbox ${version} listens on ${running.http.url}`)
  terminal.out(has(settings))
  const signal = await terminal.stopped()
  terminal.err(`${signal}: no new requests; ${running.house.gateway.inFlight()} under way are given time to end`)
  await watching?.close()
  await running.stop()
  return exits.good
}

/** Runs the gateway of a configuration. */
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
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new CommandError(`--port ${text}: a port is a whole number from 0 to 65535`)
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

/** Watches the configuration; a change that is not sound is told and leaves everything as it is. */
const watch = (path: string, options: ServeOptions, running: RunningHouse, terminal: Terminal) =>
  watchConfig(path, {
    env: terminal.env,
    providerTypes: knownProviderTypes,
    onLoad: loaded => {
      tellFindings(loaded.findings, terminal.err)
      if (!loaded.ok) return terminal.err(`${path} has changed and is not sound; what was in force stays in force`)
      void running.change(withPlace(loaded.settings, options)).then(why => {
        terminal.err(why === undefined ? `${path} has changed and is in force` : `${path} was refused: ${why}`)
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
  const watching = options.config === undefined ? undefined : await watch(options.config, options, running, terminal)
  terminal.out(`signalbox ${version} listens on ${running.http.url}`)
  terminal.out(has(settings))
  const signal = await terminal.stopped()
  terminal.err(`${signal}: no new requests; ${running.house.gateway.inFlight()} under way are given time to end`)
  await watching?.close()
  await running.stop()
  return exits.good
}

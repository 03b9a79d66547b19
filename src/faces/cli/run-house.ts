/** A gateway in front of its port until the process is asked to stop: open, serve, drain, close. */
import { openDoorAt } from '../../config/check.ts'
import type { Settings } from '../../config/settings.ts'
import { openStandalone } from '../../standalone.ts'
import type { Standalone } from '../../standalone.ts'
import { keyringOf } from '../http/authenticate.ts'
import { serveHttp } from '../http/serve.ts'
import type { HttpFace } from '../http/serve.ts'
import { CommandError, exits } from './terminal.ts'
import type { Terminal } from './terminal.ts'

/** A house with its door open. */
export interface RunningHouse {
  readonly house: Standalone
  readonly http: HttpFace
  /** Goes on with other settings; those in force stay where these are unsound. Gives why not. */
  change(settings: Settings): Promise<string | undefined>
  /** Lets what is under way end, within the settings' time, then closes everything. */
  stop(): Promise<void>
}

const keyringFor = async (house: Standalone, settings: Settings) => {
  const keys = await house.keys(settings)
  return keys.ok ? keyringOf(keys.value) : keys
}

/** Opens the house and its door. */
export const runHouse = async (settings: Settings, terminal: Terminal): Promise<RunningHouse> => {
  const { host } = settings.server
  const isOpen = openDoorAt(host, settings)
  if (isOpen !== undefined) throw new CommandError(isOpen, exits.finding)
  const opened = await openStandalone(settings, { env: terminal.env })
  if (!opened.ok) throw new CommandError(opened.why, exits.finding)
  const house = opened.value
  const keyring = await keyringFor(house, settings)
  if (!keyring.ok) {
    await house.close()
    throw new CommandError(keyring.why, exits.finding)
  }
  let now = settings
  const { gateway, clock } = house
  const alarm = (message: string, error: unknown): void => house.alarm(message, error)
  const http = await serveHttp({
    gateway,
    clock,
    settings: settings.server,
    keyring: keyring.value,
    metrics: house.metrics,
    isReady: () => ({ ready: true, parts: house.health().filter(({ state }) => state !== 'ok') }),
    alarm,
  }).catch(async (error: unknown) => {
    await house.close()
    throw new CommandError(error instanceof Error ? error.message : String(error), exits.finding)
  })
  const change = async (next: Settings): Promise<string | undefined> => {
    // The door stays where it was opened, wherever the next settings would open it.
    const why = openDoorAt(host, next)
    if (why !== undefined) return why
    const ring = await keyringFor(house, next)
    if (!ring.ok) return ring.why
    const changed = house.reload(next)
    if (!changed.ok) return changed.why
    http.update({ settings: next.server, keyring: ring.value })
    now = next
    return undefined
  }
  let changing: Promise<unknown> = Promise.resolve()
  return {
    house,
    http,
    change: wanted => {
      // One after the other: the keys of an earlier change must not come to rule over those of a later one.
      const changed = changing.then(() => change(wanted))
      changing = changed
      return changed
    },
    stop: async () => {
      await http.drain(now.server.drain)
      await house.close()
    },
  }
}

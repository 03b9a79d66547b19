/** The recorded world: a provider on loopback that answers with what real models said, at their pace, and fails when told to. */
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { answerRequest } from './answer-request.ts'
import { Exchange } from './exchange.ts'
import { Socket } from 'node:net'
import type { Ground, Witness } from './ground.ts'
import { guestModels } from './guest-models.ts'
import { recordedModels } from './models.ts'
import type { WorldModel } from './models.ts'
import type { Pace } from './pace.ts'
import type { Line } from './realtime/line.ts'
import { loadRecordings } from './recordings.ts'
import type { Script } from './reply.ts'
import { SightingLog } from './sighting.ts'
import type { Sighting } from './sighting.ts'
import { answerSocket } from './realtime/answer-socket.ts'
import { bases, operations, speeches, talks } from './surfaces.ts'
import { Switchboard } from './switches.ts'

export interface WorldOptions {
  /** 0, the usual, takes any that is free. */
  readonly port?: number
  /** 127.0.0.1 unless told otherwise. */
  readonly host?: string
  /** `real` unless told otherwise. */
  readonly pace?: Pace
  /** The same seed and the same requests of each model in the same order give the same ids, times and luck. */
  readonly seed?: string
  /** The nine recorded ones and the guests unless told otherwise. */
  readonly models?: readonly WorldModel[]
  /** Answers before the recordings are asked. */
  readonly script?: Script
  /** The only key that is taken; absent: any. */
  readonly key?: string
  /** Is shown every request to a provider, once its body was read. */
  readonly witness?: Witness
  /** The largest file that a form may carry, in bytes; OpenAI's 25 MiB unless told otherwise. */
  readonly largestFile?: number
}

export interface World {
  /** Such as http://127.0.0.1:4242, without a path. */
  readonly url: string
  readonly models: readonly WorldModel[]
  readonly switches: Switchboard
  /** The address of a provider as its official client takes it as its base; throws for a provider that is not there. */
  base(provider: string): string
  /** The requests to providers so far, oldest first, the latest 10,000. */
  seen(): readonly Sighting[]
  /** When no request is running any more. */
  settled(): Promise<void>
  /** Forgets what was seen and how many requests each model had; the switches stay. */
  clear(): void
  /** Ends every connection and stops listening. */
  close(): Promise<void>
}

const listen = (server: Server, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host, backlog: 1024 }, () => {
      server.off('error', reject)
      const address = server.address()
      if (address !== null && typeof address === 'object') resolve(address.port)
      else reject(new Error(`the recorded world listens on ${String(address)}, which is no port`))
    })
  })

const groundOf = async (options: WorldOptions): Promise<Ground> => {
  const seed = options.seed ?? 'recorded world'
  return {
    models: options.models ?? [...recordedModels, ...guestModels],
    speeches,
    operations,
    recordings: await loadRecordings(),
    switches: new Switchboard(seed),
    log: new SightingLog(),
    pace: options.pace ?? 'real',
    seed,
    ...(options.key !== undefined && { key: options.key }),
    ...(options.script !== undefined && { script: options.script }),
    ...(options.witness !== undefined && { witness: options.witness }),
    largestFile: options.largestFile ?? 25 * 1024 * 1024,
    kept: new Map(),
    turns: new Map(),
  }
}

/** Serves a world; ready when the promise is kept. */
export const serveWorld = async (options: WorldOptions = {}): Promise<World> => {
  const ground = await groundOf(options)
  const running = new Set<Runner>()
  let waiting: (() => void)[] = []
  const leave = (runner: Runner): void => {
    running.delete(runner)
    if (running.size > 0) return
    const over = waiting
    waiting = []
    for (const resume of over) resume()
  }
  const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
    const exchange = new Exchange(request, response, ground.log.open(request, Date.now()))
    running.add(exchange)
    response.on('close', () => leave(exchange))
    // Whatever goes wrong inside is answered inside; what is left is a bug, and must not look like an answer.
    answerRequest(exchange, ground).catch(() => exchange.drop())
  })
  server.on('upgrade', (request, socket, head) => {
    // What serves over plain TCP has no other sockets.
    if (!(socket instanceof Socket)) return
    const entry = ground.log.open(request, Date.now())
    const runner: Runner = { seen: entry.seen, drop: () => socket.resetAndDestroy() }
    running.add(runner)
    socket.on('close', () => leave(runner))
    // A client that breaks off before the line is open has nobody to be told.
    socket.on('error', () => socket.destroy())
    const opened = (line: Line): void => {
      runner.drop = () => line.drop()
    }
    answerSocket({ request, socket, head, entry }, ground, talks, opened).catch(() => socket.resetAndDestroy())
  })
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
  })
  const host = options.host ?? '127.0.0.1'
  const port = await listen(server, options.port ?? 0, host)
  // An outage takes the streams that are open too.
  const unwatch = ground.switches.watch(() => dropDown(running, ground))
  return worldOf(
    { ground, server, url: `http://${host.includes(':') ? `[${host}]` : host}:${port}` },
    {
      settled: () => (running.size === 0 ? Promise.resolve() : new Promise(resolve => waiting.push(resolve))),
      end: () => {
        unwatch()
        for (const exchange of running) exchange.drop()
      },
    },
  )
}

/** A request or a line that is under way. */
interface Runner {
  readonly seen: Sighting
  drop(): void
}

const dropDown = (running: ReadonlySet<Runner>, { switches }: Ground): void => {
  for (const runner of running) {
    const { provider, model } = runner.seen
    if (provider !== undefined && switches.isDown(provider, model)) runner.drop()
  }
}

interface Standing {
  readonly ground: Ground
  readonly server: Server
  readonly url: string
}

interface Running {
  settled(): Promise<void>
  /** Breaks off whatever runs. */
  end(): void
}

const worldOf = ({ ground, server, url }: Standing, { settled, end }: Running): World => ({
  url,
  models: ground.models,
  switches: ground.switches,
  base: provider => {
    if (Object.hasOwn(bases, provider)) return `${url}${bases[provider] ?? ''}`
    throw new Error(`the recorded world has no provider "${provider}"; it has ${Object.keys(bases).join(', ')}`)
  },
  seen: () => ground.log.rows().filter(({ provider }) => provider !== undefined),
  settled,
  clear: () => {
    ground.log.clear()
    ground.turns.clear()
    ground.kept.clear()
  },
  close: () => {
    end()
    return new Promise((resolve, reject) => {
      server.close(error => (error === undefined ? resolve() : reject(error)))
      server.closeAllConnections()
    })
  },
})

/** Runs commands as a user would, for tests: what they say on either channel, and with which code they end. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { main } from '../src/faces/cli/main.ts'
import type { Terminal } from '../src/faces/cli/terminal.ts'
import { listening } from './said.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** A command under way. */
export interface Running {
  readonly ended: Promise<Ran>
  out(): string
  err(): string
  /** Settles once this was said on either channel, with what the pattern found; rejects if the command ends before. */
  until(pattern: RegExp): Promise<RegExpExecArray>
  /** As Ctrl-C does. */
  stop(): void
}

interface Seat {
  readonly env?: Terminal['env']
  readonly isLive?: boolean
}

/** Starts a command. */
export const start = (argv: readonly string[], { env = {}, isLive = false }: Seat = {}): Running => {
  const { said, add, until } = listening()
  const say = (channel: 'out' | 'err') => (text: string) => add(channel, `${text}\n`)
  const stopping = Promise.withResolvers<string>()
  const terminal: Terminal = {
    env,
    out: say('out'),
    err: say('err'),
    isLive,
    columns: 100,
    stopped: () => stopping.promise,
  }
  const ended = main(argv, terminal).then(code => ({ code, ...said }))
  return {
    ended,
    out: () => said.out,
    err: () => said.err,
    until: pattern => until(pattern, ended),
    stop: () => stopping.resolve('SIGINT'),
  }
}

/** Runs a command to its end. */
export const run = (argv: readonly string[], seat?: Seat): Promise<Ran> => start(argv, seat).ended

export interface Folder extends AsyncDisposable {
  readonly path: string
  /** Writes a file into it; gives its path. */
  write(name: string, content: unknown): Promise<string>
}

/** A folder of its own, which goes away with the test. Texts are written as they are, everything else as JSON. */
export const folder = async (): Promise<Folder> => {
  const path = await mkdtemp(join(tmpdir(), 'signalbox-'))
  return {
    path,
    write: async (name, content) => {
      const file = join(path, name)
      await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
      return file
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}

/** Two deployments, and three pools with a policy each; nobody listens at their address. */
export const soundConfig = `providers:
  openai: { type: openai, url: 'http://127.0.0.1:9/v1', key: '\${PROVIDER_KEY}' }
  anthropic: { type: anthropic, url: 'http://127.0.0.1:9', key: '\${PROVIDER_KEY}' }
deployments:
  mini: { provider: openai, model: gpt-4o-mini, price: { input: 0.15, output: 0.6 }, accepts: [text], priority: 2 }
  sonnet: { provider: anthropic, model: claude-sonnet-4-5, price: { input: 3, output: 15 }, accepts: [text], priority: 1 }
pools:
  support: { candidates: [mini, sonnet], policy: cheapest }
  premium: { candidates: [mini, sonnet], policy: in-order }
  tenants: { candidates: [mini, sonnet], policy: by-tenant }
policies:
  cheapest: { steps: [{ use: capable }, { use: cheap, with: { withoutFloor: true } }] }
  in-order: { steps: [{ use: capable }, { use: priority }] }
  by-tenant:
    steps:
      - { use: capable }
      - when: { tags.tenant: acme }
        then: [{ use: priority }]
        otherwise: [{ use: cheap, with: { withoutFloor: true } }]
keys: { ci: { value: '\${CI_KEY}' } }
server: { host: 127.0.0.1, port: 0 }
store: { durable: memory }
telemetry: { log: off }
`

/** What the configuration above refers to. */
export const soundEnv = { PROVIDER_KEY: 'sk-provider-0123456789abcdef', CI_KEY: 'sk-sb-ci-0123456789abcdef' }

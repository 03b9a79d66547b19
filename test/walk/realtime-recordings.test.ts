/** Recorded conversations, held once more through the house: every frame arrives as it was, in order, and all of its usage is counted. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { hasShared, shared } from '../shared.ts'
import { SocketClient, openSocketUpstream } from '../socket-client.ts'
import type { SocketUpstream } from '../socket-client.ts'
import { openHouse, until, virtualKey } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'

type Json = Readonly<Record<string, unknown>>
interface Step {
  readonly kind: 'message' | 'close'
  readonly direction?: 'sent' | 'received'
  readonly data?: Json
  readonly code?: number
  readonly reason?: string
}
interface Session {
  readonly name: string
  readonly steps: readonly Step[]
}

const folder = join(shared, 'data/recordings/pydantic-ai-realtime-ws')

/** The conversations of a file; a line that was dropped and taken up again is two. */
const sessionsIn = (file: string): readonly Session[] => {
  const { interactions }: { interactions: readonly Step[] } = JSON.parse(readFileSync(join(folder, file), 'utf8'))
  const sessions: Step[][] = [[]]
  for (const step of interactions) {
    if (step.kind === undefined) continue
    sessions.at(-1)?.push(step)
    if (step.kind === 'close') sessions.push([])
  }
  return sessions
    .filter(steps => steps.length > 0)
    .map((steps, at) => ({ name: `${file.replace('.json', '')}${at === 0 ? '' : ' taken up again'}`, steps }))
}

const sessions = hasShared ? readdirSync(folder).flatMap(sessionsIn) : []
const isRecord = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)
const setupOf = ({ steps }: Session): Json | undefined => {
  const setup = steps[0]?.data?.['setup']
  return isRecord(setup) ? setup : undefined
}
const textOf = ({ data }: Step): string => JSON.stringify(data)
const framesOf = ({ steps }: Session, direction: Step['direction']): readonly string[] =>
  steps.filter(step => step.direction === direction).map(textOf)

/** What the turns of a recording used together: input and output. */
const usedIn = ({ steps }: Session): readonly number[] => {
  let [input, output] = [0, 0]
  for (const { data, direction } of steps) {
    if (direction !== 'received' || data === undefined) continue
    const live = data['usageMetadata']
    const response = data['response']
    const spoken = data['type'] === 'response.done' && isRecord(response) ? response['usage'] : undefined
    const usage = isRecord(live) ? live : isRecord(spoken) ? spoken : {}
    const count = (...names: readonly string[]): number =>
      names.reduce((sum, name) => sum + Number(usage[name] ?? 0), 0)
    input += count('input_tokens', 'promptTokenCount')
    output += count('output_tokens', 'responseTokenCount', 'candidatesTokenCount', 'thoughtsTokenCount')
  }
  return [input, output]
}

let upstream: SocketUpstream
let house: OpenHouse
const googles = [...new Set(sessions.map(one => String(setupOf(one)?.['model'] ?? '')).filter(name => name !== ''))]
const bare = (model: string): string => model.replace(/^.*\//, '')

beforeAll(async () => {
  upstream = await openSocketUpstream()
  house = await openHouse({
    config: () =>
      [
        'providers:',
        `  openai: { type: openai, url: '${upstream.url}/v1', key: '\${WORLD_KEY}' }`,
        `  google: { type: gemini, url: '${upstream.url}', key: '\${WORLD_KEY}' }`,
        'deployments:',
        '  rt: { provider: openai, model: gpt-realtime, price: { input: 1, output: 1 } }',
        ...googles.map(
          model =>
            `  ${bare(model)}: { provider: google, model: ${model}, accepts: [realtime], price: { input: 1, output: 1 } }`,
        ),
      ].join('\n'),
  })
})
afterAll(async () => {
  await house.close()
  upstream.close()
})

/** Plays the provider: says what it said, once it has heard what it had heard. */
const play = (line: WebSocket, { steps }: Session, heard: string[], isBinary: boolean): void => {
  let at = 0
  let waiting = 0
  const goOn = (): void => {
    for (; at < steps.length; at += 1) {
      const step = steps[at]
      if (step === undefined) return
      if (step.kind === 'close') return line.close(step.code, step.reason)
      if (step.direction === 'received') line.send(Buffer.from(textOf(step)), { binary: isBinary })
      else if (waiting === 0) return
      else waiting -= 1
    }
  }
  line.on('message', (data: Buffer) => {
    heard.push(data.toString())
    waiting += 1
    goOn()
  })
  goOn()
}

/** Plays the client in the same way. */
const replay = async (client: SocketClient, { steps }: Session): Promise<void> => {
  let received = 0
  for (const step of steps) {
    if (step.direction === 'received') received += 1
    if (step.direction !== 'sent') continue
    const least = received
    await client.until(() => client.heard.length >= least)
    client.say(textOf(step))
  }
  await client.until(() => client.heard.length >= received)
}

describe.skipIf(!hasShared)('a recorded conversation', () => {
  it.each(sessions.map(session => [session.name, session] as const))('%s', async (_, session) => {
    const isLive = setupOf(session) !== undefined
    const heard: string[] = []
    upstream.manner = line => play(line, session, heard, isLive)
    const before = house.settled.length
    const client = isLive
      ? new SocketClient(
          `${house.url}/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent?key=${virtualKey}`,
        )
      : new SocketClient(`${house.url}/v1/realtime?model=rt`, { authorization: `Bearer ${virtualKey}` })
    await new Promise((resolve, reject) => client.socket.once('open', resolve).once('error', reject))
    await replay(client, session)
    const closes = session.steps.find(({ kind }) => kind === 'close')
    if (closes === undefined) client.socket.close(1000)
    const end = await client.end()
    expect(client.heard.map(({ text }) => text)).toEqual(framesOf(session, 'received'))
    expect(client.heard.every(({ isBinary }) => isBinary === isLive)).toBe(true)
    expect(heard).toEqual(framesOf(session, 'sent'))
    expect(end).toEqual({ code: closes?.code ?? 1000, reason: closes?.reason ?? '' })
    await until('the story is told', () => house.settled.length > before)
    const told = house.settled.at(-1)
    const used = usedIn(session)
    const usage = told?.attempts[0]?.usage
    expect([usage?.input ?? 0, usage?.output ?? 0]).toEqual(used)
    expect(told?.cost.amount).toBe(used.reduce((sum, one) => sum + one, 0))
  })
  it('is there to be replayed', () => expect(sessions.length).toBeGreaterThanOrEqual(26))
})

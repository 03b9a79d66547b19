/** One scenario between one client and one provider: what of it arrives on either side, and what is told to be lost. */
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { inVain, unexplained } from './losses.ts'
import { decode, differences, joined } from './meaning.ts'
import type { Answer, Ask, Choice, Fault, Json, Tongue, Turn, Wire } from './meaning.ts'
import type { Scenario } from './scenarios.ts'
import type { Exchange, Server, Upstream } from './upstream.ts'

export interface House {
  readonly url: string
  readonly key: string
}
export interface Cell {
  /** `ok`, `-` where it cannot be asked, or the losses. */
  readonly told: string
  /** What differs and was told by nobody, and what was told and does not differ. */
  readonly wrong: readonly string[]
}
interface Sent {
  readonly wire: Wire
  readonly losses: readonly string[]
}

const open = (house: House, path: string, body: Json): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${house.key}`, 'content-type': 'application/json' }
    request(`${house.url}${path}`, { method: 'POST', headers }, resolve).on('error', reject).end(JSON.stringify(body))
  })
const names = (told: unknown): readonly string[] => (typeof told === 'string' && told !== '' ? told.split(', ') : [])
const post = async (house: House, path: string, body: Json): Promise<Sent> => {
  const response = await open(house, path, body)
  const pieces: Uint8Array[] = []
  for await (const piece of response) pieces.push(piece as Uint8Array)
  const wire: Wire = { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) }
  // What is found to be lost after a stream has begun stands in a comment at its end, or behind it.
  const late = /^: x-signalbox-losses: (.*)$/m.exec(decode(wire.body))?.[1] ?? response.trailers['x-signalbox-losses']
  return { wire, losses: [...names(response.headers['x-signalbox-losses']), ...names(late)] }
}

/** The same fault may be told in a longer sentence. */
const sameFault = (told: Fault, got: Fault | undefined): Fault | undefined =>
  got?.message.includes(told.message) === true ? { ...got, message: told.message } : got
/** Where there is no place for a refusal of its own, it is said like all else. */
const sameRefusal = (told: Choice | undefined, got: Choice): Choice => {
  const { text, ...rest } = got
  return told?.refusal !== undefined && text === told.refusal ? { ...rest, refusal: text } : got
}
const plainAnswer = ({ fault, choices, ...answer }: Answer, told: Answer): Answer => {
  const same = told.fault === undefined ? fault : sameFault(told.fault, fault)
  return {
    choices: choices.map((choice, at) => sameRefusal(told.choices[at], choice)),
    ...answer,
    ...(same && { fault: same }),
  }
}
/** A length that nobody asked for has to be named to some. */
const plainAsk = (arrived: Ask, asked: Ask): Ask => {
  const { length, ...rest } = arrived
  return asked.length === undefined ? rest : { ...rest, ...(length !== undefined && { length }) }
}

interface Talk {
  readonly house: House
  readonly upstream: Upstream
  readonly client: Tongue
  readonly server: Server
  readonly scenario: Scenario
}

const exchangeOf = ({ upstream }: Talk): Exchange => {
  if (upstream.last === undefined) throw new Error('the upstream was not asked')
  return upstream.last
}
const understood = (tongue: Tongue, wire: Wire, isStream: boolean): Answer =>
  isStream && wire.status === 200 ? tongue.understandStream(wire) : tongue.understand(wire)

/** What differs of the question and of the answer. */
const compared = (talk: Talk, asked: Ask, sent: Sent): ReadonlyMap<string, string> => {
  const { client, server, scenario } = talk
  const { body, path, wire, isStream } = exchangeOf(talk)
  const told = understood(server.tongue, wire, isStream)
  const got = plainAnswer(understood(client, sent.wire, asked.stream), told)
  // An answer that is an error tells of nothing that was lost on the way to it.
  const question =
    scenario.refuses === undefined
      ? differences(asked, plainAsk(server.tongue.hear(body, path), asked))
      : new Map<string, string>()
  const answer = differences(told, got)
  return new Map([
    ...[...question].map(([at, how]) => [`ask.${at}`, how] as const),
    ...[...answer].map(([at, how]) => [`answer.${at}`, how] as const),
  ])
}
const cellOf = (different: ReadonlyMap<string, string>, losses: readonly string[]): Cell => {
  const told = [...new Set(losses)].sort()
  const wrong = [
    ...unexplained(different, told),
    ...inVain(different, told).map(name => `${name} is told to be lost and is not`),
  ]
  return { told: told.length === 0 ? 'ok' : told.join(', '), wrong }
}

const goneOn = async (talk: Talk, asked: Json, answered: Sent, results: readonly string[]): Promise<Cell> => {
  const { house, upstream, client, server } = talk
  if (client.goOn === undefined) return { told: '-', wrong: [] }
  const told = server.tongue.understand(exchangeOf(talk).wire).choices[0] ?? {}
  const { end: _end, ...said } = told
  const before = client.hear(asked, client.path('', false)).turns
  const turns: readonly Turn[] = [
    ...before,
    { by: 'model', ...said },
    { by: 'tools', results: results.map((text, call) => ({ call, text })) },
  ]
  upstream.last = undefined
  const path = client.path(poolOf(talk), false)
  const sent = await post(house, path, client.goOn(asked, JSON.parse(decode(answered.wire.body)) as Json, results))
  if (sent.wire.status !== 200) return { told: 'refused', wrong: [decode(sent.wire.body)] }
  const { body, path: at } = exchangeOf(talk)
  const arrived = server.tongue.hear(body, at).turns
  const different = [...differences({ turns: joined(turns) }, { turns: arrived })].map(
    ([where, how]) => [`ask.${where}`, how] as const,
  )
  // The second request tells what it lost; the first one's answer what did not reach the client.
  return cellOf(new Map(different), [...sent.losses, ...answered.losses])
}

const leave = async ({ house, client, upstream }: Talk, path: string, body: Json): Promise<Cell> => {
  const response = await open(house, path, body)
  await new Promise(resolve => response.once('data', resolve))
  response.destroy()
  const hasLeft = await upstream.last?.left
  const wrong = hasLeft === true ? [] : [`${client.id} left, and the upstream went on`]
  return { told: 'ok', wrong }
}

/** The pool of the model that this scenario is put to. */
export const poolOf = ({ server, scenario }: Pick<Talk, 'server' | 'scenario'>): string =>
  `${server.tongue.id}.${scenario.isThinking === true ? 'thinker' : 'plain'}`

/** Plays it. */
export const cell = async (talk: Talk, stream: boolean): Promise<Cell> => {
  const { house, upstream, client, server, scenario } = talk
  const body = client.ask({ ...scenario.ask, stream }, poolOf(talk))
  const path = client.path(poolOf(talk), stream)
  const asked = client.hear(body, path)
  const needed = scenario.needs === undefined || scenario.needs(asked)
  if (needed === undefined || needed === false) return { told: '-', wrong: [] }
  upstream.last = undefined
  upstream.next = {
    answer: scenario.answer(server.signature),
    ...(scenario.refuses && { refuses: scenario.refuses }),
    ...(scenario.leaves === true && { waits: true }),
  }
  if (scenario.leaves === true) return leave(talk, path, body)
  const sent = await post(house, path, body)
  if (scenario.results !== undefined) return goneOn(talk, body, sent, scenario.results)
  return cellOf(compared(talk, asked, sent), sent.losses)
}

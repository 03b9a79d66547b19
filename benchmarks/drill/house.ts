/** The gateway itself, put into the simulated world: configured by text as users do, on a virtual clock. */
import { readConfig } from '../../src/config/load.ts'
import type { Settings } from '../../src/config/settings.ts'
import { openaiChat } from '../../src/dialects/openai-chat/index.ts'
import type { RequestId, SessionId, SpanId, TraceId, VirtualKeyId } from '../../src/domain/ids.ts'
import type { ChatBody } from '../../src/domain/request.ts'
import { createGateway, knownProviderTypes } from '../../src/gateway.ts'
import type { OwnedGateway } from '../../src/gateway.ts'
import { memoryStore } from '../../src/platform/stores/memory.ts'
import type { Ids } from '../../src/ports/ids.ts'
import type { RawBody } from '../../src/domain/request.ts'
import type { RecordedPrompt } from '../../src/world/recordings.ts'
import type { WorldModel } from '../../src/world/models.ts'
import type { Story } from './journal.ts'
import type { Place } from './simulated-provider.ts'
import type { Asking } from './traffic.ts'
import { addressOf, traceOf } from './wire.ts'
import type { VirtualClock } from './virtual-clock.ts'
import type { Transport } from '../../src/ports/transport.ts'

const rounded = (value: number): number => Number(value.toPrecision(6))

const mapping = (members: Readonly<Record<string, string | number>>): string =>
  `{ ${Object.entries(members)
    .map(([name, value]) => `'${name}': ${value}`)
    .join(', ')} }`

/** What a deployment is configured with. */
export type Scores = Readonly<Record<string, Readonly<Record<string, number>>>>

const deploymentLine = (place: Place, model: WorldModel, scores: Scores[string]): string => {
  const { id, price = 1, tags, rpm } = place
  const cost = { input: rounded(model.price.input * price), output: rounded(model.price.output * price) }
  const members = [
    `provider: ${id}`,
    `model: ${id}`,
    `price: ${mapping(cost)}`,
    `contextWindow: ${model.contextWindow}`,
    `maxOutput: ${model.maxOutput}`,
    'accepts: [text]',
    ...(Object.keys(scores).length === 0 ? [] : [`quality: ${mapping(scores)}`]),
    ...(tags === undefined ? [] : [`tags: ${mapping(tags)}`]),
    ...(rpm === undefined ? [] : [`limits: { rpm: ${rpm} }`]),
  ]
  return `  ${id}: { ${members.join(', ')} }`
}

/** A configuration of these deployments behind one pool, with this policy (YAML, indented as a policy's members are). */
export const configOf = (
  places: readonly Place[],
  models: ReadonlyMap<string, WorldModel>,
  scores: Scores,
  policy: string,
): string => {
  const lines = places.map(place => {
    const model = models.get(place.model)
    if (model === undefined) throw new Error(`there is no recorded model ${place.model}`)
    return deploymentLine(place, model, scores[place.id] ?? {})
  })
  return [
    'providers:',
    ...places.map(({ id }) => `  ${id}: { type: openai-compatible, url: '${addressOf(id)}', key: '\${DRILL_KEY}' }`),
    'deployments:',
    ...lines,
    'pools:',
    `  drill: { candidates: [${places.map(({ id }) => id).join(', ')}], policy: drilled }`,
    'policies:',
    '  drilled:',
    ...policy
      .trim()
      .split('\n')
      .map(line => `    ${line}`),
    'store: { durable: memory }',
    'telemetry: { log: off }',
    '',
  ].join('\n')
}

/** The settings of such a text; throws with every error that it has. */
export const settingsOf = (text: string): Settings => {
  const read = readConfig(text, {
    file: 'drill.yaml',
    env: { DRILL_KEY: 'sk-drill' },
    providerTypes: knownProviderTypes,
  })
  if (read.ok) return read.settings
  throw new Error(`${read.findings.map(({ message, line }) => `line ${line}: ${message}`).join('\n')}\n${text}`)
}

const countedIds = (seed: string): Ids => {
  let count = 0
  const next = (length: number): string => (++count).toString(16).padStart(length, '0')
  return {
    request: () => `req_${seed}_${++count}` as RequestId,
    trace: () => next(32) as TraceId,
    span: () => next(16) as SpanId,
  }
}

interface Body {
  readonly body: ChatBody
  readonly raw: RawBody
}

const bodies = new Map<string, Body>()

/** The request as a client would have sent it; read once for each prompt. */
const bodyOf = ({ id, prompt }: RecordedPrompt): Body => {
  const known = bodies.get(id)
  if (known !== undefined) return known
  const json = {
    model: 'drill',
    messages: [{ role: 'user', content: prompt }],
    stream: true,
    stream_options: { include_usage: true },
  }
  const read = openaiChat.decodeRequest(json)
  if (!read.ok || read.value.operation !== 'chat') throw new Error(`the prompt ${id} makes no request`)
  const bytes = new TextEncoder().encode(JSON.stringify(json))
  const made = { body: read.value, raw: { dialect: openaiChat.id, json, bytes } }
  bodies.set(id, made)
  return made
}

export interface House {
  readonly gateway: OwnedGateway
  /** Asks the gateway; the story is filled in as the answer comes. */
  ask(asking: Asking, story: Story): void
}

/** A gateway of these settings; everything that it draws comes from the seed. */
export const openHouse = (settings: Settings, clock: VirtualClock, transport: Transport, seed: string): House => {
  const made = createGateway(settings, {
    clock,
    transport,
    secrets: { read: () => Promise.resolve('sk-drill') },
    ids: countedIds(seed),
    store: memoryStore(clock),
    telemetry: () => undefined,
  })
  if (!made.ok) throw new Error(made.why)
  const gateway = made.value
  return {
    gateway,
    ask: (asking, story) => {
      const { prompt, number, tenant, session } = asking
      const incoming = {
        ...bodyOf(prompt),
        caller: { key: tenant as VirtualKeyId, team: tenant },
        wishes: { task: prompt.task, session: session as SessionId, tags: { tenant } },
        trace: { traceId: traceOf(number) as TraceId, parent: '00f067aa0ba902b7' as SpanId, sampled: true },
      }
      gateway.handle(incoming, {
        begin: ({ candidate }) => (story.by = candidate.id),
        deliver: ({ content }) => {
          if (content) story.firstAt ??= clock.elapsed()
          return true
        },
        end: ({ failure }) => {
          story.endedAt = clock.elapsed()
          if (failure !== undefined) story.failure = failure.kind
        },
      })
    },
  }
}

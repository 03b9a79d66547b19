/** What a request costs on its way through the house, with an upstream that answers at once and no HTTP in front: µs of CPU. */
import { createGateway } from '../dist/gateway.js'
import { readConfig } from '../dist/config/load.js'
import { openaiChat } from '../dist/dialects/openai-chat/index.js'
import { anthropicMessages } from '../dist/dialects/anthropic-messages/index.js'
import { processIds, systemClock } from '../dist/platform/process.js'
import { memoryStore } from '../dist/platform/stores/memory.js'
import { configOf } from './profiles.mjs'

const encoder = new TextEncoder()
const answer = encoder.encode(
  JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'gpt-4o-mini',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'word '.repeat(120), refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: { prompt_tokens: 200, completion_tokens: 120, total_tokens: 320 },
  }),
)

const head = { status: 200, headers: { 'content-type': 'application/json' } }
const noExchange = { pause: () => undefined, resume: () => undefined, stop: () => undefined }
/** Answers in the next turn of the queue. */
const transport = {
  send: (_request, listener) => {
    queueMicrotask(() => {
      listener.head(head)
      listener.data(answer)
      listener.end()
    })
    return noExchange
  },
}

const bodyOf = size => ({
  model: 'gpt-4o-mini',
  messages: [
    { role: 'system', content: 'You are a helpful assistant.' },
    { role: 'user', content: 'lorem ipsum dolor sit amet '.repeat(Math.ceil(size / 27)) },
  ],
  max_tokens: 200,
  temperature: 0.2,
})

const openGateway = profile => {
  const env = { BENCH_KEY: 'k'.repeat(40), BENCH_UPSTREAM_KEY: 'u'.repeat(40) }
  const text = configOf(profile, { port: 0, upstream: 9, folder: '.', sink: 9 })
  const read = readConfig(text, { file: profile, env, providerTypes: ['openai'] })
  if (!read.ok) throw new Error(JSON.stringify(read.findings))
  const clock = systemClock()
  const secrets = { read: async () => 'sk-upstream' }
  const made = createGateway(read.settings, {
    clock,
    transport,
    secrets,
    ids: processIds(),
    store: memoryStore(clock),
    telemetry: () => undefined,
  })
  if (!made.ok) throw new Error(made.why)
  return made.value
}

const callOnce = (gateway, dialect, bytes) =>
  new Promise(resolve => {
    const json = JSON.parse(bytes.toString())
    const decoded = dialect.decodeRequest(json)
    if (!decoded.ok) throw new Error(decoded.why)
    const incoming = { body: decoded.value, caller: { key: 'bench' }, raw: { dialect: dialect.id, json, bytes } }
    gateway.handle(incoming, {
      begin: () => undefined,
      deliver: () => true,
      end: ({ failure }) => {
        if (failure !== undefined) throw new Error(failure.message)
        resolve(undefined)
      },
    })
  })

const measure = async (gateway, dialect, bytes, count) => {
  const before = process.cpuUsage()
  for (let done = 0; done < count; done++) await callOnce(gateway, dialect, bytes)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / count
}

const median = values => [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)]

const cases = [
  ['bare', openaiChat, 1_000],
  ['full', openaiChat, 1_000],
  ['full', openaiChat, 20_000],
  ['full', anthropicMessages, 1_000],
]
for (const [profile, dialect, size] of cases) {
  const gateway = openGateway(profile)
  const bytes = Buffer.from(JSON.stringify(bodyOf(size)))
  await measure(gateway, dialect, bytes, 3_000)
  const rounds = []
  for (let round = 0; round < 7; round++) rounds.push(await measure(gateway, dialect, bytes, 3_000))
  console.log(
    `${profile.padEnd(6)} ${dialect.id.padEnd(20)} ${String(size).padStart(6)} B  ${median(rounds).toFixed(1)} µs`,
  )
}

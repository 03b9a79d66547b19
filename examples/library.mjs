/** The house in a process of your own: no HTTP, the same decisions. */
import assert from 'node:assert/strict'
import { ask } from 'signalbox'
import { readConfig } from 'signalbox/config'
import { openStandalone, providerTypes } from 'signalbox/node'
import { serveWorld } from 'signalbox/testing'

// The recorded world stands for the providers, so that this runs without a key.
const world = await serveWorld({ pace: 'instant' })
const config = `
providers:
  openai:    { type: openai, url: '${world.base('openai')}', key: '\${EXAMPLE_KEY}' }
  anthropic: { type: anthropic, url: '${world.base('anthropic')}', key: '\${EXAMPLE_KEY}' }
deployments:
  mini:  { provider: openai, model: gpt-4o-mini-2024-07-18, quality: { chat: 0.82 } }
  haiku: { provider: anthropic, model: claude-3-haiku-20240307, quality: { chat: 0.70 } }
pools:
  support: { candidates: [mini, haiku], policy: floor-then-cheap, task: chat }
policies:
  floor-then-cheap:
    steps:
      - use: capable
      - use: healthy
      - { use: quality-floor, with: { at: 0.75 } }
      - { use: cheap, with: { within: 5% } }
store: { durable: memory }
telemetry: { log: off }
`
const env = { EXAMPLE_KEY: 'a-key-for-the-recorded-world' }
const read = readConfig(config, { file: 'example', env, providerTypes })
assert.ok(read.ok, JSON.stringify(read.findings))
const opened = await openStandalone(read.settings, { env })
assert.ok(opened.ok)
const { gateway, close } = opened.value

// Why, before anything is called.
const why = gateway.explain(ask({ target: 'support', messages: 'Hello!' }))
console.log(why.words)
assert.equal(why.trace.decision.ranked[0].candidate.id, 'mini')
assert.match(why.words, /Left out: haiku/)

// As it comes.
let text = ''
for await (const event of gateway.stream(ask({ target: 'support', messages: 'Hello!' })))
  if (event.type === 'text-delta') text += event.text
console.log(text)
assert.match(text, /gpt-4o-mini/)

// Whole. What goes wrong is thrown, with a kind.
const answer = await gateway.collect(ask({ target: 'support', messages: 'Hello!' }))
assert.equal(answer.choices[0].parts[0].text, text)
world.switches.change({}, { outage: true })
await assert.rejects(gateway.collect(ask({ target: 'support', messages: 'Hello!' })), error => {
  console.log(`with the provider gone: ${error.failure.kind}`)
  return error.failure.kind === 'upstream-unreachable'
})

await close()
await world.close()

/** A full outage is not made worse: what a pool asks of dead providers for each request, on a clock that the test moves. */
import { expect, it } from 'vitest'
import { readSettings } from '../../src/faces/cli/settings-file.ts'
import { ask, createGateway } from '../../src/index.ts'
import { processIds } from '../../src/platform/process.ts'
import { answerWith, failWith, recordedTransport } from '../../src/platform/recorded-transport.ts'
import type { WireScript } from '../../src/platform/recorded-transport.ts'
import { memoryStore } from '../../src/platform/stores/memory.ts'
import { testClock } from '../clock.ts'

const config = (execution: string): string =>
  [
    'providers:',
    "  p: { type: openai-compatible, url: 'http://p.test/v1', key: '${KEY}' }",
    "  q: { type: openai-compatible, url: 'http://q.test/v1', key: '${KEY}' }",
    "  r: { type: openai-compatible, url: 'http://r.test/v1', key: '${KEY}' }",
    'deployments:',
    ...['p', 'q', 'r'].map(id => `  on-${id}: { provider: ${id}, model: m, accepts: [text], contextWindow: 8000 }`),
    'pools: { pool: { candidates: [on-p, on-q, on-r], policy: usual } }',
    'policies:',
    '  usual:',
    '    steps: [{ use: capable }, { use: healthy }, { use: round-robin }]',
    `    execution: ${execution}`,
    '    patience: { maxAttempts: 3, retriesPerCandidate: 1, maxWait: 1s, firstToken: 4s, idle: 4s, total: 10s }',
  ].join('\n')

const failing = (status: number): WireScript => answerWith({ error: { message: 'no' } }, { status })

/** So many requests a second for so long; how often somebody was asked for each. */
const outage = async (fault: WireScript, perSecond: number, execution = '{ mode: fallback }', seconds = 10) => {
  const clock = testClock()
  const transport = recordedTransport(() => fault, { clock })
  const { settings, findings } = readSettings(config(execution), 'test', { KEY: 'sk-0123456789' })
  if (settings === undefined) throw new Error(JSON.stringify(findings))
  const store = memoryStore(clock)
  const secrets = { read: async () => 'sk-0123456789' }
  const made = createGateway(settings, { clock, transport, store, secrets, telemetry: () => {}, ids: processIds() })
  if (!made.ok) throw new Error(made.why)
  const failures: unknown[] = []
  for (let nth = 0; nth < perSecond * seconds; nth++) {
    const asked = made.value.collect(ask({ target: 'pool', messages: 'Hi', stream: false }))
    asked.catch((error: unknown) => failures.push(error))
    await clock.pass(1000 / perSecond)
  }
  await clock.pass(20_000)
  expect(failures).toHaveLength(perSecond * seconds)
  return transport.sent.length / (perSecond * seconds)
}

/** What opens no circuit is bounded by the pool's retries alone: a fifth of its requests, or three a second of few. */
const faults: readonly (readonly [string, WireScript, readonly number[]])[] = [
  ['nobody is there', failWith('connect'), [10, 50]],
  ['all answer 503', failing(503), [10, 50]],
  ['all reset the connection', failWith('closed'), [10, 50]],
  ['all answer 429', failing(429), [15, 50]],
  ['all answer nonsense', failing(200), [10, 50]],
]

it.each(faults)('%s: at most a quarter more calls than requests over ten seconds', async (_what, fault, rates) => {
  for (const perSecond of rates) expect(await outage(fault, perSecond)).toBeLessThanOrEqual(1.25)
})

it('races and hedges ask no more then, once it is known that all are ill', async () => {
  for (const execution of ['{ mode: race, width: 3 }', '{ mode: hedge, after: 50ms }'])
    for (const status of [503, 429]) expect(await outage(failing(status), 20, execution)).toBeLessThanOrEqual(1.25)
})

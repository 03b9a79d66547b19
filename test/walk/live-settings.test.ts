/** What a configuration says of live state reaches the gateway that is made of it. */
import { expect, it } from 'vitest'
import { testClock } from '../clock.ts'
import { candidateOf, ended, failureOf, instant, started } from '../live-events.ts'
import { readConfig } from '../../src/config/load.ts'
import { createGateway, knownProviderTypes } from '../../src/gateway.ts'
import { processIds } from '../../src/platform/process.ts'
import { recordedTransport } from '../../src/platform/recorded-transport.ts'
import { memoryStore } from '../../src/platform/stores/memory.ts'

const gatewayOf = (live: string) => {
  const text = `providers: { openai: { type: openai, key: '\${KEY}' } }
deployments: { mini: { provider: openai, model: gpt-4o-mini } }
pools: { all: { candidates: [mini] } }
${live}`
  const loaded = readConfig(text, {
    file: 'signalbox.yaml',
    env: { KEY: 'sk-0123456789abcdefghij' },
    providerTypes: knownProviderTypes,
  })
  if (!loaded.ok) throw new Error(loaded.findings.map(({ message }) => message).join('\n'))
  const clock = testClock()
  const made = createGateway(loaded.settings, {
    clock,
    store: memoryStore(clock),
    ids: processIds(),
    secrets: { read: () => Promise.resolve('') },
    telemetry: () => undefined,
    transport: recordedTransport([], { clock }),
  })
  if (!made.ok) throw new Error(made.why)
  return made.value
}

/** When the circuit opened by one failure lets somebody through again, in milliseconds; undefined if it did not open. */
const restAfterOneFailure = (live: string): number | undefined => {
  const gateway = gatewayOf(live)
  const mini = candidateOf('mini')
  gateway.live.hear(started(mini, 0))
  gateway.live.hear(ended({ candidate: mini, startedAt: 0, at: 10, failure: failureOf('upstream-overloaded') }))
  return gateway.live.circuit(mini.id, instant(20)).until
}

it('a circuit opens after as many failures, and rests for as long, as the configuration says', () => {
  expect(restAfterOneFailure('')).toBeUndefined()
  const rest = restAfterOneFailure('live: { breaker: { failuresInRow: 1, firstRest: 60s } }')
  // Jitter takes a fifth of it at most.
  expect(rest).toBeGreaterThan(48_000)
  expect(rest).toBeLessThanOrEqual(60_010)
})

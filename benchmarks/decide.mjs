/** How long a decision takes, and what it allocates, for 3, 9, 30 and 100 candidates under the canonical policies. */
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { compilePolicy } from '../src/routing/compile-policy.ts'
import { decide } from '../src/routing/decide.ts'

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })

const patience = {
  maxAttempts: 3,
  retriesPerCandidate: 1,
  maxWait: 2000,
  connect: 3000,
  firstToken: 8000,
  idle: 20_000,
  total: 120_000,
}
const policyOf = (name, steps) => {
  const policy = {
    name,
    steps,
    execution: { mode: 'fallback' },
    patience,
    seed: 'request',
    fallbackOn: [],
    midStream: 'error',
  }
  const compiled = compilePolicy(policy)
  if (!compiled.ok) throw new Error(compiled.why)
  return compiled.value
}

const constraints = [
  { use: 'capable' },
  { use: 'healthy' },
  { use: 'within-limits' },
  { use: 'quality-floor', with: { at: 0.5 } },
]
const policies = [
  policyOf('floor-then-cheap', [...constraints, { use: 'cheap', with: { within: '5%' } }, { use: 'round-robin' }]),
  policyOf('canary-then-fast', [...constraints, { use: 'weighted' }, { use: 'fast', with: { within: '10%' } }]),
  policyOf('branches', [
    ...constraints,
    {
      when: { any: [{ fields: { 'tags.path': { eq: 'voice' } } }, { fields: { 'request.inputTokens': { lt: 200 } } }] },
      then: [{ use: 'fast' }],
      otherwise: [{ use: 'cheap', with: { within: '5%' } }, { use: 'round-robin' }],
    },
  ]),
]

/** Facts as the house gathers them: every signal for every candidate, a few of them excluded. */
const factsOf = (count, turn) => {
  const names = Array.from({ length: count }, (_, place) => `deployment-${String(place).padStart(3, '0')}`)
  const by = read => Object.fromEntries(names.map((name, place) => [name, read(place)]))
  const task = { chat: 0.8 }
  return {
    id: `decision-${turn}`,
    pool: 'support',
    request: {
      target: 'support',
      operation: 'chat',
      inputTokens: 900,
      outputTokens: 300,
      maxOutputTokens: 1000,
      needs: ['text', 'tools'],
      tags: { tenant: 'acme', path: 'chat' },
      params: { stream: true },
      caller: { key: 'key-1', team: 'search' },
    },
    bounds: { allow: { pools: ['support'], providers: ['*'] } },
    candidates: names.map((id, place) => ({
      id,
      provider: ['openai', 'anthropic', 'local'][place % 3],
      model: `model-${place}`,
      dialect: 'openai-chat',
      contextWindow: 128_000,
      maxOutput: 8000,
      accepts: ['text', 'image', 'tools', 'json-schema'],
      price: { inputPerMillion: 150_000 + 1000 * (place % 7), outputPerMillion: 600_000 },
      weight: 1 + (place % 3),
      priority: 1,
      limits: { rpm: 500, tpm: 200_000 },
      tags: { region: 'eu' },
      quality: { ...task, '*': 0.45 + 0.02 * (place % 20) },
    })),
    signals: {
      'request.task': { value: 'chat' },
      'pool.turn': { value: turn },
      'candidate.circuit': { by: by(place => ({ open: place % 9 === 4, why: '5 failures in a row' })) },
      'candidate.latency': { by: by(place => ({ p95: 400 + 37 * (place % 11), samples: place % 10 === 7 ? 3 : 200 })) },
      'candidate.inflight': { by: by(place => place % 5) },
      'candidate.headroom': { by: by(() => ({ requests: 0.8, tokens: 0.7, concurrent: 1 })) },
      'candidate.quality': {
        by: by(place => ({ mean: 0.8, low: place % 9 === 2 ? 0.4 : 0.7, samples: 200, source: 'learned' })),
      },
    },
    now: 1_750_000_000_000,
    seed: `request-${turn}`,
  }
}

const rounds = 200
const perRound = 200

const measure = (policy, count) => {
  const all = Array.from({ length: 32 }, (_, turn) => factsOf(count, turn))
  let kept = 0
  const round = () => {
    for (let turn = 0; turn < perRound; turn++) kept += decide(policy, all[turn % all.length]).ranked.length
  }
  for (let warm = 0; warm < 50; warm++) round()
  const times = []
  for (let at = 0; at < rounds; at++) {
    const start = process.hrtime.bigint()
    round()
    times.push(Number(process.hrtime.bigint() - start) / perRound / 1000)
  }
  times.sort((left, right) => left - right)
  return { median: times[rounds / 2], p90: times[Math.floor(rounds * 0.9)], bytes: allocated(policy, all), kept }
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')

/** Bytes that one decision allocates: the median of small rounds, each after a collection so that none comes in between. */
const allocated = (policy, all) => {
  const sizes = Array.from({ length: 15 }, () => {
    collect()
    const before = process.memoryUsage().heapUsed
    for (let turn = 0; turn < 32; turn++) decide(policy, all[turn])
    return (process.memoryUsage().heapUsed - before) / 32
  })
  return Math.round(sizes.sort((left, right) => left - right)[7])
}

const rows = policies.flatMap(policy =>
  [3, 9, 30, 100].map(candidates => ({ policy: policy.name, candidates, ...measure(policy, candidates) })),
)
if (values.json) console.log(JSON.stringify(rows))
else {
  console.log('policy             candidates   median µs   p90 µs   bytes')
  for (const { policy, candidates, median, p90, bytes } of rows) {
    const numbers = [String(candidates), median.toFixed(2), p90.toFixed(2), String(bytes)]
    console.log(policy.padEnd(19) + numbers.map((text, at) => text.padStart([10, 12, 9, 8][at])).join(''))
  }
}

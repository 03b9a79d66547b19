/** The configurations that are measured: `bare` decides between one, `full` and `translated` among nine. */
import { join } from 'node:path'

export const profiles = ['bare', 'full', 'translated']

/** Nine ways to the same upstream, so that a policy has something to decide. */
const names = Array.from({ length: 9 }, (_, place) => `mini-${place + 1}`)

const deployment = name =>
  `  ${name}: { provider: upstream, model: gpt-4o-mini, contextWindow: 128000, maxOutput: 16384, accepts: [text, tools, json-schema, image], limits: { rpm: 100000000, tpm: 1000000000000 }, quality: 0.8, price: { input: 0.15, output: 0.60 } }`

const patience = 'patience: { maxAttempts: 3, firstToken: 10s, idle: 20s, total: 120s }'

export const configOf = (profile, { port, upstream, folder, sink }) => {
  const used = profile === 'bare' ? names.slice(0, 1) : names
  const steps =
    profile === 'bare'
      ? ['      - use: capable']
      : [
          '      - use: capable',
          '      - use: healthy',
          '      - use: within-limits',
          '      - { use: quality-floor, with: { at: 0.7 } }',
          '      - { use: cheap, with: { within: 5% } }',
          '      - use: round-robin',
        ]
  return [
    'providers:',
    `  upstream: { type: openai, url: 'http://127.0.0.1:${upstream}/v1', key: \${BENCH_UPSTREAM_KEY} }`,
    'deployments:',
    ...used.map(deployment),
    'pools:',
    `  gpt-4o-mini: { candidates: [${used.join(', ')}], policy: measured }`,
    'policies:',
    '  measured:',
    '    steps:',
    ...steps,
    `    ${patience}`,
    'keys:',
    '  bench: { value: ${BENCH_KEY}, team: bench }',
    `server: { host: 127.0.0.1, port: ${port} }`,
    `store: { durable: ${profile === 'bare' ? 'memory' : `'sqlite:${join(folder, 'state.db')}'`} }`,
    ...(profile === 'bare'
      ? ['telemetry: { log: off, journal: off }']
      : [`telemetry: { otlp: 'http://127.0.0.1:${sink}', log: off }`]),
  ].join('\n')
}

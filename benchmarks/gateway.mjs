/** Runs the load harness with this gateway beside nginx, the bare skeleton and Portkey in one run; prints and keeps the table. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const argument = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? otherwise : process.argv[at + 1]
}
const shared = resolve(process.env.SIGNALBOX_SHARED ?? join(root, '../shared'))
const tools = resolve(process.env.BENCH_TOOLS ?? join(tmpdir(), 'signalbox-bench-tools'))
const bundled = join(root, `node_modules/node-${process.platform}-${process.arch}/bin/node`)
const node = existsSync(bundled) ? bundled : process.execPath
const results = join(root, 'benchmarks/results')

const run = (command, args, options = {}) => {
  const done = spawnSync(command, args, { stdio: 'inherit', ...options })
  if (done.status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${done.status ?? done.error?.message}`)
}

const prepare = () => {
  if (!existsSync(join(shared, 'bench/run.mjs')))
    throw new Error(`the load harness is not at ${shared}/bench; SIGNALBOX_SHARED says where`)
  const hasNginx = spawnSync('nginx', ['-v']).status === 0
  if (!hasNginx && process.getuid?.() === 0) run('apt-get', ['install', '-y', '-q', 'nginx-light'])
  if (!existsSync(join(tools, 'bench/run.mjs'))) run('bash', [join(shared, 'bench/setup.sh'), tools])
  run(node, [join(root, 'scripts/build.mjs'), '--if-needed'])
}

const base = 'n24-undici8-dispatch'
const ours = ['bare', 'full']
const targets = argument('targets', `direct,nginx,${base},n24-portkey`)
const scenarios = argument('scenarios', 'max1k,max20k,r1000,s100,s400')
const rounds = argument('rounds', '7')
const warm = argument('warm', '8')

const measure = raw => {
  const mine = ours.flatMap(profile => [
    '--target',
    `signalbox-${profile}::env PROFILE=${profile} ${node} ${join(root, 'benchmarks/serve.js')}`,
  ])
  const args = [
    join(tools, 'bench/run.mjs'),
    ...mine,
    '--targets',
    targets,
    '--scenarios',
    scenarios,
    '--rounds',
    rounds,
    // In its first seconds a process spends as much on compiling as on serving.
    '--warm',
    warm,
    '--base',
    base,
    '--out',
    raw,
  ]
  const done = spawnSync(node, args, {
    encoding: 'utf8',
    env: { ...process.env, BENCH_TOOLS: tools },
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (done.status !== 0) throw new Error(`the load harness ended with ${done.status}`)
  return done.stdout
}

const median = values => {
  const sorted = values.filter(Number.isFinite).sort((left, right) => left - right)
  return sorted.length === 0 ? null : sorted[Math.floor(sorted.length / 2)]
}

/** Medians of every figure, by target and scenario. */
const summary = raw =>
  Object.fromEntries(
    Object.entries(JSON.parse(readFileSync(raw, 'utf8'))).map(([target, byScenario]) => [
      target,
      Object.fromEntries(
        Object.entries(byScenario).map(([scenario, slices]) => {
          const figures = new Set(
            slices.flatMap(slice => Object.keys(slice).filter(key => typeof slice[key] === 'number')),
          )
          return [
            scenario,
            {
              slices: slices.length,
              ...Object.fromEntries([...figures].map(key => [key, median(slices.map(slice => slice[key]))])),
            },
          ]
        }),
      ),
    ]),
  )

prepare()
mkdirSync(results, { recursive: true })
const raw = join(tmpdir(), `signalbox-bench-${process.pid}.json`)
const table = measure(raw)
console.log(table)
const measured = {
  at: new Date().toISOString().slice(0, 10),
  cores: cpus().length,
  node: process.versions.node,
  base,
  rounds: Number(rounds),
  medians: summary(raw),
}
writeFileSync(argument('json', join(results, 'gateway.json')), `${JSON.stringify(measured, undefined, 1)}\n`)
writeFileSync(join(results, 'gateway.md'), `${table.trimEnd()}\n`)

/** A gateway without a file: providers whose keys are in the environment, one pool of their well-known models. */
import type { Instant } from '../domain/units.ts'
import { providersIn, startingVariables } from './environment-providers.ts'
import type { Started } from './environment-providers.ts'
import { pathText, warningAt } from './finding.ts'
import type { Doubt, Finding } from './finding.ts'
import type { Loaded, LoadOptions } from './load.ts'
import { settle } from './settle.ts'

/** Quality on top, cost in the middle, round-robin at the bottom. */
const floorThenCheap = {
  steps: [
    'capable',
    'healthy',
    'within-limits',
    { use: 'quality-floor', with: { at: 0.8 } },
    { use: 'cheap', with: { within: '5%' } },
    'round-robin',
  ],
}

/** The configuration that the variables stand for, as a file would say it. */
const valueFor = (started: readonly Started[]): unknown => {
  const models = started.flatMap(({ type, models: all }) => all.map(one => ({ ...one, provider: type })))
  return {
    providers: Object.fromEntries(started.map(({ type, members }) => [type, { type, ...members }])),
    deployments: Object.fromEntries(
      models.map(({ name, model, quality, provider }) => [name, { provider, model, quality }]),
    ),
    pools: { auto: { candidates: models.map(one => one.name), policy: 'floor-then-cheap' } },
    policies: { 'floor-then-cheap': floorThenCheap },
    defaultPolicy: 'default',
  }
}

const file = '(environment)'
const findingOf = ({ severity, path, message }: Doubt): Finding => ({
  severity,
  file,
  line: 1,
  column: 1,
  path: pathText(path),
  message,
})

/** Settings from the keys in the environment, or what to set where there are none. */
export const fromEnvironment = (options: Omit<LoadOptions, 'file'>): Loaded => {
  const { env, providerTypes, now = Date.now() as Instant, besideState = false } = options
  const found = providersIn(env, providerTypes)
  const left = found.left.map(({ why }) => warningAt([], `${why}; it is left out`))
  if (found.started.length === 0) {
    const message = `no provider's key is set: set ${startingVariables.slice(0, -1).join(', ')} or ${startingVariables.at(-1) ?? ''}, or write a signalbox.yaml and pass it with --config`
    return { ok: false, findings: [...left.map(findingOf), findingOf({ severity: 'error', path: [], message })] }
  }
  const value = valueFor(found.started)
  const { settings, doubts } = settle(
    { value, raw: value, doubts: [] },
    { env, providerTypes, now, besideState },
    step => step,
  )
  const findings = [...left, ...doubts].map(findingOf)
  return findings.some(one => one.severity === 'error') ? { ok: false, findings } : { ok: true, settings, findings }
}

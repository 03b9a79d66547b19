/** What is meant where a configuration says nothing. */
import type { Patience, Policy } from '../domain/policy.ts'
import { millis } from '../domain/units.ts'
import type { ServerConfig, StoreConfig, TelemetryConfig } from './settings.ts'

/** Three attempts in five minutes; a candidate that fails at once may be asked once more. */
export const defaultPatience: Patience = {
  maxAttempts: 3,
  retriesPerCandidate: 1,
  maxWait: millis(2_000),
  connect: millis(5_000),
  firstToken: millis(30_000),
  idle: millis(30_000),
  total: millis(300_000),
}

/** What a policy is made of beside its steps. */
export const policyDefaults: Omit<Policy, 'name' | 'steps'> = {
  execution: { mode: 'fallback' },
  patience: defaultPatience,
  seed: 'request',
  fallbackOn: [],
  midStream: 'error',
}

/** Whoever can serve, by priority, spread by weight: what the numbers of a deployment say by themselves. */
export const builtInPolicy: Policy = {
  name: 'default',
  steps: [{ use: 'capable' }, { use: 'healthy' }, { use: 'within-limits' }, { use: 'priority' }, { use: 'weighted' }],
  ...policyDefaults,
}

/**
 * What names no model is not routed but led to its provider. A file may be long in coming and in going: only silence ends
 * it. A name in parentheses can be no policy of a file's.
 */
export const passingPolicy: Policy = {
  ...policyDefaults,
  name: '(passthrough)',
  steps: [{ use: 'healthy' }, { use: 'within-limits' }],
  patience: { ...defaultPatience, firstToken: millis(600_000), idle: millis(120_000), total: millis(86_400_000) },
}

const bytesPerMegabyte = 1_048_576
/** A body's limit in bytes. */
export const megabytes = (count: number): number => Math.ceil(count * bytesPerMegabyte)

export const defaultServer: ServerConfig = {
  host: '127.0.0.1',
  port: 4141,
  maxBodyBytes: megabytes(32),
  // Keys are bearer keys and no cookies, so a page of any origin gains nothing without one.
  corsOrigins: ['*'],
  drain: millis(30_000),
}

/** How long an open circuit rests at first and at most, as live state has it. */
export const defaultRests = { first: millis(5_000), longest: millis(120_000) }

export const defaultStore: StoreConfig = { durable: { kind: 'sqlite', path: './.signalbox/state.db' } }

export const defaultTelemetry: TelemetryConfig = { headers: {}, compat: false, log: 'info', journal: true }

/** How much one deployment counts beside another: as much as everybody else. */
export const deploymentDefaults = { weight: 1 }

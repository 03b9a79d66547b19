/** The cells of the matrix, and the configuration that gives each of them candidates of its own. */
import { virtualKey } from '../open-house.ts'
import { callOf, firstWords, scriptOf, wordsIn } from './answers.ts'
import type { TongueName } from './answers.ts'
import type { Fate, Fault, Way } from './fault.ts'
import type { FrontName } from './fronts.ts'
import type { Upstream } from './upstream.ts'

export const primaries = ['openai', 'anthropic', 'gemini'] as const

/** One fault, of one provider, for one way of asking, with or without somebody else who could answer. */
export interface Cell {
  readonly id: string
  readonly fault: Fault
  readonly way: Way
  readonly fate: Fate
  readonly isHelped: boolean
  /** The answer is a call of a tool. */
  readonly isCall: boolean
}

/** What a client of this kind is heard in at a provider of that. */
const tongueOf = (front: FrontName, primary: Way['primary']): TongueName => {
  if (primary === 'openai') return front === 'responses' ? 'responses' : 'chat'
  return primary === 'anthropic' ? 'messages' : 'gemini'
}
const nameOf = (fault: Fault): string => fault.name.toLowerCase().replaceAll(/[^a-z\d]+/g, '-')

const cellOf = (fault: Fault, way: Way, isHelped: boolean, isCall: boolean): Cell => {
  const marks = [way.streamed ? 's' : 'w', isHelped ? 'two' : 'one', ...(isCall ? ['call'] : [])]
  const script = scriptOf(way.tongue, isCall ? callOf('look_up') : wordsIn(firstWords))
  const id = [nameOf(fault), way.primary, ...marks].join('-')
  return { id, fault, way, fate: fault.fate(way, script), isHelped, isCall }
}

/** All cells of one front door. */
export const cellsOf = (front: FrontName, faults: readonly Fault[], isCall: boolean): readonly Cell[] => {
  const ways = primaries.flatMap(primary =>
    [false, true].map((streamed): Way => ({ primary, tongue: tongueOf(front, primary), streamed })),
  )
  return faults.flatMap(fault =>
    ways
      .filter(way => fault.isNone?.(way) !== true)
      .flatMap(way => [true, false].map(isHelped => cellOf(fault, way, isHelped, isCall))),
  )
}

const baseOf = ({ fault, way }: Cell, { port, tlsPort, mutePort }: Upstream): string => {
  const version = way.primary === 'openai' ? '/v1' : ''
  switch (fault.at) {
    case 'refused':
      return `http://127.0.0.1:1${version}`
    case 'nowhere':
      // No part of a name may be so long, so that nobody has to be asked to know that there is none.
      return `http://${'n'.repeat(64)}.invalid${version}`
    case 'stranger':
      return `https://localhost:${tlsPort}${version}`
    case 'no-tls':
      return `https://127.0.0.1:${port}${version}`
    case 'mute':
      return `https://127.0.0.1:${mutePort}${version}`
    case undefined:
      return `http://127.0.0.1:${port}${version}`
  }
}

const can = 'accepts: [text, tools], maxOutput: 8192, price: { input: 1000, output: 2000 }'
const spareOf = ({ way }: Cell): string => (way.primary === 'openai' ? 'anthropic' : 'openai')

/** How many attempts a policy here allows. */
export const mostAttempts = 3
/** How long a request may take: far less than its policy's patience, except where only that ends it. */
export const limitOf = ({ fault }: Cell): number => (fault.hasty || fault.heavy ? 20_000 : 10_000)

/** How a house differs from one that ends with an error what breaks off. */
export interface Course {
  /** More of each policy. */
  readonly policy: string
  /** What stands before the names of models that answer instead, by which their providers' abilities are known. */
  readonly spareModel: (provider: string) => string
}
const plainCourse: Course = { policy: '', spareModel: () => '' }

/** Every cell has a provider of its own, since a credential that is refused in one would rest in all; and a pool. */
export const configOf = (cells: readonly Cell[], upstream: Upstream, course = plainCourse): string => {
  const url = `http://127.0.0.1:${upstream.port}`
  // Who is alone would be asked again and again, but for the bound on all attempts.
  const policiesFor = (suffix: string, retries: number): readonly string[] => {
    const tries = `maxAttempts: ${mostAttempts}, retriesPerCandidate: ${retries}, maxWait: 2s`
    const steps = `steps: [capable, priority]${course.policy}`
    return [
      `  patient${suffix}: { ${steps}, patience: { ${tries}, firstToken: 60s, idle: 60s, total: 120s } }`,
      `  hasty${suffix}: { ${steps}, patience: { ${tries}, connect: 2s, firstToken: 2500ms, whole: 2500ms, idle: 1800ms, total: 5s } }`,
    ]
  }
  return [
    'providers:',
    `  spare-openai: { type: openai, url: '${url}/v1', key: '\${WORLD_KEY}' }`,
    `  spare-anthropic: { type: anthropic, url: '${url}', key: '\${WORLD_KEY}' }`,
    ...cells.map(
      cell => `  p-${cell.id}: { type: ${cell.way.primary}, url: '${baseOf(cell, upstream)}', key: '\${WORLD_KEY}' }`,
    ),
    'deployments:',
    ...cells.flatMap(cell => [
      `  f-${cell.id}: { provider: p-${cell.id}, model: first.${cell.id}, priority: 1, contextWindow: 100000, ${can} }`,
      ...(cell.isHelped
        ? [
            `  s-${cell.id}: { provider: spare-${spareOf(cell)}, model: ${course.spareModel(spareOf(cell))}spare.${cell.id}, priority: 2, contextWindow: 200000, ${can} }`,
          ]
        : []),
    ]),
    'pools:',
    ...cells.map(cell => {
      const others = cell.isHelped ? `, s-${cell.id}` : ''
      return `  ${cell.id}: { candidates: [f-${cell.id}${others}], policy: ${cell.fault.hasty ? 'hasty' : 'patient'}${cell.isHelped ? '' : '-alone'} }`
    }),
    'policies:',
    ...policiesFor('', 1),
    ...policiesFor('-alone', 9),
  ].join('\n')
}

/** The headers of a request that names its cell. */
export const headersOf = ({ id }: Cell): Record<string, string> => ({
  authorization: `Bearer ${virtualKey}`,
  'content-type': 'application/json',
  'x-signalbox-tags': `cell=${id}`,
})

/** What a configuration file may say of pools, aliases and policies. */
import * as z from 'zod'
import { contentTriggers } from '../domain/policy.ts'
import type { Millis } from '../domain/units.ts'
import { anything, flag, leaf, named, oneOf, optionalLeaf, text, time, whole, word } from './kinds.ts'
import type { Kind } from './kinds.ts'
import { entries, executionReference, shape, stepReference } from './shape.ts'

const pool = shape(
  {
    candidates: z
      .array(leaf(word, 'The name of a deployment.'), { error: 'a list of deployments such as [sonnet, mini]' })
      .min(1, 'one deployment at least, such as [mini]')
      .max(1000, 'at most 1000 deployments')
      .meta({
        description: 'Names of deployments. Their order means nothing, unless the policy says so: `priority` by place.',
      }),
    policy: optionalLeaf(word, 'The name of a policy; the default policy if left out.'),
    task: optionalLeaf(word, 'The kind of work that this pool is for: chat, code, summarisation, …'),
  },
  {
    what: 'a pool such as { candidates: [sonnet, mini], policy: floor-then-cheap }',
    about: 'Deployments that stand for one name.',
  },
)

/** Pools by name. */
export const pools = entries(pool, {
  what: 'pools by name, such as support: { candidates: [sonnet, mini] }',
  about: 'What clients may ask for as a model: each pool is a choice among deployments.',
})

/** Aliases by name. */
export const aliases = entries(leaf(named('a pool or model'), 'A pool, a model, `provider/model` or a deployment.'), {
  what: 'names such as gpt-4: support',
  about: 'Other names for what clients may ask for.',
})

/** Read by the room that carries it out, as that of a step is. */
const execution = anything('an execution such as { mode: fallback }', executionReference)

const patience = shape(
  {
    maxAttempts: optionalLeaf(whole(1, 100), 'Attempts in all.'),
    retriesPerCandidate: optionalLeaf(whole(0, 20), 'Further attempts at one candidate.'),
    maxWait: optionalLeaf(time(0), 'The longest wait before a retry; past it, the next candidate is asked.'),
    connect: optionalLeaf(time(1), 'Until the connection stands.'),
    firstToken: optionalLeaf(time(1), 'Until the first content of a stream.'),
    whole: optionalLeaf(time(1), 'Until the whole of an answer that is not streamed; absent: as total.'),
    idle: optionalLeaf(time(1), 'Between two pieces of a stream.'),
    total: optionalLeaf(time(1), 'For the whole request.'),
  },
  { what: 'a patience such as { maxAttempts: 3, firstToken: 8s }', about: 'Limits on attempts and time.' },
)

const steps = anything('a list of steps, such as [capable, healthy, { use: cheap, with: { within: 5% } }]', {
  type: 'array',
  minItems: 1,
  items: stepReference,
})

const shortestWindow = 30_000
const longestWindow = 300_000
const window: Kind<Millis> = {
  ...time(shortestWindow),
  what: 'a time from 30s to 5m',
  read: value => {
    const read = time(shortestWindow).read(value)
    return read !== undefined && read <= longestWindow ? read : undefined
  },
}

const policy = shape(
  {
    description: optionalLeaf(text, 'What it is for.'),
    steps: leaf(
      steps,
      'What is left out and what comes first, in this order; each order only refines those before it.',
    ),
    execution: optionalLeaf(execution, 'How the candidates are tried.'),
    patience: patience.optional(),
    seed: optionalLeaf(
      oneOf('request', 'session', 'user'),
      'What chance depends on: by session or user, choices stay put.',
    ),
    fallback: z
      .array(leaf(word, 'The name of a deployment.'), { error: 'a list of deployments such as [sonnet, mini]' })
      .max(100, 'at most 100 deployments')
      .optional()
      .meta({
        description:
          'Who is asked after the first, in this order, instead of the rest of the ranking; they need not stand in the pool.',
      }),
    fallbackOn: z
      .array(leaf(oneOf(...contentTriggers), 'A kind of answer.'), {
        error: `a list of ${contentTriggers.join(', ')}`,
      })
      .optional()
      .meta({
        description:
          'Answers for which the next candidate is asked: those for schema and tool-call are held back until they are whole.',
      }),
    fallbackOnRefusal: optionalLeaf(flag, 'The same as fallbackOn: [refusal].'),
    midStream: optionalLeaf(
      oneOf('error', 'continue', 'restart'),
      'What becomes of an answer that breaks after some of it was shown: an error, or the next candidate goes on; restart: clients that wait for the whole get one of another.',
    ),
    window: optionalLeaf(window, 'How far latency looks back.'),
  },
  { what: 'a policy such as { steps: [capable, healthy, weighted] }', about: 'How a candidate is chosen.' },
)

/** Policies by name. */
export const policies = entries(policy, {
  what: 'policies by name, such as even: { steps: [capable, healthy, round-robin] }',
  about: 'How candidates are chosen, by name.',
})

/** A policy as a file has it, its steps not read yet. */
export type PolicyEntry = z.output<typeof policy>

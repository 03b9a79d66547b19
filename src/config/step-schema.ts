/** The JSON Schema of the structures of a policy: branches, splits, and how it is carried out. */
type Json = Readonly<Record<string, unknown>>

const nested: Json = {
  anyOf: [{ $ref: '#/definitions/step' }, { type: 'array', items: { $ref: '#/definitions/step' } }],
}
const duration: Json = { type: ['string', 'number'] }
const share: Json = { type: ['string', 'number'] }

const closed = (description: string, properties: Json, required: readonly string[] = []): Json => ({
  type: 'object',
  description,
  properties,
  ...(required.length > 0 && { required }),
  additionalProperties: false,
})

/** Steps that are taken only where a condition holds. */
export const whenSchema = closed(
  'Steps that are taken only where a condition holds.',
  {
    when: { $ref: '#/definitions/condition', description: 'What must hold.' },
    then: { ...nested, description: 'Taken where it holds.' },
    otherwise: { ...nested, description: 'Taken where it does not.' },
  },
  ['when', 'then'],
)

const arm = closed('One way through a split.', {
  share: {
    ...share,
    description: 'Its share of the requests, such as 5%; one arm may leave it out and gets the rest.',
  },
  shadow: {
    type: 'boolean',
    description: 'Answers a copy, and nobody is shown it; its share counts by itself, and has to be given.',
  },
  maxSpend: { type: ['string', 'number'], description: 'Dollars that a shadow may spend in a day, UTC.' },
  steps: { ...nested, description: 'Its steps, in the place of the split.' },
})

/** Arms with shares. */
export const splitSchema = closed(
  'Sends shares of the requests different ways: a canary, an experiment, a shadow.',
  {
    split: closed(
      'Arms by name.',
      {
        by: {
          type: 'string',
          pattern: '^(request|session|user|tags\\..+)$',
          description: 'Whose choices stay together: request (if left out), session, user or tags.NAME.',
        },
        arms: { type: 'object', minProperties: 1, additionalProperties: arm, description: 'The arms, by name.' },
      },
      ['arms'],
    ),
  },
  ['split'],
)

const cap = closed('What several at once may cost beyond one.', {
  share: {
    ...share,
    description:
      'Of the pool’s requests of the last minute, how many may be asked of several; 20% of fewer than five is none.',
  },
  spend: {
    ...share,
    description:
      'What the answers that nobody got may cost, as a share of what those cost that somebody did, over ten minutes.',
  },
})
const check = closed('What an answer is judged by before anybody sees it.', {
  schema: { type: 'boolean', description: 'Valid JSON, by the schema of the request where there is one.' },
  toolCalls: { type: 'boolean', description: 'Every call is of a tool of the request, with arguments by its schema.' },
  finished: { type: 'boolean', description: 'Neither refused, nor cut by a limit, nor empty.' },
  confidence: { ...share, description: 'The least mean probability of its tokens, where the provider tells them.' },
  judge: { type: 'string', description: 'A pool that is asked whether the answer is right.' },
})

/** How the chain is tried. */
export const executionSchema: Json = {
  anyOf: [
    { enum: ['fallback', 'hedge', 'race', 'cascade'], description: 'A mode with what it usually has.' },
    closed(
      'How the chain is tried: one after another; a second one after a while; several at once; cheap first, judged by a check.',
      {
        mode: {
          enum: ['fallback', 'hedge', 'race', 'cascade'],
          description:
            'One after another; a second one after a while; several at once; one after another until the check passes.',
        },
        after: {
          ...duration,
          description: 'When a hedge asks the second: a time, or p95 (if left out) for what the first usually needs.',
        },
        width: {
          type: 'integer',
          minimum: 2,
          maximum: 10,
          description: 'How many a race asks at once; 2 if left out.',
        },
        cap,
        check,
      },
      ['mode'],
    ),
  ],
}

/** How it is carried out from a step on. */
export const carrySchema = closed(
  'How it is carried out where this step is reached, instead of as the policy says.',
  { execution: { $ref: '#/definitions/execution', description: 'The last that is reached counts.' } },
  ['execution'],
)

/** The JSON Schema of steps in other gateways' words, so that editors offer them and let them stand. */
import { synonymNames } from '../routing/synonyms.ts'

type Json = Readonly<Record<string, unknown>>

const closed = (description: string, properties: Json, required: readonly string[]): Json => ({
  type: 'object',
  description,
  properties,
  required,
  additionalProperties: false,
})

/** A word alone. */
export const wordSchema: Json = { enum: synonymNames, description: 'A word of another gateway; see docs/peers.md.' }

/** A word with options. */
export const wordUseSchema = closed(
  'A step in the words of another gateway.',
  {
    use: wordSchema,
    with: { type: 'object', description: 'Its options, by the names that they have there or here.' },
    blend: { type: 'string', description: 'The name of a blend; orders with the same name are added.' },
    weight: { type: 'number', exclusiveMinimum: 0, description: 'How much it counts in its blend.' },
  },
  ['use'],
)

/** Portkey's strategy. */
export const strategySchema = closed(
  "Portkey's strategy; its targets are the candidates of the pool.",
  {
    strategy: {
      type: 'object',
      description: 'How the targets take turns, or which of them serves.',
      properties: {
        mode: { enum: ['loadbalance', 'fallback', 'conditional'], description: 'What kind of strategy it is.' },
        conditions: {
          type: 'array',
          items: closed(
            'A condition and who serves where it holds.',
            {
              query: { $ref: '#/definitions/condition', description: 'What must hold.' },
              then: { description: 'A deployment, or steps.' },
            },
            ['query', 'then'],
          ),
          description: 'The first that holds counts.',
        },
        default: { description: 'Who serves where no condition holds: a deployment, or steps.' },
        sticky: { type: 'object', description: 'Requests with the same tag stay together.' },
      },
      required: ['mode'],
      additionalProperties: false,
    },
  },
  ['strategy'],
)

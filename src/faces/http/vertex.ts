/** Doors of Vertex AI: project, place and publisher stand in the path before the model, and behind it what is asked. */
import { claudeOnVertex, nativeBody } from '../../dialects/anthropic-messages/hosted.ts'
import type { Address } from '../../domain/request.ts'
import { converse } from './converse.ts'
import type { Tongue } from './converse.ts'
import { countTokens } from './count-tokens.ts'
import type { Front } from './front.ts'
import { operate } from './operate.ts'
import { googleEmbeddings, vertexPredictions } from './operation-tongues.ts'
import { anthropicCounting, google, googleCounting } from './tongues.ts'
import { unknownVerb } from './unknown-verb.ts'
import type { Visit } from './visit.ts'

/** Claude as Google hosts it: its bodies are Anthropic's, but for the model and the version. */
const claude: Tongue = { dialect: claudeOnVertex, passes: ['anthropic-beta'], isSteered: false, native: nativeBody }

interface Verb {
  /** Whose models are named by their own names here; others' by publisher and name. */
  readonly publisher: string
  readonly tongue: Tongue
  readonly stream?: boolean
  readonly answer: (front: Front, visit: Visit) => void
}
const googles = (answer: Verb['answer'], stream?: boolean): Verb => ({
  publisher: 'google',
  tongue: google,
  answer,
  ...(stream !== undefined && { stream }),
})
const claudes = (stream: boolean): Verb => ({
  publisher: 'anthropic',
  tongue: claude,
  answer: converse(claude),
  stream,
})

const verbs: ReadonlyMap<string, Verb> = new Map([
  ['generateContent', googles(converse(google), false)],
  ['streamGenerateContent', googles(converse(google), true)],
  ['countTokens', googles(countTokens(googleCounting, tokens => ({ totalTokens: tokens })))],
  ['embedContent', googles(operate(googleEmbeddings))],
  ['predict', googles(operate(vertexPredictions))],
  ['rawPredict', claudes(false)],
  ['streamRawPredict', claudes(true)],
])

/** The one name under which Claude's tokens are counted, whatever the model in the body. */
const counter = 'count-tokens'
const countClaudes = countTokens(anthropicCounting, tokens => ({ input_tokens: tokens }))

interface Asked {
  readonly publisher: string
  readonly model: string
  readonly verb: string
}
/** `google/gemini-2.5-pro:generateContent`, with what stands before it left out. */
const askedIn = (rest: string, before: number): Asked => {
  const [publisher = '', ...name] = rest.split('/').slice(before)
  const whole = name.join('/')
  const colon = whole.lastIndexOf(':')
  return colon === -1
    ? { publisher, model: whole, verb: '' }
    : { publisher, model: whole.slice(0, colon), verb: whole.slice(colon + 1) }
}

/** Answers at a publisher's model, where `before` parts of the path say in whose project and where. */
export const publishersModel =
  (before: number) =>
  (front: Front, visit: Visit, rest: string): void => {
    const { publisher, model, verb } = askedIn(rest, before)
    const found = verbs.get(verb)
    if (found === undefined) return unknownVerb(front, visit, verb, [...verbs.keys()])
    visit.dialect = found.tongue.dialect
    if (found.tongue === claude && model === counter) return countClaudes(front, visit)
    const address: Address = {
      model: publisher === found.publisher ? model : `${publisher}/${model}`,
      ...(found.stream !== undefined && { stream: found.stream }),
      ...(visit.query !== '' && { query: visit.query }),
    }
    visit.address = address
    found.answer(front, visit)
  }

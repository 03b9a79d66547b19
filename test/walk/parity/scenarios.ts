/** What is asked and answered, in nobody's words. */
import type { Answer, Ask, Fault, Usage } from './meaning.ts'

export interface Scenario {
  readonly name: string
  readonly ask: Omit<Ask, 'stream'>
  /** What the provider answers; `signature` is one that it would take back. */
  readonly answer: (signature: string | undefined) => Answer
  /** What must be left of the question in the client's words; else it cannot be asked. */
  readonly needs?: (asked: Ask) => unknown
  readonly modes?: readonly ('whole' | 'stream')[]
  /** It is put to the model that thinks. */
  readonly isThinking?: boolean
  /** An error in place of an answer. */
  readonly refuses?: Fault
  /** The client goes on with what it was given, and these results. */
  readonly results?: readonly string[]
  /** The client leaves in the middle. */
  readonly leaves?: boolean
}

const user = { by: 'user' as const, text: 'How is the weather in Oslo?' }
const usage: Usage = { input: 21, output: 8 }
const said = (text: string): Answer => ({ choices: [{ text, end: 'stop' }], usage, isWhole: true })
const sunny = (): Answer => said('Sunny, with a naïve 🙂 breeze.')
const city = {
  type: 'object',
  properties: { city: { type: 'string', description: 'Where it is.' } },
  required: ['city'],
  additionalProperties: false,
}
const person = {
  type: 'object',
  properties: { name: { type: 'string' }, age: { type: 'integer' } },
  required: ['name', 'age'],
  additionalProperties: false,
}
const tools = [
  { name: 'weather', description: 'Tells the weather.', schema: city },
  { name: 'clock', description: 'Tells the time.', schema: city },
]
const calls = [
  { name: 'weather', input: { city: 'Oslo' } },
  { name: 'clock', input: { city: 'Rome' } },
]
const calling = (): Answer => ({ choices: [{ text: 'I look.', calls, end: 'calls' }], usage, isWhole: true })
const [png, pdf] = [
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'JVBERi0xLjQK',
]
const asking = (media: {
  readonly kind: 'image' | 'file'
  readonly mediaType: string
  readonly base64: string
  readonly name?: string
}) => ({
  turns: [{ by: 'user' as const, text: 'What is it?', media: [media] }],
})
const hasMedia = ({ turns }: Ask): boolean => turns.some(turn => turn.by === 'user' && turn.media !== undefined)
const fault = (whose: Fault['whose'], message: string): Pick<Scenario, 'refuses' | 'answer'> => ({
  refuses: { whose, message },
  answer: sunny,
})
const plain = { turns: [user] }

export const scenarios: readonly Scenario[] = [
  { name: 'text', ask: plain, answer: sunny },
  { name: 'a system prompt', ask: { ...plain, system: 'Be brief.' }, answer: sunny, needs: ({ system }) => system },
  {
    name: 'several turns',
    ask: { turns: [user, { by: 'model', text: 'Sunny.' }, { by: 'user', text: 'And in Rome?' }] },
    answer: sunny,
    needs: ({ turns }) => turns.length > 1,
  },
  {
    name: 'a stop sequence',
    ask: { ...plain, stop: ['END', 'STOP'] },
    answer: () => ({ choices: [{ text: 'Sunny, ', end: 'stop', stoppedBy: 'END' }], usage, isWhole: true }),
    needs: ({ stop }) => stop,
  },
  {
    name: 'an answer cut by its length',
    ask: { ...plain, length: 40 },
    answer: () => ({ choices: [{ text: 'Sunny, w', end: 'length' }], usage, isWhole: true }),
  },
  {
    name: 'temperature, top-p, top-k, penalties, a seed',
    ask: { ...plain, temperature: 0.5, topP: 0.9, topK: 40, frequency: 0.5, presence: 0.25, seed: 7 },
    answer: sunny,
  },
  { name: 'two calls at once', ask: { ...plain, tools }, answer: calling, needs: asked => asked.tools },
  {
    name: 'results over two turns',
    ask: {
      tools,
      turns: [
        user,
        { by: 'model', text: 'I look.', calls },
        {
          by: 'tools',
          results: [
            { call: 0, text: 'sunny' },
            { call: 1, text: 'noon' },
          ],
        },
        { by: 'model', calls: [{ name: 'weather', input: { city: 'Rome' } }] },
        { by: 'tools', results: [{ call: 2, text: 'rain' }] },
      ],
    },
    answer: sunny,
    needs: ({ turns }) => turns.length > 1,
  },
  {
    name: 'some call is forced',
    ask: { ...plain, tools, choice: 'required' },
    answer: () => ({ choices: [{ calls: calls.slice(0, 1), end: 'calls' }], usage, isWhole: true }),
    needs: ({ choice }) => choice,
  },
  {
    name: 'a call is forced by name',
    ask: { ...plain, tools, choice: 'named:clock' },
    answer: () => ({ choices: [{ calls: calls.slice(1), end: 'calls' }], usage, isWhole: true }),
    needs: ({ choice }) => choice,
  },
  {
    name: 'no call is allowed',
    ask: { ...plain, tools, choice: 'none' },
    answer: sunny,
    needs: ({ choice }) => choice,
  },
  {
    name: 'an answer in the form of a schema',
    ask: { ...plain, schema: person },
    answer: () => said('{"name":"Ada","age":36}'),
    needs: ({ schema }) => schema,
  },
  {
    name: 'an image',
    ask: asking({ kind: 'image', mediaType: 'image/png', base64: png }),
    answer: sunny,
    needs: hasMedia,
  },
  {
    name: 'a file',
    ask: asking({ kind: 'file', mediaType: 'application/pdf', base64: pdf, name: 'paper' }),
    answer: sunny,
    needs: hasMedia,
  },
  {
    name: 'a wish to think, and thoughts with a proof',
    ask: { ...plain, thinks: 'medium', length: 9000 },
    answer: signature => ({
      choices: [
        {
          thoughts: [{ text: 'Let me see.', ...(signature !== undefined && { signature }) }],
          text: 'Sunny.',
          end: 'stop',
        },
      ],
      usage,
      isWhole: true,
    }),
    isThinking: true,
    needs: ({ thinks }) => thinks,
  },
  {
    name: 'thoughts with a proof go back with the results',
    ask: { ...plain, thinks: 'medium', length: 9000, tools },
    answer: signature => ({
      choices: [
        { thoughts: [{ text: 'Let me see.', ...(signature !== undefined && { signature }) }], calls, end: 'calls' },
      ],
      usage,
      isWhole: true,
    }),
    isThinking: true,
    needs: ({ thinks }) => thinks,
    modes: ['whole'],
    results: ['sunny', 'noon'],
  },
  {
    name: 'a refusal',
    ask: plain,
    answer: () => ({ choices: [{ refusal: 'I cannot help with that.', end: 'refused' }], usage, isWhole: true }),
  },
  {
    name: 'usage with cache and thoughts',
    ask: plain,
    answer: () => ({ ...sunny(), usage: { input: 120, cached: 64, written: 32, output: 50, reasoning: 30 } }),
  },
  {
    name: 'two answers',
    ask: { ...plain, answers: 2 },
    answer: () => ({
      choices: [
        { text: 'Sunny.', end: 'stop' },
        { text: 'Bright.', end: 'stop' },
      ],
      usage,
      isWhole: true,
    }),
    needs: ({ answers }) => answers,
  },
  { name: 'too many requests', ask: plain, ...fault('limit', 'Slow down, please.') },
  { name: 'a request that is refused', ask: plain, ...fault('request', 'The weather parameter is wrong.') },
  { name: 'a server that fails', ask: plain, ...fault('server', 'Something broke in here.') },
  {
    name: 'an error in mid-stream',
    ask: plain,
    answer: () => ({
      choices: [{ text: 'Sunny, with a bit of' }],
      fault: { whose: 'server', message: 'Something broke in here.' },
      isWhole: false,
    }),
    modes: ['stream'],
  },
  { name: 'a client that leaves', ask: plain, answer: sunny, modes: ['stream'], leaves: true },
]

/** What predictors are trained and measured on: published outcomes, and our own sentences. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { taskIn } from './kinds.mjs'

/** @typedef {'train' | 'calibrate' | 'test'} PartName */

const sets = ['llmrouter14', 'zeroeval', 'routellm', 'mmlu-pro', 'routerarena10', 'routerbench3', 'bfcl']

const numberOf = text =>
  createHash('sha256')
    .update(`predictors|${text.toLowerCase().replace(/\s+/g, ' ').trim()}`)
    .digest()
    .readUInt32BE(0)
/** A fifth measures, a tenth calibrates, the rest trains; the same question is always in the same part. */
export const partOf = text => ['test', 'test', 'calibrate'][numberOf(text) % 10] ?? 'train'

/** The question itself, without choices and without what a benchmark says around it. */
const questionIn = ({ bench, prompt }) => {
  if (bench === 'routerarena') return /Question:([\s\S]*?)(?:\n\n(?:Options|Provide)|$)/.exec(prompt)?.[1] ?? prompt
  if (bench === 'crux') return /\[PYTHON\]([\s\S]*)/.exec(prompt)?.[1] ?? prompt
  return prompt.split(/\nA[.)]|\nAfter careful thought|\nAnswer:/)[0]
}

/** Without the examples that all prompts of a benchmark begin with, so that nothing is learned from them. */
const withoutExamples = ({ bench, prompt }) => {
  if (bench === 'arc-challenge')
    return prompt.slice(prompt.lastIndexOf('Answer:\n', prompt.length - 9) + 8).replace(/^\w\s+/, '')
  return bench === 'winogrande' ? prompt.slice(prompt.lastIndexOf('Please answer with the letter')) : prompt
}

export const user = text => ({ role: 'user', parts: [{ type: 'text', text }] })
const system = text => ({ role: 'system', parts: [{ type: 'text', text }] })
const assistant = text => ({ role: 'assistant', parts: [{ type: 'text', text }] })
const toolOf = ({ name, description, params = [] }) => ({
  name,
  description,
  inputSchema: { type: 'object', properties: Object.fromEntries(params.map(param => [param, {}])) },
})
export const requestOf = (messages, more = {}) => ({ messages, tools: [], output: { type: 'text' }, ...more })

const linesOf = path => readFileSync(path, 'utf8').split('\n').filter(Boolean)

/** One minus the mean score of the weaker half of the models of its set, or nothing where too few are known. */
const failureOf = (scores, weaker) => {
  const known = weaker.map(at => scores[at]).filter(score => typeof score === 'number')
  return known.length * 2 < weaker.length || known.length === 0
    ? undefined
    : 1 - known.reduce((sum, score) => sum + score, 0) / known.length
}
const weakerOf = rows => {
  const count = rows[0].s.length
  const means = Array.from({ length: count }, (_, at) => {
    const known = rows.map(({ s }) => s[at]).filter(score => typeof score === 'number')
    return [known.reduce((sum, score) => sum + score, 0) / Math.max(1, known.length), at]
  })
  return means
    .toSorted(([a], [b]) => a - b)
    .slice(0, Math.max(1, Math.floor(count / 2)))
    .map(([, at]) => at)
}

const readSet = (folder, set) => {
  const name = ['dev', 'heldout'].map(half => join(folder, `${set}.${half}.jsonl.gz`)).find(existsSync)
  if (name === undefined) return []
  // Of a half that is kept apart nothing was trained on.
  const isKeptApart = name.endsWith('.heldout.jsonl.gz')
  const raw = gunzipSync(readFileSync(name))
    .toString('utf8')
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))
  // routellm's weaker half is its weak model; in the others, by their mean.
  const weaker = weakerOf(raw)
  return raw.map(row => {
    const prompt = withoutExamples(row)
    return {
      source: `${set}/${row.bench}`,
      set,
      // The conversations of MT-Bench are too few to spare any for training.
      part: row.bench === 'mt-bench' || isKeptApart ? 'test' : partOf(questionIn({ ...row, prompt })),
      onlyMeasured: row.bench === 'mt-bench',
      request: requestOf([user(prompt)], row.tools && { tools: row.tools.map(toolOf) }),
      task: taskIn(set, row),
      failure: failureOf(row.s, weaker),
    }
  })
}

/** Rows of every set in the folder, each with its part, its task where that is clear, and how often weak models fail. */
export const readSets = folder => sets.flatMap(set => readSet(folder, set))

const sentences = import.meta.dirname
const unescaped = text => text.replaceAll('\\n', '\n')
const byWeight = { 1: 0.08, 2: 0.3, 3: 0.7 }
const plainSystems = [
  'You are a helpful assistant.',
  'You are ChatGPT, a large language model. Follow the user’s instructions carefully.',
  'Answer briefly and politely.',
  'Du bist ein hilfreicher Assistent.',
  'You are the assistant of Acme Inc. Today is Monday. Use markdown.',
]

/** Texts for this seed and this time, of its own part, so that no text to measure with was ever trained on. */
const fillerOf = (passages, part, seed) => {
  const mine = passages[part]
  let turn = numberOf(seed)
  const next = below => {
    turn = (Math.imul(turn, 1_103_515_245) + 12_345) >>> 0
    return (turn >>> 8) % below
  }
  return () => {
    const count = [1, 1, 1, 2, 5][next(5)]
    const pool = next(3) === 0 ? mine.own : mine.any
    return Array.from({ length: count }, () => pool[next(pool.length)]).join('\n\n')
  }
}

/** Our own passages, a quarter of them to measure, and any prompt of the published sets: what is to be done with a text is not said by the text. */
const passagesIn = published => {
  const found = { train: { own: [], any: [] }, calibrate: { own: [], any: [] }, test: { own: [], any: [] } }
  for (const line of linesOf(join(sentences, 'passages.txt'))) {
    const text = line.slice(3)
    for (const part of numberOf(text) % 4 === 0 ? ['test', 'calibrate'] : ['train']) found[part].own.push(text)
  }
  for (const { part, request, onlyMeasured } of published)
    if (!onlyMeasured) found[part].any.push(request.messages[0].parts[0].text.slice(0, 3_000))
  for (const part of Object.values(found)) if (part.any.length === 0) part.any = part.own
  return found
}

/** Tools as functions are called with: some of ours, and sometimes the results of a call. */
const withTools = (tools, text, times) => {
  const from = (numberOf(text) + times * 5) % tools.length
  const some = Array.from({ length: 1 + (times % 4) * 3 }, (_, at) => tools[(from + at) % tools.length])
  return [...new Set(some)].map(toolOf)
}
const called = {
  role: 'tool',
  parts: [{ type: 'tool-result', callId: 'a', output: [{ type: 'text', text: 'ok' }], isError: false }],
}

/** What is said, by whom: now and then behind a system prompt, or after another turn. */
const messagesOf = (seed, turn, fill) => {
  const text = seed.text.replaceAll('{}', () => fill())
  const [first, second] = text.includes(' ||| ') ? text.split(' ||| ') : [undefined, text]
  const wrapped = first ?? (turn % 3 === 1 ? plainSystems[(seed.number + turn) % plainSystems.length] : undefined)
  const before =
    turn % 4 === 3 ? [user('Hello, can you help me with something?'), assistant('Of course! What is it about?')] : []
  return [...(wrapped === undefined ? [] : [system(wrapped)]), ...before, user(second)]
}
const asksForm = ({ task, number }, turn) =>
  ['extraction', 'classification'].includes(task) ? turn % 3 === 2 : turn === 5 && number % 3 === 0

/** One way to send a sentence: with tools, with a schema, or plainly. */
const sent = (seed, turn, { fill, tools }) => {
  const messages = messagesOf(seed, turn, fill)
  const some = withTools(tools, seed.text, turn)
  if (seed.task === 'function-calling')
    return requestOf(turn % 3 === 2 ? [...messages, called] : messages, { tools: some })
  if (asksForm(seed, turn)) return requestOf(messages, { output: { type: 'json', schema: { type: 'object' } } })
  return turn === 4 && seed.number % 2 === 0
    ? requestOf(messages, { tools: some, toolChoice: 'none' })
    : requestOf(messages)
}

/** Our own sentences, each sent in several ways; `ways` of them for training, one to measure. */
export const readSentences = (taskNames, published, ways = 16) => {
  const passages = passagesIn(published)
  const tools = JSON.parse(readFileSync(join(sentences, 'tools.json'), 'utf8'))
  return taskNames.flatMap(task =>
    linesOf(join(sentences, `${task}.txt`)).flatMap((line, number) => {
      const [language, grade, ...rest] = line.split(' ')
      const seed = { task, number, text: unescaped(rest.join(' ')) }
      const part = partOf(seed.text)
      const fill = fillerOf(passages, part, seed.text)
      return Array.from({ length: part !== 'train' ? 2 : seed.text.includes('{}') ? ways : ways / 2 }, (_, turn) => ({
        source: 'sentences',
        seedText: seed.text,
        set: 'sentences',
        part,
        language,
        ownWords: !seed.text.includes('{}'),
        request: sent(seed, part === 'train' ? turn : turn * 2 + (number % 2), { fill, tools }),
        task,
        failure: byWeight[grade],
      }))
    }),
  )
}

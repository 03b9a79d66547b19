/** What nine real models really answered to 1,437 real prompts, read from the shipped file when first needed. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { hashOf } from './chance.ts'
import type { Expectation } from './check-answer.ts'

/** One recorded prompt, with how its answers are checked and which models were found right. */
export interface RecordedPrompt extends Expectation {
  readonly id: string
  readonly task: string
  readonly prompt: string
  /** Model id to whether its recorded answer was scored as right. */
  readonly scores: Readonly<Record<string, boolean>>
}

export interface Recordings {
  readonly prompts: readonly RecordedPrompt[]
  /** The recorded prompt that this text is, or holds, or whose bare question it is. */
  find(text: string): RecordedPrompt | undefined
  /** What this model answered, as it was recorded. */
  answer(prompt: RecordedPrompt, model: string): string | undefined
}

/** Where the shipped files are: the same two steps up from the sources and from the build. */
export const worldData = resolve(import.meta.dirname, '../../data/recorded-world')
const answersFile = resolve(worldData, 'recorded-answers.dev.jsonl.gz')

let loading: Promise<Recordings> | undefined

/** Reads the file once; every call gets the same recordings. */
export const loadRecordings = (): Promise<Recordings> => (loading ??= read())

/** Which rows the configured scores of the demo house come from; the rest is for measuring, so that no score is measured on its own rows. */
export const halfOf = (id: string): 'configured' | 'measured' => (hashOf(id) % 2 === 0 ? 'configured' : 'measured')

const unzip = promisify(gunzip)
const pause = (): Promise<void> => new Promise(resume => setImmediate(resume))

/** Answers stay as the file's bytes: parsed, they would take three times the memory, and a row is parsed in microseconds. */
const read = async (): Promise<Recordings> => {
  const bytes = await unzip(await readFile(answersFile))
  const rows = new Map<RecordedPrompt, readonly [number, number]>()
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(0x0a, start)
    const end = found < 0 ? bytes.length : found
    if (end > start) rows.set(promptOf(bytes.toString('utf8', start, end), rows.size + 1), [start, end])
    start = end + 1
    // Requests that come while the file is read are not kept waiting for all of it.
    if (rows.size % 64 === 0) await pause()
  }
  const prompts = [...rows.keys()]
  const find = finder(prompts)
  const answer = (prompt: RecordedPrompt, model: string): string | undefined => {
    const place = rows.get(prompt)
    if (place === undefined) return undefined
    const said = record(record(JSON.parse(bytes.toString('utf8', place[0], place[1])))['answers'])[model]
    return typeof said === 'string' ? said : undefined
  }
  return { prompts, find, answer }
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' ? { ...value } : {}

const promptOf = (line: string, number: number): RecordedPrompt => {
  const row = record(JSON.parse(line))
  const { id, task, prompt, expected, check } = row
  if (typeof id !== 'string' || typeof task !== 'string' || typeof prompt !== 'string') {
    throw new Error(`${answersFile}:${number}: a row needs id, task and prompt as text`)
  }
  if (typeof expected !== 'string' || (check !== 'number' && check !== 'exact')) {
    throw new Error(`${answersFile}:${number}: a row needs expected as text, and check as "number" or "exact"`)
  }
  const scores = Object.fromEntries(Object.entries(record(row['scores'])).map(([model, score]) => [model, score === 1]))
  return { id, task, prompt, expected, check, scores }
}

const sharedStart = (texts: readonly string[]): string => {
  let start = texts[0] ?? ''
  for (const text of texts) while (!text.startsWith(start)) start = start.slice(0, -1)
  return start
}

const sharedEnd = (texts: readonly string[]): string => {
  let end = texts[0] ?? ''
  for (const text of texts) while (!text.endsWith(end)) end = end.slice(1)
  return end
}

/** The most places in one text at which a prompt is looked for. */
const mostPlaces = 64

/** All prompts are one form with a question in it: the form's head shows where in a longer text one may begin. */
const finder = (prompts: readonly RecordedPrompt[]): Recordings['find'] => {
  const texts = prompts.map(({ prompt }) => prompt.trim())
  const head = sharedStart(texts)
  const tail = sharedEnd(texts)
  const exact = new Map<string, RecordedPrompt>()
  for (const [place, prompt] of prompts.entries()) {
    const text = texts[place] ?? ''
    exact.set(text.slice(head.length, text.length - tail.length).trim(), prompt)
    exact.set(text, prompt)
  }
  return asked => {
    const known = exact.get(asked.trim())
    if (known !== undefined || head === '') return known
    let at = asked.indexOf(head)
    for (let tries = 0; at >= 0 && tries < mostPlaces; tries++) {
      const place = texts.findIndex(text => asked.startsWith(text, at))
      if (place >= 0) return prompts[place]
      at = asked.indexOf(head, at + head.length)
    }
    return undefined
  }
}

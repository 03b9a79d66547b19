/** What is named goes before what is predicted, and predictions are the same for any size, script and machine. */
import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { requestOf } from '../../test/requests.ts'
import type { Message } from '../domain/message.ts'
import type { ChatRequest } from '../domain/request.ts'
import type { SignalKey, Signals } from '../domain/signal.ts'
import { tasks } from '../domain/task.ts'
import type { Instant } from '../domain/units.ts'
import { task } from './task.ts'

const all: readonly SignalKey[] = ['request.task', 'request.confidence', 'request.difficulty', 'request.language']
const says = (text: string, role: Message['role'] = 'user'): Message => ({ role, parts: [{ type: 'text', text }] })
const signalsOf = (more: Partial<ChatRequest>, wanted = all, named?: string): Signals =>
  task.gather(
    { request: requestOf(more), candidates: [], now: 0 as Instant, ...(named !== undefined && { task: named }) },
    wanted,
  )
const predict = (text: string, more: Partial<ChatRequest> = {}): Signals =>
  signalsOf({ messages: [says(text)], ...more })
const taskOf = (text: string, more?: Partial<ChatRequest>) => predict(text, more)['request.task']?.value
const difficultyOf = (text: string): number => predict(text)['request.difficulty']?.value ?? NaN

const report =
  'Revenue rose by six percent, while hardware fell for the third time. The board keeps its outlook but warns of the currency. '
const tool = { name: 'get_weather', description: 'The weather of a city.', inputSchema: { type: 'object' } }

describe('the task', () => {
  it('is what the caller wishes, else what the pool is for, and then it has no confidence', () => {
    const wished = signalsOf({ wishes: { tags: {}, task: 'invoices' } }, all, 'chat')
    expect(wished['request.task']).toEqual({ value: 'invoices' })
    expect(wished['request.confidence']).toBeUndefined()
    expect(wished['request.difficulty']).toBeDefined()
    expect(signalsOf({}, ['request.task', 'request.confidence'], 'code')).toEqual({ 'request.task': { value: 'code' } })
  })

  it('is predicted where nobody named it', () => {
    const found = {
      chat: taskOf('Tell me a joke about penguins.'),
      classification: taskOf(`Is the sentiment of this review positive or negative? One word.\n\n${report}`),
      code: taskOf('Why does this Python function raise a KeyError?\n```python\ndef f(d):\n    return d["a"]\n```'),
      extraction: taskOf(`Extract all names and amounts as JSON.\n\n${report.repeat(3)}`),
      'function-calling': taskOf('What is the weather in Oslo?', { tools: [tool] }),
      rag: taskOf(`Answer from the context only.\n\nContext: ${report.repeat(4)}\n\nQuestion: what fell?`),
      reasoning: taskOf('If 3x + 7 = 22, what is x? Solve it step by step.'),
      summarisation: taskOf(`Summarise the following report in two sentences.\n\n${report.repeat(5)}`),
      translation: taskOf(`Translate into French:\n\n${report}`),
    }
    expect(found).toEqual(Object.fromEntries(tasks.map(name => [name, name])))
  })

  it('is understood in other languages, and from the system prompt', () => {
    expect(taskOf(`Bitte fasse diesen Bericht kurz zusammen.\n\n${report}`)).toBe('summarisation')
    expect(taskOf(`${report}\n\n日本語に翻訳してください。`)).toBe('translation')
    expect(taskOf('Escribe una función en Python que sume una lista.')).toBe('code')
    const messages = [says('You are a translator. Translate all the user writes to German.', 'system'), says(report)]
    expect(signalsOf({ messages })['request.task']?.value).toBe('translation')
  })

  it('is function calling only while tools may be called', () => {
    expect(taskOf('Tell me a joke about penguins.', { tools: [tool] })).toBe('function-calling')
    expect(taskOf('Tell me a joke about penguins.', { tools: [tool], toolChoice: 'none' })).toBe('chat')
  })

  it('is surer of a plain case than of an odd one', () => {
    const plain = predict(`Summarise the following report in two sentences.\n\n${report.repeat(5)}`)
    const odd = predict('blue seven maybe')
    expect(plain['request.confidence']?.value).toBeGreaterThan(0.8)
    expect(odd['request.confidence']?.value).toBeLessThan(plain['request.confidence']?.value ?? 0)
  })
})

describe('the difficulty', () => {
  it('tells a greeting from competition mathematics', () => {
    const proof =
      'Let $p$ be a prime and let $f(x)=x^p-x-1$. Determine all positive integers $n$ such that $\\frac{n^{p}-1}{p}$ is divisible by $2^{n}$, and find the sum of all such $n$ less than $1000$.'
    expect(difficultyOf('hi, how are you?')).toBeLessThan(0.3)
    expect(difficultyOf(proof)).toBeGreaterThan(0.5)
  })
})

describe('predictions', () => {
  it('are made only as far as they are asked for', () => {
    expect(Object.keys(signalsOf({}, ['request.language']))).toEqual(['request.language'])
    expect(Object.keys(signalsOf({}, ['request.difficulty']))).toEqual(['request.difficulty'])
  })

  it('are none where there are no words, or no conversation', () => {
    expect(predict('')).toEqual({})
    expect(signalsOf({ messages: [] })).toEqual({})
    const { messages: _, ...request } = requestOf()
    const embeddings = { ...request, operation: 'embeddings', inputs: [] } as unknown as ChatRequest
    expect(task.gather({ request: embeddings, candidates: [], now: 0 as Instant }, all)).toEqual({})
  })

  it('are the same whatever stands in the middle of a megabyte', () => {
    const long = (filler: string) =>
      predict(`Summarise this.\n${'a b c. '.repeat(1_000)}${filler.repeat(150_000)}${'d e f. '.repeat(1_000)}`)
    expect(long('1 + 1; ')).toEqual(long('Übers. '))
    expect(long('1 + 1; ')['request.task']?.value).toBe('summarisation')
  })

  it('hold none of the words', () => {
    const text = JSON.stringify(predict('Summarise the diary of Xanthippe Quillfeather.'))
    expect(text).not.toMatch(/xanthippe|quill|diary/i)
  })

  it('are plain, in range and repeatable for any text at all', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 300 }), { maxLength: 6 }), texts => {
        const request = { messages: texts.map((text, at) => says(text, at % 3 === 2 ? 'assistant' : 'user')) }
        const found = signalsOf(request)
        expect(signalsOf(request)).toEqual(found)
        expect(JSON.parse(JSON.stringify(found))).toEqual(found)
        for (const key of ['request.confidence', 'request.difficulty'] as const) {
          const value = found[key]?.value ?? 0
          expect(value >= 0 && value <= 1).toBe(true)
        }
      }),
      { numRuns: 60 },
    )
  })
})

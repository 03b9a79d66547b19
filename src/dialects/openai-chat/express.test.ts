/** The express lane: edits of the request, streams passed on frame by frame, answers mended only where they must be. */
import { describe, expect, it } from 'vitest'
import type { Delivery } from '../../domain/delivery.ts'
import { chunkMemory } from './repeated-chunk.ts'
import { openaiChat } from './index.ts'

const { editRequest, scanAnswer, scanStream } = openaiChat.express
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array | string | undefined): string =>
  typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes)

const edit = (text: string, model = 'served'): string =>
  textOf(editRequest({ dialect: openaiChat.id, bytes: bytesOf(text), json: JSON.parse(text) }, model))

describe('the request', () => {
  it('changes its model and nothing else', () => {
    expect(edit('{ "model" : "pool",\n "n":1.0, "messages":[{"role":"user","content":"\\u00fc"}] }')).toBe(
      '{ "model" : "served",\n "n":1.0, "messages":[{"role":"user","content":"\\u00fc"}] }',
    )
  })
  it('asks for usage on a stream, and keeps its other options', () => {
    expect(edit('{"model":"served","stream":true}')).toBe(
      '{"model":"served","stream":true,"stream_options":{"include_usage":true}}',
    )
    expect(edit('{"model":"served","stream_options":{"include_obfuscation":false},"stream":true}')).toBe(
      '{"model":"served","stream_options":{"include_obfuscation":false,"include_usage":true},"stream":true}',
    )
    expect(edit('{"model":"served","stream":true,"stream_options":null}')).toContain('{"include_usage":true}')
  })
  it('is the very same bytes where nothing has to change', () => {
    const bytes = bytesOf('{"model":"m","stream":true,"stream_options":{"include_usage":true}}')
    expect(editRequest({ dialect: openaiChat.id, bytes, json: JSON.parse(textOf(bytes)) }, 'm')).toBe(bytes)
  })
})

const head = '"id":"c-1","object":"chat.completion.chunk","created":1,"model":"m"'
const chunk = (choice: string, more = ''): string => `data: {${head},"choices":[${choice}]${more}}\n\n`
const delta = (members: string, finish = 'null'): string => `{"index":0,"delta":{${members}},"finish_reason":${finish}}`
const first = chunk(delta('"role":"assistant","content":"hel"'))
const second = chunk(delta('"content":"lo"'))
const stop = chunk(delta('', '"stop"'))
const usage = `data: {${head},"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}\n\n`
const done = 'data: [DONE]\n\n'

const scan = (pieces: readonly string[], streamUsage = true) => {
  const scanner = scanStream({ streamUsage })
  const deliveries: readonly Delivery[] = [...pieces.map(piece => scanner.push(bytesOf(piece))), scanner.end()]
  return {
    text: deliveries.map(({ bytes }) => (bytes === undefined ? '' : textOf(bytes))).join(''),
    deliveries,
    ended: deliveries.filter(({ ended }) => ended === true).length,
    failure: deliveries.find(({ failure }) => failure !== undefined)?.failure,
    usage: deliveries.findLast(one => one.usage !== undefined)?.usage,
  }
}
const byCharacter = (text: string): readonly string[] => text.split('')
const chunks = (text: string): readonly unknown[] =>
  [...text.matchAll(/^data: (\{.*)$/gm)].map(([, json = '']): unknown => JSON.parse(json))

describe('a stream', () => {
  it('passes untouched, uncopied, and tells content, size, finish and usage', () => {
    const scanner = scanStream({ streamUsage: true })
    const piece = bytesOf(first)
    const delivery = scanner.push(piece)
    expect(delivery.bytes).toBe(piece)
    expect(delivery).toMatchObject({ content: true, size: 3, model: 'm', upstreamId: 'c-1' })
    const whole = `: comment\n\n${first}${second}${stop}${usage}${done}`
    expect(scan([whole])).toMatchObject({ text: whole, ended: 1, usage: { input: 1, output: 2 } })
    expect(scan([whole]).deliveries[0]).toMatchObject({ size: 5, finish: 'stop' })
  })
  it('keeps back a usage chunk that only we asked for, and still reads it', () => {
    const hidden = scan([first, stop, usage, done], false)
    expect(hidden).toMatchObject({ text: `${first}${stop}${done}`, ended: 1, usage: { input: 1, output: 2 } })
    expect(scan([first, stop, usage, done], true).text).toBe(`${first}${stop}${usage}${done}`)
  })
  it('is given the end mark that its sender forgot, after a reason to stop only', () => {
    expect(scan([first, stop])).toMatchObject({ text: `${first}${stop}${done}`, ended: 1 })
    expect(scan([first, stop.trimEnd()])).toMatchObject({ text: `${first}${stop}${done}`, ended: 1 })
    expect(scan([first, second])).toMatchObject({ text: `${first}${second}`, failure: { kind: 'stream-broken' } })
    expect(scan([first, stop.slice(0, 40)])).toMatchObject({
      text: first,
      ended: 0,
      failure: { kind: 'stream-broken' },
    })
    expect(scan([''])).toMatchObject({ text: '', failure: { kind: 'stream-broken' } })
  })
  it('is given the reason to stop that its sender forgot, before the end mark', () => {
    const { text, ended } = scan([first, done])
    expect(ended).toBe(1)
    expect(text.endsWith(done)).toBe(true)
    expect(chunks(text).at(-1)).toMatchObject({ id: 'c-1', choices: [{ index: 0, finish_reason: 'stop', delta: {} }] })
  })
  it('tells usage where the client looks for it, if it asked and its sender told it elsewhere', () => {
    const counts = '"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}'
    for (const last of [chunk(delta('', '"stop"'), `,"x_groq":{${counts}}`), chunk(delta('', `"stop",${counts}`))]) {
      for (const end of [done, '']) {
        const { text, ended } = scan([first, last, end])
        expect(ended).toBe(1)
        expect(text.startsWith(first + last)).toBe(true)
        expect(chunks(text).at(-1)).toMatchObject({
          id: 'c-1',
          choices: [],
          usage: { prompt_tokens: 1, total_tokens: 3 },
        })
        expect(text.endsWith(done)).toBe(true)
        expect(scan([first, last, end], false).text).toBe(first + last + done)
      }
    }
  })
  it.each([
    ['data: {"error":{"message":"too busy","code":503}}\n\n', 'upstream-overloaded'],
    ['event: error\ndata: {"message":"too busy"}\n\n', 'upstream-garbled'],
    ['data: {"error":"Too Many Requests"}\n\n', 'upstream-rate-limited'],
    ['data: {"object":"error","message":"m","type":"BadRequestError","code":400}\n\n', 'upstream-invalid'],
    ['data: {"error":{"message":"m","type":"insufficient_quota","code":"insufficient_quota"}}\n\n', 'upstream-quota'],
    [
      chunk('{"index":0,"delta":{"content":""},"finish_reason":"error","error":{"code":429,"message":"m"}}'),
      'upstream-rate-limited',
    ],
    [chunk(delta('', '"error"')), 'stream-broken'],
    ['data: {"choices":[{"del\n\n', 'upstream-garbled'],
    ['data: <html>\n\n', 'upstream-garbled'],
  ])('breaks at %j, and passes nothing of it', (bad, kind) => {
    for (const pieces of [[first, bad, done], [first + bad + done], byCharacter(first + bad + done)]) {
      expect(scan(pieces)).toMatchObject({ text: first, ended: 0, failure: { kind } })
    }
  })
  it('that holds nothing is no empty success', () => {
    expect(scan([done])).toMatchObject({ text: '', ended: 0, failure: { kind: 'upstream-garbled' } })
    expect(scan([usage, done])).toMatchObject({ text: usage, ended: 0, failure: { kind: 'upstream-garbled' } })
  })
  it('passes nothing that comes after the end', () => {
    expect(scan([`${first}${stop}${done}${first}`, first]).text).toBe(`${first}${stop}${done}`)
  })
  it('mends frames between others that pass, whatever their line ends, and unknown members stay', () => {
    const bad =
      'data: {"id":"c-1","created":1.5,"model":"m","x_new":{"a":1},"choices":[{"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"!"}],"novel":2}}]}'
    for (const end of ['\n\n', '\r\n\r\n', '\r\r']) {
      const { text } = scan(byCharacter(first + bad + end + second + stop + done))
      expect(text.replace(/\{"id":"c-1","created":2.*\n/, '')).toBe(`${first}data: \n${second}${stop}${done}`)
      expect(chunks(text)[1]).toEqual({
        id: 'c-1',
        created: 2,
        model: 'm',
        object: 'chat.completion.chunk',
        x_new: { a: 1 },
        choices: [{ index: 0, delta: { content: '!', reasoning_content: 'hm', novel: 2 }, finish_reason: null }],
      })
    }
  })
  it('tells a call that begins its type, id and number where the sender did not', () => {
    const calls = (text: string): string => delta(`"tool_calls":[${text}]`)
    const one = chunk(calls('{"index":0,"id":"a","type":"function","function":{"name":"one","arguments":"{}"}}'))
    const two = chunk(calls('{"index":0,"id":"b","function":{"name":"two","arguments":"{\\"x\\""}}'))
    const more = chunk(calls('{"index":0,"function":{"arguments":":1}"}}'))
    const bare = chunk(calls('{"id":null,"function":{"name":"three","arguments":{"y":2}}}'))
    const { text, deliveries } = scan([first, one, two, more, bare, chunk(delta('', '"tool_calls"')), done])
    const told = chunks(text) as readonly {
      readonly choices: readonly { readonly delta: { readonly tool_calls?: readonly unknown[] } }[]
    }[]
    expect(told.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? [])).toEqual([
      { index: 0, id: 'a', type: 'function', function: { name: 'one', arguments: '{}' } },
      { index: 1, id: 'b', type: 'function', function: { name: 'two', arguments: '{"x"' } },
      { index: 1, function: { arguments: ':1}' } },
      { index: 2, id: 'call_c-1_0_2', type: 'function', function: { name: 'three', arguments: '{"y":2}' } },
    ])
    expect(deliveries.at(-2)).toMatchObject({ ended: true, finish: 'tool-calls' })
  })
  it("shows sound and custom tools' calls as content, though no event tells them before their end", () => {
    const sound = scan([chunk(delta('"role":"assistant","audio":{"id":"a","data":"AA=="}'))])
    expect(sound.deliveries[0]).toMatchObject({ content: true })
    const custom = chunk(
      delta('"role":"assistant","tool_calls":[{"index":0,"id":"a","type":"custom","custom":{"name":"n","input":"i"}}]'),
    )
    expect(scan([custom])).toMatchObject({ text: custom, deliveries: [{ content: true }, {}] })
  })
  it('that nests too deep to be written anew is garbled, whole answers and requests too', () => {
    const deep = `${'['.repeat(9000)}1${']'.repeat(9000)}`
    const garbled = { text: first, ended: 0, failure: { kind: 'upstream-garbled' } }
    expect(scan([first, chunk(`{"delta":{"content":"lo"},"x":${deep}}`), done])).toMatchObject(garbled)
    expect(scan([first, `data: {"choices":[],"x":${deep}}\n\n`, done])).toMatchObject(garbled)
    const answer = `{"choices":[{"message":{"content":"hi"}}],"x":${deep}}`
    expect(scanAnswer(bytesOf(answer))).toMatchObject({ failure: { kind: 'upstream-garbled' } })
    const asked = JSON.parse(`{"model":"m","messages":[{"role":"user","content":"hi"}],"x":${deep}}`) as unknown
    expect(openaiChat.decodeRequest(asked)).toMatchObject({ ok: false, why: expect.stringContaining('256') })
  })
  it('fails at a frame without end, and takes nothing more', () => {
    const scanner = scanStream({ streamUsage: true })
    const big = bytesOf('x'.repeat(1024 * 1024))
    const failures = Array.from({ length: 18 }, () => scanner.push(big).failure).filter(Boolean)
    expect(failures).toMatchObject([{ kind: 'upstream-garbled' }])
    expect(scanner.end()).toEqual({ content: false, size: 0 })
  })
})

describe('frames known by their bytes', () => {
  const learned = (frame: string) => {
    const memory = chunkMemory()
    memory.learn(bytesOf(frame), JSON.parse(frame.slice(6)))
    return (other: string) => memory.know(bytesOf(other), 0)
  }
  it('differ in their words alone, counted as a string counts them', () => {
    const know = learned(second)
    for (const words of ['x', 'Grüß 👋', '\\n\\u00e9\\"', '\\\\', 'a\\ud83d\\udc4b']) {
      const other = chunk(delta(`"content":"${words}"`))
      const size = (JSON.parse(`"${words}"`) as string).length
      expect(know(other)).toEqual({ end: bytesOf(other).length, size })
      expect(know(other + other)).toEqual({ end: bytesOf(other).length, size })
    }
  })
  it('differ in no other byte', () => {
    const know = learned(second)
    const [start, end] = [second.indexOf('lo"'), second.indexOf('lo"') + 2]
    for (let at = 0; at < second.length; at++) {
      if (at >= start && at < end) continue
      const other = `${second.slice(0, at)}~${second.slice(at + 1)}`
      // A quote that is gone makes the words longer, up to the next one.
      expect(know(other), other).toBeUndefined()
    }
  })
  it('may have a filler that changes', () => {
    const filled = (words: string, filler: string): string =>
      chunk(delta(`"content":"${words}"`), `,"usage":null,"obfuscation":"${filler}"`)
    expect(learned(filled('a', 'xyz'))(filled('b', 'longer'))).toMatchObject({ size: 1 })
  })
  it.each([
    ['nothing', chunk(delta('"content":""'))],
    ['another member', chunk(delta('"refusal":"lo"'))],
    ['a reason to stop', chunk(delta('"content":"lo"', '"stop"'))],
    ['another choice', chunk('{"index":1,"delta":{"content":"lo"},"finish_reason":null}')],
    ['more beside it', chunk(delta('"content":"lo"'), ',"usage":{}')],
    ['a line end within', chunk(delta('"content":"l\no"'))],
    ['half of it', second.slice(0, -1)],
    ['a string that does not end', second.slice(0, second.indexOf('lo') + 2)],
  ])('are read anew when they bring %s', (_what, other) => {
    expect(learned(second)(other)).toBeUndefined()
  })
  it.each([
    ['brings usage', chunk(delta('"content":"lo"'), ',"usage":{"prompt_tokens":1}')],
    ['stops', chunk(delta('"content":"lo"', '"stop"'))],
    ['begins a call', chunk(delta('"tool_calls":[{"index":0,"id":"a","function":{"name":"n","arguments":"{"}}]'))],
    [
      'brings log probabilities',
      chunk('{"index":0,"delta":{"content":"lo"},"logprobs":{"content":[]},"finish_reason":null}'),
    ],
    ['brings two choices', chunk(`${delta('"content":"lo"')},${delta('"content":"lo"')}`)],
    ['brings a list that adds up', chunk('{"index":0,"delta":{"content":"lo"},"finish_reason":null,"token_ids":[1]}')],
    ['has several lines', second.replace(',"choices"', '\ndata: ,"choices"')],
  ])('are not learned from one that %s', (_what, frame) => {
    const memory = chunkMemory()
    memory.learn(bytesOf(frame), JSON.parse(frame.replaceAll('data: ', '')))
    expect(memory.know(bytesOf(frame), 0)).toBeUndefined()
  })
})

describe('a whole answer', () => {
  const whole =
    '{ "id":"c", "object":"chat.completion", "created":1, "model":"m", "choices":[{"index":0,"message":{"role":"assistant","content":"hi","refusal":null},"logprobs":null,"finish_reason":"stop"}] , "new":1.0}'
  it('passes as the very same bytes where it keeps the schema', () => {
    const bytes = bytesOf(whole)
    expect(scanAnswer(bytes)).toMatchObject({ content: true, size: 2, finish: 'stop', model: 'm', ended: true })
    expect(scanAnswer(bytes).bytes).toBe(bytes)
  })
  it('is mended where it breaks it', () => {
    const body = {
      id: 7,
      model: 'm',
      service_tier: 'on_demand',
      system_fingerprint: null,
      novel: 1,
      usage: { prompt_tokens: 1, completion_tokens: 2, prompt_tokens_details: null },
      choices: [
        {
          message: {
            content: [{ type: 'text', text: 'hi' }],
            tool_calls: null,
            annotations: [
              { type: 'url_citation', url_citation: { url: 'https://de.wikipedia.org/wiki/Köln [1]', title: 'K' } },
              { type: 'file', file: { hash: 'h' } },
            ],
            novel: 2,
          },
          finish_reason: 'eos',
          logprobs: { tokens: ['hi'], token_logprobs: [-0.1] },
        },
      ],
    }
    expect(JSON.parse(textOf(scanAnswer(bytesOf(JSON.stringify(body))).bytes))).toEqual({
      id: '',
      created: 0,
      object: 'chat.completion',
      model: 'm',
      service_tier: 'default',
      novel: 1,
      usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
      choices: [
        {
          index: 0,
          finish_reason: 'stop',
          message: {
            role: 'assistant',
            content: 'hi',
            refusal: null,
            annotations: [
              {
                type: 'url_citation',
                url_citation: {
                  url: 'https://de.wikipedia.org/wiki/K%C3%B6ln%20%5B1%5D',
                  title: 'K',
                  start_index: 0,
                  end_index: 0,
                },
              },
            ],
            other_annotations: [{ type: 'file', file: { hash: 'h' } }],
            novel: 2,
          },
          logprobs: {
            tokens: ['hi'],
            token_logprobs: [-0.1],
            content: [{ token: 'hi', logprob: -0.1, bytes: null, top_logprobs: [] }],
            refusal: null,
          },
        },
      ],
    })
  })
  it.each([
    ['no JSON', '<html>'],
    ['no object', '[]'],
    ['no choices', '{"id":"c"}'],
    ['empty choices', '{"choices":[]}'],
  ])('that is %s is garbled', (_what, text) => {
    expect(scanAnswer(bytesOf(text))).toMatchObject({ failure: { kind: 'upstream-garbled' } })
    expect(scanAnswer(bytesOf(text)).bytes).toBeUndefined()
  })
  it('that tells an error is that failure, even beside an answer', () => {
    const choice = '{"message":{"content":"h"},"finish_reason":"error","error":{"code":502,"message":"m"}}'
    for (const text of ['{"error":{"message":"m","code":502}}', `{"choices":[${choice}]}`]) {
      expect(scanAnswer(bytesOf(text))).toMatchObject({ failure: { kind: 'upstream-overloaded' } })
    }
  })
})

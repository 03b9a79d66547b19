/** Captions, and what of a transcript each form tells. */
import { describe, expect, it } from 'vitest'
import type { TranscriptionBody } from '../../domain/operation.ts'
import { tokens } from '../../domain/units.ts'
import { endOf, srtOf, vttOf, wordsIn } from './captions.ts'
import { decodeAnswer, decodeText, encodeAnswer, encodeEvents, readEvent, usageOf } from './openai-answer.ts'
import { givesAll, openaiGives, openaiTranscriptions } from './openai.ts'

const segments = [
  { start: 0, end: 1.0006, text: ' One' },
  { start: 59.9996, end: 3_725.25, text: 'two ' },
]
const asked = (changes: Partial<TranscriptionBody> = {}): TranscriptionBody => ({
  operation: 'transcriptions',
  target: 'm',
  file: { name: 'a.wav', mediaType: 'audio/wav', bytes: { open: () => expect.unreachable() } },
  format: 'json',
  stream: false,
  streamUsage: true,
  extensions: {},
  ...changes,
})

describe('captions', () => {
  it('are written with their times in hours, minutes, seconds and thousandths', () => {
    expect(srtOf(segments)).toBe('1\n00:00:00,000 --> 00:00:01,001\nOne\n\n2\n00:01:00,000 --> 01:02:05,250\ntwo\n\n')
    expect(vttOf(segments)).toBe(
      'WEBVTT\n\n00:00:00.000 --> 00:00:01.001\nOne\n\n00:01:00.000 --> 01:02:05.250\ntwo\n\n',
    )
  })

  it('tell when they end and what they say', () => {
    for (const text of [srtOf(segments), vttOf(segments), srtOf(segments).replaceAll('\n', '\r\n')]) {
      expect([endOf(text), wordsIn(text)]).toEqual([3_725.25, 'One two'])
    }
    // WebVTT may leave out the hours.
    expect(endOf('WEBVTT\n\n00:01.000 --> 01:02.500\nx')).toBe(62.5)
    expect(endOf('nothing')).toBeUndefined()
  })

  it('survive segments that make no sense', () => {
    expect(srtOf([{ start: 'x', end: -1 }])).toBe('1\n00:00:00,000 --> 00:00:00,000\n\n\n')
  })
})

describe('what was used', () => {
  it.each([
    [{ type: 'duration', seconds: 9 }, undefined, { units: { seconds: 9 } }],
    [undefined, 7.5, { units: { seconds: 7.5 } }],
    [
      { type: 'tokens', input_tokens: 14, input_token_details: { audio_tokens: 12 }, output_tokens: 3 },
      undefined,
      { input: 14, inputAudio: 12, output: 3 },
    ],
  ])('is read from %j', (usage, seconds, expected) => {
    expect(usageOf(usage, seconds)).toMatchObject(expected)
  })
  it('is not known where nothing tells it', () => {
    expect(usageOf({ input_tokens: 'many' }, undefined)).toBeUndefined()
  })
})

describe('a transcript', () => {
  const heard = { text: 'One two', language: 'en', seconds: 4, segments }
  const answer = { result: { type: 'transcript' as const, heard } }
  const encoded = (changes: Partial<TranscriptionBody>) => encodeAnswer(answer, asked(changes))

  it('is told in each form', () => {
    expect(encoded({})).toEqual({ value: { text: 'One two' }, losses: [] })
    expect(encoded({ format: 'text' }).value).toBe('One two\n')
    expect(encoded({ format: 'srt' }).value).toBe(srtOf(segments))
    expect(encoded({ format: 'vtt' }).value).toBe(vttOf(segments))
    expect(encoded({ format: 'verbose_json', operation: 'translations' }).value).toEqual({
      task: 'translate',
      language: 'en',
      duration: 4,
      text: 'One two',
      segments,
    })
  })

  it('names times that were asked for and are not there', () => {
    const { losses } = encoded({ format: 'verbose_json', timestamps: ['word', 'segment'] })
    expect(losses.map(({ field }) => field)).toEqual(['timestamp_granularities.word'])
  })

  it('is read from JSON and from text', () => {
    const decoded = decodeAnswer({ text: 'a', duration: 3, words: [{ word: 'a', start: 0, end: 1 }] })
    expect(decoded).toMatchObject({
      ok: true,
      value: { result: { heard: { seconds: 3 } }, usage: { units: { seconds: 3 } } },
    })
    expect(decodeAnswer({ words: [] })).toEqual({ ok: false, why: 'no text' })
    expect(decodeText('Hello\n', asked({ format: 'text' }))).toEqual({
      result: { type: 'transcript', heard: { text: 'Hello' } },
    })
  })

  it('can come as a stream of two events, of which the last tells the usage', () => {
    const none = tokens(0)
    const usage = { input: tokens(5), output: tokens(2), inputCached: none, inputCacheWritten: none, reasoning: none }
    const frames = encodeEvents({ ...answer, usage }).value.map(({ data }) => JSON.parse(data) as unknown)
    expect(frames).toMatchObject([{ delta: 'One two' }, { text: 'One two', usage: { total_tokens: 7 } }])
    expect(frames.map(readEvent)).toMatchObject([
      { content: true, size: 7 },
      { isLast: true, usage: { input: 5 } },
    ])
  })
})

describe('a format that a model does not give', () => {
  const sent = (format: string, model: string, gives = openaiGives) => {
    const encoded = openaiTranscriptions(gives).encodeRequest(asked({ format, language: 'de' }), model)
    if (!encoded.ok) return encoded.why
    const { value } = encoded.value
    const fields = 'form' in value ? value.form.flatMap(part => ('value' in part ? [[part.name, part.value]] : [])) : []
    return Object.fromEntries(fields)['response_format']
  }
  it('is made of another that has all that it needs', () => {
    expect(sent('text', 'gpt-4o-transcribe')).toBe('json')
    expect(sent('srt', 'gpt-4o-transcribe')).toContain('tells no times')
    expect(sent('srt', 'x', () => ['json', 'verbose_json'])).toBe('verbose_json')
    expect(sent('vtt', 'whisper-1')).toBe('vtt')
    expect(sent('diarized_json', 'x', givesAll)).toBe('diarized_json')
  })
  it('is not asked for as it came', () => {
    const { takes } = openaiTranscriptions(openaiGives)
    expect([
      takes?.(asked({ format: 'srt' }), 'whisper-1'),
      takes?.(asked({ format: 'text' }), 'gpt-4o-transcribe'),
    ]).toEqual([true, false])
  })
})

/** Forms as they come in: any order, any pace, any size, and whatever goes wrong with them. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openFace, secret, serverConfig } from '../../../test/http-face.ts'
import type { Opened } from '../../../test/http-face.ts'
import { until } from '../../../test/walk/open-house.ts'
import type { TranscriptionBody } from '../../domain/operation.ts'
import type { ModelBody } from '../../domain/request.ts'
import { millis } from '../../domain/units.ts'

const mebi = 1024 * 1024
const path = '/v1/audio/transcriptions'
const isHeard = (body: ModelBody | undefined): body is TranscriptionBody => body?.operation === 'transcriptions'

let opened: Opened | undefined
afterEach(async () => {
  vi.unstubAllEnvs()
  await opened?.face.close()
  opened = undefined
})
/** A face in front of a gateway that lets its callers wait. */
const open = async (options: Parameters<typeof openFace>[0] = {}): Promise<Opened> => {
  opened = await openFace(options)
  opened.gateway.play = () => undefined
  return opened
}

const asked = (face: Opened): TranscriptionBody => {
  const body = face.gateway.calls.at(-1)?.incoming.body
  if (!isHeard(body)) throw new Error('no transcription was asked for')
  return body
}

const hashOf = async ({ file }: TranscriptionBody): Promise<string> => {
  const hash = createHash('sha256')
  for await (const chunk of file.bytes.open()) hash.update(chunk)
  return hash.digest('hex')
}

const noise = (size: number): Buffer<ArrayBuffer> =>
  Buffer.from(Array.from({ length: size }, (_, place) => (place * 31 + (place >> 8)) % 251))
const formOf = (parts: readonly (readonly [name: string, value: string | Blob])[]): FormData => {
  const form = new FormData()
  for (const [name, value] of parts) {
    if (typeof value === 'string') form.append(name, value)
    else form.append(name, value, 'talk.wav')
  }
  return form
}
const post = (face: Opened, body: BodyInit, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(`${face.face.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, ...headers },
    body,
    ...(body instanceof ReadableStream && { duplex: 'half' as const }),
  })

/** A connection on which the test writes what it likes. */
const raw = (face: Opened, head: readonly string[]) => {
  const socket = connect(face.face.port, '127.0.0.1')
  let said = ''
  let isOver = false
  socket.on('data', chunk => (said += chunk.toString()))
  socket.on('close', () => (isOver = true)).on('error', () => undefined)
  socket.write([`POST ${path} HTTP/1.1`, 'host: x', `authorization: Bearer ${secret}`, ...head, '', ''].join('\r\n'))
  return { socket, said: () => said, isOver: () => isOver }
}
const opening = [
  '--b',
  'content-disposition: form-data; name="model"',
  '',
  'm',
  '--b',
  'content-disposition: form-data; name="file"; filename="a.wav"',
  'content-type: audio/wav',
  '',
  '',
].join('\r\n')
const ofForm = 'content-type: multipart/form-data; boundary=b'

describe('a form', () => {
  it('may have its file before, between and after its fields', async () => {
    const face = await open()
    const bytes = noise(5000)
    const file = ['file', new Blob([bytes], { type: 'audio/wav' })] as const
    const model = ['model', 'm'] as const
    const language = ['language', 'de'] as const
    for (const parts of [
      [file, model, language],
      [model, file, language],
      [model, language, file],
    ]) {
      const answer = post(face, formOf(parts))
      await until('the gateway was asked', () => face.gateway.calls.length > 0)
      expect(asked(face)).toMatchObject({
        target: 'm',
        language: 'de',
        file: { name: 'talk.wav', mediaType: 'audio/wav' },
      })
      expect(asked(face).file.bytes.length).toBe(bytes.length)
      expect(await hashOf(asked(face))).toBe(createHash('sha256').update(bytes).digest('hex'))
      face.gateway.calls.at(-1)?.end()
      await (await answer).arrayBuffer()
      face.gateway.calls.length = 0
    }
  })

  it('can be read again and again until the request ends, and leaves nothing behind', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'forms-'))
    vi.stubEnv('TMPDIR', folder)
    const face = await open()
    const bytes = noise(9 * mebi + 7)
    const wanted = createHash('sha256').update(bytes).digest('hex')
    const answer = post(
      face,
      formOf([
        ['file', new Blob([bytes])],
        ['model', 'm'],
      ]),
    )
    await until('the gateway was asked', () => face.gateway.calls.length > 0)
    const body = asked(face)
    expect(await Promise.all([hashOf(body), hashOf(body)])).toEqual([wanted, wanted])
    // A reader that leaves half way does not disturb the next.
    for await (const chunk of body.file.bytes.open()) if (chunk.length > 0) break
    expect(await hashOf(body)).toBe(wanted)
    // The file has no name from the beginning on: nothing is left of it even if the process is killed.
    expect(readdirSync(folder)).toEqual([])
    face.gateway.calls.at(-1)?.end()
    await (await answer).arrayBuffer()
    await expect(hashOf(body)).rejects.toThrow('not needed any more')
    rmSync(folder, { recursive: true })
  })

  it('keeps all values of a name, and whatever else it says', async () => {
    const face = await open()
    const answer = post(
      face,
      formOf([
        ['model', 'm'],
        ['timestamp_granularities[]', 'word'],
        ['timestamp_granularities[]', 'segment'],
        ['include[]', 'logprobs'],
        ['file', new Blob(['x'])],
      ]),
    )
    await until('the gateway was asked', () => face.gateway.calls.length > 0)
    expect(asked(face)).toMatchObject({
      timestamps: ['word', 'segment'],
      extensions: { openai: { 'include[]': 'logprobs' } },
    })
    expect(face.gateway.calls[0]?.incoming.raw?.json).toMatchObject({
      'timestamp_granularities[]': ['word', 'segment'],
      'include[]': 'logprobs',
    })
    face.gateway.calls[0]?.end()
    await answer
  })
})

describe('what is wrong with a form is told', () => {
  it.each<[string, BodyInit, Readonly<Record<string, string>>, number, RegExp]>([
    [
      'no form',
      '{}',
      { 'content-type': 'application/json' },
      415,
      /"multipart\/form-data" with a boundary would be right/,
    ],
    ['no boundary', 'x', { 'content-type': 'multipart/form-data' }, 415, /with a boundary/],
    [
      'packed',
      'x',
      { 'content-type': 'multipart/form-data; boundary=b', 'content-encoding': 'gzip' },
      415,
      /content-encoding is "gzip"/,
    ],
    [
      'JSON all the same',
      '{"model":"m"}',
      { 'content-type': 'multipart/form-data; boundary=b' },
      400,
      /breaks off or is malformed/,
    ],
    [
      'cut within its file',
      `${opening}some sound`,
      { 'content-type': 'multipart/form-data; boundary=b' },
      400,
      /breaks off or is malformed/,
    ],
    [
      'cut within a head',
      '--b\r\ncontent-dispo',
      { 'content-type': 'multipart/form-data; boundary=b' },
      400,
      /breaks off or is malformed/,
    ],
    ['empty', '', { 'content-type': 'multipart/form-data; boundary=b' }, 400, /breaks off or is malformed/],
    [
      'of a boundary without end',
      'x',
      { 'content-type': `multipart/form-data; boundary=${'b'.repeat(5000)}` },
      415,
      /with a boundary would be right/,
    ],
    [
      'with a packed part',
      opening.replace('content-type', 'content-transfer-encoding: base64\r\ncontent-type') + 'UklGRg==\r\n--b--\r\n',
      { 'content-type': 'multipart/form-data; boundary=b' },
      400,
      /content-transfer-encoding of file is "base64"/,
    ],
    [
      'with two files of which one would be heard',
      `${opening}one${opening.slice(opening.indexOf('\r\n--b'))}two\r\n--b--\r\n`,
      { 'content-type': 'multipart/form-data; boundary=b' },
      400,
      /there are two files; one would be right/,
    ],
    [
      'of another boundary',
      `${opening}x\r\n--b--\r\n`,
      { 'content-type': 'multipart/form-data; boundary=c' },
      400,
      /breaks off/,
    ],
  ])('%s', async (_, body, headers, status, message) => {
    const face = await open()
    const answer = await post(face, body, headers)
    expect([answer.status, await answer.json()]).toMatchObject([
      status,
      { error: { code: 'invalid-request', message: expect.stringMatching(message) } },
    ])
    expect(face.gateway.calls).toEqual([])
  })

  it('too many files, too many fields, a field without end', async () => {
    const face = await open()
    const files = Array.from({ length: 21 }, () => ['file', new Blob(['x'])] as const)
    const fields = Array.from({ length: 257 }, (_, place) => [`f${place}`, 'x'] as const)
    for (const [form, message] of [
      [formOf(files), /more than 20 files/],
      [formOf(fields), /more than 256 fields/],
      [formOf([['prompt', 'x'.repeat(mebi + 1)]]), /prompt is longer than/],
    ] as const) {
      const answer = await post(face, form)
      expect([answer.status, await answer.json()]).toMatchObject([
        400,
        { error: { message: expect.stringMatching(message) } },
      ])
    }
  })

  it('more text in its fields than memory is for, or than there is room for now', async () => {
    const face = await open({ limits: { buffered: 6 * mebi } })
    const many = (count: number): FormData =>
      formOf(Array.from({ length: count }, (_, place) => [`f${place}`, 'x'.repeat(mebi)] as const))
    expect((await post(face, many(4))).status).toBe(503)
    await face.face.close()
    const roomy = await open()
    const answer = await post(roomy, many(5))
    expect([answer.status, await answer.json()]).toMatchObject([
      413,
      { error: { message: expect.stringContaining('4194304 bytes together') } },
    ])
    // What was counted is given back: the next has as much room as the first.
    for (let round = 0; round < 40; round += 1) expect((await post(roomy, many(5))).status).toBe(413)
  })

  it('larger than the settings allow, told beforehand or not', async () => {
    const face = await open({ settings: { ...serverConfig, maxUploadBytes: 100_000 } })
    const told = await post(face, formOf([['file', new Blob([noise(100_001)])]]))
    expect([told.status, face.gateway.calls.length]).toEqual([413, 0])
    const untold = await post(face, new Blob([opening, noise(100_001)]).stream(), {
      'content-type': 'multipart/form-data; boundary=b',
    })
    expect(untold.status).toBe(413)
    // JSON has its own bound, which is not that of files.
    expect((await face.post('/v1/chat/completions', { model: 'm', messages: 'x'.repeat(200_000) })).status).toBe(400)
  })

  it('no room on the disk', async () => {
    const face = await open()
    vi.stubEnv('TMPDIR', '/nowhere/at/all')
    const answer = await post(
      face,
      formOf([
        ['model', 'm'],
        ['file', new Blob([noise(3 * mebi)])],
      ]),
    )
    expect([answer.status, await answer.json()]).toMatchObject([
      503,
      { error: { message: expect.stringContaining('ENOENT') } },
    ])
    const small = post(
      face,
      formOf([
        ['model', 'm'],
        ['file', new Blob(['small'])],
      ]),
    )
    await until('the gateway was asked', () => face.gateway.calls.length > 0)
    face.gateway.calls[0]?.end()
    await small
  })

  it('slower than anyone’s network', async () => {
    const face = await open({ limits: { window: millis(60), least: 1000 } })
    const { socket, said } = raw(face, [ofForm, 'content-length: 1000000'])
    socket.write(`${opening}${'x'.repeat(50)}`)
    await until('it was told', () => said().includes('too slowly'))
    expect(said()).toContain('HTTP/1.1 408')
    socket.destroy()
  })
})

describe('who leaves', () => {
  it('in the middle of the form leaves nothing behind', async () => {
    const face = await open()
    const { socket } = raw(face, [ofForm, 'content-length: 100000000'])
    socket.write(opening)
    socket.write(noise(3 * mebi))
    await until('most of it was read', () => socket.bytesWritten > 3 * mebi && socket.writableLength === 0)
    socket.destroy()
    // The face is free for others, and drains at once: nothing is ongoing.
    await face.face.drain(millis(600_000))
    expect(face.gateway.calls).toEqual([])
  })

  it('while it is answered stops the call, and its files are given back', async () => {
    const face = await open()
    const { socket } = raw(face, [ofForm, `content-length: ${opening.length + 1 + 9}`])
    socket.write(`${opening}x\r\n--b--\r\n`)
    await until('the gateway was asked', () => face.gateway.calls.length > 0)
    const body = asked(face)
    socket.destroy()
    await until('the call was stopped', () => face.gateway.calls[0]?.isAborted === true)
    face.gateway.calls[0]?.end({ kind: 'cancelled', message: 'gone' })
    await expect(hashOf(body)).rejects.toThrow('not needed any more')
  })
})

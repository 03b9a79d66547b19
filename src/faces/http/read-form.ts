/** A form as it comes in: fields and files in any order, in little memory however large it is. */
import type { IncomingHttpHeaders } from 'node:http'
import { Busboy } from '@fastify/busboy'
import type { BusboyFileStream, BusboyInstance } from '@fastify/busboy'
import type { Failure } from '../../domain/failure.ts'
import type { ReceivedForm } from '../../domain/operation.ts'
import { leave } from './front.ts'
import type { Front, Ongoing } from './front.ts'
import { Pace } from './pace.ts'
import { badCoding, tooLarge } from './read-body.ts'
import { guard, invalid, refuse } from './reply.ts'
import { SpooledFile } from './upload.ts'
import type { Memory } from './upload.ts'
import type { Visit } from './visit.ts'

/** A form that is whole, until nobody needs its files any more. */
export interface TakenForm {
  readonly form: ReceivedForm
  /** Gives back what its files took. */
  done(): void
}

/** Sixteen pictures to edit and a mask are the most that anybody takes. */
const mostFiles = 20
const mostFields = 256
const longestField = 1024 * 1024
/** All fields together: they wait in memory, as files need not. */
const mostFieldBytes = 4 * 1024 * 1024
/** Of a form whose size the settings do not limit. */
const usualMost = 512 * 1024 * 1024

/** A boundary has 70 characters at most (RFC 2046, 5.1.1). */
const isForm = /^multipart\/form-data\s*;.*\bboundary\s*=\s*(?:"[^"]{1,70}"|[^\s";]{1,70}(?=[\s;]|$))/i
/** Nobody has packed parts since RFC 7578; taken as they are they would be other files than were sent. */
const isPlainCoding = /^(?:7bit|8bit|binary)$/i

/** What the head alone shows to be wrong. */
const badHead = (headers: IncomingHttpHeaders, most: number): Failure | undefined => {
  const type = headers['content-type']
  if (type === undefined || !isForm.test(type)) {
    const found = type === undefined ? 'missing' : `"${type.slice(0, 80)}"`
    return invalid(`content-type is ${found}; "multipart/form-data" with a boundary would be right`, { status: 415 })
  }
  const uncoded = badCoding(headers)
  if (uncoded !== undefined) return uncoded
  const packing = headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (packing !== 'identity') {
    return invalid(`content-encoding is "${packing.slice(0, 40)}"; a form must come without one`, { status: 415 })
  }
  const length = Number(headers['content-length'] ?? 0)
  return length > most ? tooLarge(`has ${length} bytes`, most) : undefined
}

const full = (error: Error): Failure => ({
  kind: 'internal',
  status: 503,
  message: `the gateway could not keep the upload (${'code' in error ? String(error.code) : 'an error'}); try again later`,
})

const crowded: Failure = {
  kind: 'internal',
  status: 503,
  message: 'too many large requests are being read at this moment; try again shortly',
}

const broken = invalid(
  'the form breaks off or is malformed; parts between the boundary that content-type names, and that boundary with two dashes at the end, would be right',
)
const gone = new Error('the upload is not needed any more')

/** A part with a name of a file is one, and so is what can be no text. */
const isFile = (_: string | undefined, type: string | undefined, name: string | undefined): boolean =>
  name !== undefined || /^(?:audio|video|image)\/|^application\/octet-stream/.test(type ?? '')

/** Reads one form; gives it to `take`, or refuses the visit. Says nothing if the client leaves. */
class FormReading implements Ongoing {
  place = -1
  readonly #front: Front
  readonly #visit: Visit
  readonly #take: (taken: TakenForm) => void
  readonly #most: number
  readonly #pace: Pace
  readonly #parser: BusboyInstance
  readonly #memory: Memory
  readonly #fields: [name: string, value: string][] = []
  readonly #files: { readonly name: string; readonly file: { name: string; mediaType: string; bytes: SpooledFile } }[] =
    []
  #size = 0
  #fieldBytes = 0
  #isOver = false

  constructor(front: Front, visit: Visit, take: (taken: TakenForm) => void, type: string) {
    this.#front = front
    this.#visit = visit
    this.#take = take
    this.#most = front.settings.maxUploadBytes ?? usualMost
    this.#memory = {
      // Forms leave room for bodies that have nowhere else to wait.
      hasRoom: bytes => front.buffered + bytes <= front.limits.buffered / 2,
      count: bytes => void (front.buffered += bytes),
    }
    this.#pace = new Pace(front, failure => this.cut(failure))
    this.#parser = this.#parserFor(type)
    front.ongoing.add(this)
    visit.onBroken = failure => {
      visit.isBroken = true
      this.cut(failure)
    }
    visit.request.on('data', this.#more).on('end', this.#ended).on('close', this.#left)
  }

  #parserFor(type: string): BusboyInstance {
    const { headers } = this.#visit.request
    const limits = {
      files: mostFiles,
      fields: mostFields,
      fieldSize: longestField,
      headerPairs: 64,
      headerSize: 16_384,
    }
    const parser = new Busboy({ headers: { ...headers, 'content-type': type }, limits, isPartAFile: isFile })
    parser.on('field', (...[name, value, , isCut, coding]) => {
      if (this.#isCoded(name, coding)) return
      this.#field(name, value, isCut)
    })
    parser.on('file', (...[name, stream, fileName, coding, mediaType]) => {
      if (this.#isCoded(name, coding)) return void stream.on('error', () => undefined).resume()
      this.#file(name, stream, { fileName, mediaType })
    })
    parser.on('filesLimit', () => this.#refuse(invalid(`the form has more than ${mostFiles} files`)))
    parser.on('fieldsLimit', () => this.#refuse(invalid(`the form has more than ${mostFields} fields`)))
    parser.on('drain', () => this.#visit.request.resume())
    parser.on('error', () => this.#refuse(broken))
    parser.once('finish', () => void this.#whole())
    return parser
  }

  readonly #more = (chunk: Buffer): void => {
    if (this.#isOver) return
    this.#size += chunk.length
    this.#pace.came(chunk.length)
    if (this.#size > this.#most) return this.#refuse(tooLarge('is longer than that', this.#most))
    if (this.#parser.write(chunk)) return
    this.#pace.held()
    this.#visit.request.pause()
  }

  readonly #ended = (): void => {
    if (!this.#isOver) this.#parser.end()
  }

  readonly #left = (): void => {
    if (this.#isOver || this.#visit.request.complete) return
    this.#stop()
    this.#discard()
  }

  #isCoded(name: string | undefined, coding: string): boolean {
    if (isPlainCoding.test(coding)) return false
    const found = `the content-transfer-encoding of ${name ?? 'a part'} is "${coding.slice(0, 40)}"`
    this.#refuse(invalid(`${found}; a part must come without one`, name === undefined ? {} : { param: name }))
    return true
  }

  #field(name: string | undefined, value: string, isCut: boolean): void {
    if (this.#isOver || name === undefined) return
    if (isCut)
      return this.#refuse(invalid(`${name} is longer than ${longestField} bytes; it must be shorter`, { param: name }))
    const size = name.length + Buffer.byteLength(value)
    if (!this.#memory.hasRoom(size)) return this.#refuse(crowded)
    this.#memory.count(size)
    this.#fieldBytes += size
    if (this.#fieldBytes > mostFieldBytes)
      return this.#refuse(invalid(`the fields have more than ${mostFieldBytes} bytes together`, { status: 413 }))
    this.#fields.push([name, value])
  }

  #file(
    name: string | undefined,
    stream: BusboyFileStream,
    { fileName, mediaType }: { readonly fileName: string | undefined; readonly mediaType: string },
  ): void {
    // An error of a part is told by the form as well.
    stream.on('error', () => undefined)
    if (this.#isOver || name === undefined) return void stream.resume()
    const bytes = new SpooledFile(this.#memory, () => stream.resume())
    // A part that does not tell its type is called plain text, which no file here is.
    const type = mediaType === 'text/plain' ? '' : mediaType
    this.#files.push({ name, file: { name: fileName ?? name, mediaType: type, bytes } })
    stream.on('data', (chunk: Buffer) => {
      const goesOn = bytes.add(chunk)
      if (bytes.error !== undefined) this.#refuse(full(bytes.error))
      else if (!goesOn) stream.pause()
    })
  }

  async #whole(): Promise<void> {
    if (this.#isOver) return
    try {
      for (const { file } of this.#files) await file.bytes.end()
    } catch (error) {
      if (!this.#isOver) this.#refuse(full(error instanceof Error ? error : new Error(String(error))))
      return
    }
    if (this.#isOver) return
    this.#stop()
    const taken = { form: { fields: this.#fields, files: this.#files }, done: () => this.#discard() }
    guard(this.#front, this.#visit, () => this.#take(taken))
  }

  /** Nothing more is expected of this connection. */
  cut(failure: Failure): void {
    if (!this.#isOver) this.#visit.closes = true
    this.#refuse(failure)
  }

  #discard(): void {
    for (const { file } of this.#files) file.bytes.discard(gone)
    this.#memory.count(-this.#fieldBytes)
    this.#fieldBytes = 0
  }

  #stop(): void {
    this.#isOver = true
    this.#visit.onBroken = undefined
    leave(this.#front, this)
    this.#pace.stop()
    // What is still to come is read and dropped by whoever answers.
    this.#visit.request.off('data', this.#more).off('end', this.#ended).off('close', this.#left).resume()
  }

  #refuse(failure: Failure): void {
    if (this.#isOver) return
    this.#stop()
    this.#discard()
    refuse(this.#front, this.#visit, failure)
  }
}

/** Gives the form to `take` once it is whole; refuses the visit where it is too large, too slow or no form. */
export const readForm = (front: Front, visit: Visit, take: (taken: TakenForm) => void): void => {
  const { headers } = visit.request
  const type = headers['content-type'] ?? ''
  const failure = badHead(headers, front.settings.maxUploadBytes ?? usualMost)
  if (failure !== undefined) return refuse(front, visit, failure)
  if (visit.awaitsContinue) {
    visit.awaitsContinue = false
    visit.response.writeContinue()
  }
  new FormReading(front, visit, take, type)
}

/** The bytes of a request's body: whole, unpacked, never more than is allowed, never slower than is fair. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Failure } from '../../domain/failure.ts'
import { leave } from './front.ts'
import type { Front, Ongoing } from './front.ts'
import { Pace } from './pace.ts'
import { guard, invalid, refuse } from './reply.ts'
import { packings, unpack } from './unpack.ts'
import type { Visit } from './visit.ts'

const mebi = 1024 * 1024
/** A size for people. */
export const inWords = (bytes: number): string =>
  bytes >= mebi ? `${Math.round((bytes / mebi) * 100) / 100} MiB` : `${bytes} bytes`

/** The refusal of a body that is larger than allowed. */
export const tooLarge = (found: string, most: number): Failure =>
  invalid(`the body ${found}; at most ${inWords(most)} would be right`, { status: 413 })

/** Types that are certainly no JSON. Others are let through: what the body is will be seen. */
const noJson =
  /^(?:multipart\/|application\/x-www-form-urlencoded|application\/(?:xml|pdf|zip)|text\/(?:html|xml|css|csv)|image\/|audio\/|video\/)/
const utf8 = /^(?:utf-?8|us-ascii)$/

const badType = (type: string | undefined): Failure | undefined => {
  if (type === undefined) return undefined
  const lower = type.trim().toLowerCase()
  if (noJson.test(lower)) {
    return invalid(`content-type is "${type.slice(0, 80)}"; "application/json" would be right`, { status: 415 })
  }
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/.exec(lower)?.[1]
  if (charset === undefined || utf8.test(charset)) return undefined
  return invalid(`the charset of content-type is "${charset.slice(0, 40)}"; "utf-8" would be right`, { status: 415 })
}

/** A coding that nobody here undoes, or that leaves open where the body ends. */
export const badCoding = ({ 'transfer-encoding': coding }: IncomingHttpHeaders): Failure | undefined =>
  coding === undefined || coding.toLowerCase() === 'chunked'
    ? undefined
    : invalid(`transfer-encoding is "${coding.slice(0, 40)}"; "chunked" alone would be right`)

/** What the head alone shows to be wrong. */
const badHead = (headers: IncomingHttpHeaders, most: number): Failure | undefined => {
  const uncoded = badCoding(headers)
  if (uncoded !== undefined) return uncoded
  const length = Number(headers['content-length'] ?? 0)
  if (length > most) return tooLarge(`has ${inWords(length)}`, most)
  const packing = headers['content-encoding']?.trim().toLowerCase()
  if (packing !== undefined && !packings.has(packing)) {
    const known = [...packings.keys()].join(', ')
    return invalid(`content-encoding is "${packing.slice(0, 40)}"; one of ${known} would be right`, { status: 415 })
  }
  return badType(headers['content-type'])
}

const full: Failure = {
  kind: 'internal',
  status: 503,
  message: 'too many large requests are being read at this moment; try again shortly',
}

/** Reads one body; gives it to `take`, or refuses the visit. Says nothing if the client leaves. */
class Reading implements Ongoing {
  place = -1
  readonly #front: Front
  readonly #visit: Visit
  readonly #take: (bytes: Buffer) => void
  readonly #chunks: Buffer[] = []
  readonly #pace: Pace
  #size = 0
  #isOver = false

  constructor(front: Front, visit: Visit, take: (bytes: Buffer) => void) {
    this.#front = front
    this.#visit = visit
    this.#take = take
    this.#pace = new Pace(front, failure => this.#refuse(failure))
    front.ongoing.add(this)
    visit.onBroken = failure => {
      visit.isBroken = true
      this.cut(failure)
    }
    visit.request.on('data', this.#more).on('end', this.#whole).on('close', this.#left)
  }

  readonly #more = (chunk: Buffer): void => {
    if (this.#isOver) return
    this.#size += chunk.length
    this.#pace.came(chunk.length)
    this.#front.buffered += chunk.length
    const most = this.#front.settings.maxBodyBytes
    if (this.#size > most) this.#refuse(tooLarge(`is longer than ${inWords(most)}`, most))
    else if (this.#front.buffered > this.#front.limits.buffered) this.#refuse(full, ['retry-after', '1'])
    else this.#chunks.push(chunk)
  }

  readonly #whole = (): void => {
    if (this.#isOver) return
    this.#stop()
    const [first] = this.#chunks
    const bytes = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks, this.#size)
    guard(this.#front, this.#visit, () => this.#take(bytes))
  }

  readonly #left = (): void => {
    if (!this.#isOver) this.#stop()
  }

  cut(failure: Failure): void {
    if (!this.#isOver) this.#refuse(failure)
  }

  #stop(): void {
    this.#isOver = true
    this.#visit.onBroken = undefined
    leave(this.#front, this)
    this.#front.buffered -= this.#size
    this.#pace.stop()
    this.#visit.request.off('data', this.#more).off('end', this.#whole).off('close', this.#left)
  }

  #refuse(failure: Failure, headers: readonly string[] = []): void {
    this.#stop()
    this.#chunks.length = 0
    this.#visit.closes = true
    refuse(this.#front, this.#visit, failure, headers)
  }
}

/** Gives the body to `take` once it is whole and unpacked; refuses the visit where it is too large, too slow or no JSON by its head. */
export const readBody = (front: Front, visit: Visit, take: (bytes: Buffer) => void): void => {
  const { headers } = visit.request
  const most = front.settings.maxBodyBytes
  const failure = badHead(headers, most)
  if (failure !== undefined) return refuse(front, visit, failure)
  if (visit.awaitsContinue) {
    visit.awaitsContinue = false
    visit.response.writeContinue()
  }
  const packing = headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (packing === 'identity') {
    new Reading(front, visit, take)
    return
  }
  new Reading(front, visit, bytes =>
    unpack(packing, bytes, most, unpacked => {
      if (unpacked.ok) guard(front, visit, () => take(unpacked.bytes))
      else if (unpacked.isTooLarge) refuse(front, visit, tooLarge('unpacks to more than is allowed', most))
      else
        refuse(front, visit, invalid(`the body is no ${packing} data, or is cut off, though content-encoding says so`))
    }),
  )
}

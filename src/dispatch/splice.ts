/** One answer made of two: what was shown of the first, and what another candidate writes on behind it. */
import type { Delivery } from '../domain/delivery.ts'
import type { Candidate } from '../domain/deployment.ts'
import { consequences } from '../domain/failure.ts'
import type { Failure } from '../domain/failure.ts'
import type { ChatRequest, ModelRequest } from '../domain/request.ts'
import type { StreamEvent, Units, Usage } from '../domain/stream-event.ts'
import { tokens } from '../domain/units.ts'
import type { Asked } from '../ports/provider.ts'
import { Seam } from './seam.ts'

/** Longer answers are not given to another: it could not read them beside the conversation. */
const longest = 256 * 1024

/** What its provider keeps, no other can read; and a bare prompt has no turns in which to go on. */
const isSelfContained = ({ memory, raw }: ChatRequest): boolean =>
  (memory === undefined || memory.refersBy.length === 0) && raw?.dialect !== 'openai-completions'

/** Can an answer to this request be gone on with at all: one text, of no form that its second half would have to keep. */
export const isSpliceable = (request: ModelRequest): request is ChatRequest =>
  request.operation === 'chat' &&
  request.stream &&
  request.choices === 1 &&
  request.output.type === 'text' &&
  request.logprobs === undefined &&
  isSelfContained(request)

/** Failures of the connection or the machine behind it; what a model or a guardrail meant is not undone by asking another. */
const isBreak = ({ kind }: Failure): boolean =>
  kind === 'stream-broken' ||
  (consequences[kind].advance === 'next' && kind !== 'unsupported' && kind !== 'answer-invalid')

const added = (left: number | undefined, right: number | undefined): number | undefined =>
  left === undefined && right === undefined ? undefined : (left ?? 0) + (right ?? 0)

const pieces = ['images', 'seconds', 'characters', 'searches'] as const
const unitsOf = (left: Units | undefined, right: Units | undefined): Units | undefined => {
  if (left === undefined || right === undefined) return left ?? right
  return Object.fromEntries(
    pieces.flatMap(name => {
      const sum = added(left[name], right[name])
      return sum === undefined ? [] : [[name, sum]]
    }),
  )
}

const optional = [
  'inputCacheWrittenLong',
  'inputAudio',
  'inputAudioCached',
  'outputAudio',
  'inputImage',
  'outputImage',
] as const

/** What both have used; what only the dialect of one knows of its own count is true of neither, and left out. */
const sumOf = (left: Usage, right: Usage): Usage => {
  const units = unitsOf(left.units, right.units)
  return {
    input: tokens(left.input + right.input),
    inputCached: tokens(left.inputCached + right.inputCached),
    inputCacheWritten: tokens(left.inputCacheWritten + right.inputCacheWritten),
    output: tokens(left.output + right.output),
    reasoning: tokens(left.reasoning + right.reasoning),
    ...Object.fromEntries(
      optional.flatMap(name => {
        const sum = added(left[name], right[name])
        return sum === undefined ? [] : [[name, sum]]
      }),
    ),
    ...(units !== undefined && { units }),
  }
}

/** What is never gone on from: a call, a refusal, sound, pictures, a second answer, an end that was told. */
const isBar = (event: StreamEvent): boolean => {
  switch (event.type) {
    case 'tool-call-start':
    case 'tool-call-delta':
    case 'refusal-delta':
    case 'opaque':
    case 'choice-end':
    case 'response-end':
      return true
    default:
      return 'choice' in event && (event.choice ?? 0) > 0
  }
}

/** Follows one answer while it is shown. */
export class Splice {
  readonly #request: ChatRequest
  #text = ''
  #isBarred = false
  /** The block of text that is open, and the number of the next block. */
  #open: number | undefined
  #blocks = 0
  #used: Usage | undefined
  #isBroken = false

  constructor(request: ChatRequest) {
    this.#request = request
  }

  /** An answer broke off, and can be gone on from. */
  get isBroken(): boolean {
    return this.#isBroken
  }

  /** The client is shown this. */
  hear({ events = [], bytes }: Delivery): void {
    // Bytes that pass as they are tell no words.
    if (bytes !== undefined) this.#isBarred = true
    for (const event of events) {
      if ('block' in event) this.#blocks = Math.max(this.#blocks, event.block + 1)
      if (isBar(event)) this.#isBarred = true
      else if (event.type === 'text-delta') this.#text += event.text
      if (event.type === 'text-start' || event.type === 'text-delta') this.#open = event.block
      if (event.type === 'text-end') this.#open = undefined
    }
  }

  /** What was shown broke off with this failure. True if another can go on from it. */
  breaks(failure: Failure): boolean {
    const isLong = this.#text.length > longest
    this.#isBroken = isBreak(failure) && !this.#isBarred && !isLong && this.#text.trim() !== ''
    return this.#isBroken
  }

  /** What the part that broke off has used, as far as is known. */
  pay(usage: Usage | undefined): void {
    if (usage !== undefined) this.#used = this.#used === undefined ? usage : sumOf(this.#used, usage)
  }

  /** The request as another is asked to go on with it. */
  request(): ChatRequest {
    return { ...this.#request, goesOnFrom: this.#text }
  }

  /** Where the words of this candidate are joined to those that were shown. */
  seam(candidate: Candidate, goesOn: NonNullable<Asked['goesOn']>): Seam {
    const used = this.#used
    return new Seam({
      candidate,
      goesOn,
      text: this.#text,
      block: this.#open,
      blocks: this.#blocks,
      sum: usage => (used === undefined ? usage : sumOf(used, usage)),
    })
  }
}

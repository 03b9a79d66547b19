/** One HTTP request with the response to it: where it wants to go, and the words in which it is told what went wrong. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { localCaller } from './authenticate.ts'
import type { Caller } from '../../domain/caller.ts'
import type { Failure } from '../../domain/failure.ts'
import type { Instant } from '../../domain/units.ts'
import type { Address } from '../../domain/request.ts'
import { anthropicMessages } from '../../dialects/anthropic-messages/index.ts'
import { openaiChat } from '../../dialects/openai-chat/index.ts'
import type { Dialect } from '../../ports/dialect.ts'

/** Path and query of a request target, in origin form, absolute form or `*`; undefined for any other. */
export const targetOf = (url: string): { readonly path: string; readonly query: string } | undefined => {
  // OPTIONS may ask of the server as a whole.
  if (url === '*') return { path: url, query: '' }
  let target = url
  if (!target.startsWith('/')) {
    const [, rest] = /^https?:\/\/[^/?#]+(.*)$/i.exec(target) ?? []
    if (rest === undefined) return undefined
    target = rest.startsWith('/') ? rest : `/${rest}`
  }
  const question = target.indexOf('?')
  const path = question === -1 ? target : target.slice(0, question)
  const query = question === -1 ? '' : target.slice(question + 1)
  return { path: path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path, query }
}

/** A request under way through the face. */
export class Visit {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly receivedAt: Instant
  path = ''
  query = ''
  dialect: Dialect = openaiChat
  /** What the path says of the request beside its endpoint. */
  address: Address | undefined
  caller: Caller = localCaller
  /** Headers of every response to this request, flat. */
  standing: readonly string[] = []
  /** The connection ends with this response. */
  closes = false
  /** The client waits for leave to send its body. */
  awaitsContinue = false
  /** All of the response has been written. */
  isAnswered = false
  /** The client has sent what is no HTTP: nothing more can be read from it. */
  isBroken = false
  /** Told if that happens while the body is being read. */
  onBroken: ((failure: Failure) => void) | undefined
  #id: string | undefined

  constructor(request: IncomingMessage, response: ServerResponse, receivedAt: Instant) {
    this.request = request
    this.response = response
    this.receivedAt = receivedAt
  }

  /** The gateway's name for the request where it has one, else one of the face's own. */
  get id(): string {
    this.#id ??= `req_${randomUUID().replaceAll('-', '')}`
    return this.#id
  }
  set id(id: string) {
    this.#id = id
  }

  /** The headers that name the request, flat; Anthropic's client looks for its own. */
  get naming(): readonly string[] {
    const names = ['x-request-id', this.id]
    if (this.dialect.id === anthropicMessages.id) names.push('request-id', this.id)
    return names
  }
}

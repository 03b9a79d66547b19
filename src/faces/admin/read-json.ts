/** The body of a request to the admin API: JSON, whole, not too large, not too deep, not too slow. */
import type { IncomingMessage } from 'node:http'
import { AdminRefusal } from '../../admin/refusal.ts'
import type { Millis } from '../../domain/units.ts'
import type { Clock } from '../../ports/clock.ts'

/** A body that is refused with a status of its own. */
export class BodyRefusal extends AdminRefusal {
  readonly status: number

  constructor(status: number, message: string) {
    super('invalid', message)
    this.status = status
  }
}

/** A policy of a thousand steps fits in many times. */
const mostBytes = 1_048_576
const deepest = 64
const longestWait = 30_000 as Millis

const typeFault = ({ headers }: IncomingMessage): string | undefined => {
  const type = headers['content-type'] ?? ''
  const [kind = '', ...parameters] = type.split(';').map(part => part.trim().toLowerCase())
  const isJson = kind === 'application/json' || kind === 'application/merge-patch+json'
  if (!isJson) return `content-type is "${kind.slice(0, 80)}"; "application/json" would be right`
  const charset = parameters.find(part => part.startsWith('charset='))
  return charset === undefined || /^charset="?utf-?8"?$/.test(charset)
    ? undefined
    : 'only the charset utf-8 would be right'
}

/** Has the request a body at all. */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

const demandHead = (request: IncomingMessage): void => {
  const { headers } = request
  if (Number(headers['content-length'] ?? 0) > mostBytes) throw new BodyRefusal(413, 'the body is larger than 1 MiB')
  const coding = headers['content-encoding'] ?? 'identity'
  if (coding !== 'identity') throw new BodyRefusal(415, 'content-encoding is set; a plain body would be right')
  const fault = typeFault(request)
  if (fault !== undefined) throw new BodyRefusal(415, fault)
}

const read = (request: IncomingMessage, clock: Clock): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const stop = (fault?: Error): void => {
      cancel()
      request.off('data', more).off('end', whole).off('close', left)
      if (fault === undefined) resolve(Buffer.concat(chunks, size))
      else {
        request.pause()
        reject(fault)
      }
    }
    const more = (chunk: Buffer): void => {
      size += chunk.length
      if (size > mostBytes) stop(new BodyRefusal(413, 'the body is larger than 1 MiB'))
      else chunks.push(chunk)
    }
    const whole = (): void => stop()
    const left = (): void => stop(new BodyRefusal(400, 'the body broke off'))
    const cancel = clock.after(longestWait, () => stop(new BodyRefusal(408, 'the body did not come within 30 s')))
    request.on('data', more).on('end', whole).on('close', left)
  })

/** Does the text nest deeper than anything that makes sense; told before it is parsed, which would recurse. */
const isTooDeep = (text: string): boolean => {
  let depth = 0
  let isText = false
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at]
    if (isText) {
      if (sign === '\\') at += 1
      else if (sign === '"') isText = false
    } else if (sign === '"') isText = true
    else if (sign === '{' || sign === '[') depth += 1
    else if (sign === '}' || sign === ']') depth -= 1
    if (depth > deepest) return true
  }
  return false
}

const forbiddenNames: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

const parse = (bytes: Buffer): unknown => {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new BodyRefusal(400, 'the body is no UTF-8')
  }
  if (isTooDeep(text)) throw new BodyRefusal(400, `the body nests deeper than ${deepest} levels`)
  const stray: string[] = []
  try {
    const value: unknown = JSON.parse(text, (name, member: unknown) => {
      if (forbiddenNames.has(name)) stray.push(name)
      return member
    })
    if (stray[0] === undefined) return value
  } catch {
    // What the parser says would quote the body.
    throw new BodyRefusal(400, 'the body is no JSON')
  }
  throw new BodyRefusal(400, `the body has a member "${stray[0]}", which nothing here has`)
}

/** The body as JSON. Rejects with a BodyRefusal. */
export const readJson = async (request: IncomingMessage, clock: Clock): Promise<unknown> => {
  demandHead(request)
  return parse(await read(request, clock))
}

/** What the running process gives: the time, new names, and secrets from its environment and files. */
import { randomFillSync } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { RequestId, SpanId, TraceId } from '../domain/ids.ts'
import type { Instant } from '../domain/units.ts'
import type { Clock } from '../ports/clock.ts'
import type { Ids } from '../ports/ids.ts'
import type { Secrets } from '../ports/secrets.ts'

/** The longest that one timer of Node can wait; asked for more, it would call at once. */
const longestTimer = 2 ** 31 - 1

/** How far the machine's clock may run ahead of ours before we follow it, in milliseconds: a laptop slept, or its clock was set. */
const patienceWithClock = 1000

const callAfter = (duration: number, call: () => void): (() => void) => {
  let timer: NodeJS.Timeout
  const wait = (left: number): void => {
    const step = Math.min(left, longestTimer)
    timer = setTimeout(() => (left > step ? wait(left - step) : call()), step)
  }
  wait(Math.max(0, duration))
  return () => clearTimeout(timer)
}

/** The machine's clock, with fractions of a millisecond. It never goes back; it follows the machine's clock when that jumps ahead. */
export const systemClock = (): Clock => {
  let origin = performance.timeOrigin
  return {
    now() {
      const now = origin + performance.now()
      const ahead = Date.now() - now
      if (ahead <= patienceWithClock) return now as Instant
      origin += ahead
      return (now + ahead) as Instant
    },
    after: callAfter,
  }
}

const poolBytes = 8192
const traceBytes = 16
/** Beside the time. */
const requestBytes = 10
const spanBytes = 6

/** Hex digits of random bytes, drawn many at a time since each draw from the system costs more than the digits. */
const hexSource = (): ((bytes: number) => string) => {
  const pool = Buffer.alloc(poolBytes)
  let at = poolBytes
  return bytes => {
    if (at + bytes > poolBytes) {
      randomFillSync(pool)
      at = 0
    }
    at += bytes
    return pool.toString('hex', at - bytes, at)
  }
}

/** The milliseconds since the epoch in 12 hex digits, enough until the year 10889. */
const hexTime = (): string => Date.now().toString(16).padStart(12, '0')

/** The second, in 4 hex digits; they come round after 18 hours. */
const hexSecond = (): string => (Math.floor(Date.now() / 1000) % 0x10000).toString(16).padStart(4, '0')

/**
 * Names from the system's source of randomness; traces and spans as W3C trace context wants them. Those of requests and
 * spans begin with their time: names made together lie together in an index, which then costs a tenth to keep.
 */
export const processIds = (): Ids => {
  const hex = hexSource()
  const nonZero = (draw: () => string): string => {
    for (;;) {
      const drawn = draw()
      // All zero means "no id" in trace context.
      if (!/^0+$/.test(drawn)) return drawn
    }
  }
  return {
    request: () => `req_${hexTime()}${hex(requestBytes)}` as RequestId,
    trace: () => nonZero(() => hex(traceBytes)) as TraceId,
    span: () => nonZero(() => hexSecond() + hex(spanBytes)) as SpanId,
  }
}

/** How long a secret's file is trusted before it is read again, in milliseconds. */
const rereadAfter = 5000

const variable = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/

const fromVariable = (name: string, value: string | undefined): Promise<string> => {
  if (value !== undefined && value !== '') return Promise.resolve(value)
  const found = value === undefined ? 'is not set' : 'is empty'
  return Promise.reject(new Error(`the environment variable ${name} ${found}; it should hold a credential`))
}

const readTrimmed = async (path: string): Promise<string> => {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error'
    throw new Error(`the credential file ${path} cannot be read (${code})`, { cause: error })
  }
  const secret = text.trim()
  if (secret === '') throw new Error(`the credential file ${path} is empty; it should hold a credential`)
  return secret
}

/** Secrets from this environment and from files; a file that changed is read again within seconds. */
export const processSecrets = (env: Readonly<Record<string, string | undefined>>, clock: Clock): Secrets => {
  const files = new Map<string, { readonly secret: Promise<string>; readonly until: number }>()
  const fromFile = (path: string): Promise<string> => {
    const now = clock.now()
    const known = files.get(path)
    if (known !== undefined && now < known.until) return known.secret
    const secret = readTrimmed(path)
    files.set(path, { secret, until: now + rereadAfter })
    // A failure is not kept: the next reader looks again. Whoever asked hears of it through the promise itself.
    secret.catch(() => files.delete(path))
    return secret
  }
  return {
    read(reference) {
      const name = variable.exec(reference)?.[1]
      if (name !== undefined) return fromVariable(name, env[name])
      if (reference.startsWith('${')) {
        return Promise.reject(
          new Error('a reference that begins with ${ should be ${NAME}, with letters, digits and _ in NAME'),
        )
      }
      if (reference.startsWith('file:')) return fromFile(reference.slice('file:'.length))
      return Promise.resolve(reference)
    },
  }
}

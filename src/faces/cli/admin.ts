/** The admin API from the command line: asks a running gateway, by thing and verb. */
import { readFile } from 'node:fs/promises'
import { hideSecrets } from '../../admin/hide-secrets.ts'
import { didYouMean } from '../../domain/nearest.ts'
import { apiRoot, routes } from '../admin/routes.ts'
import type { Route } from '../admin/routes.ts'
import { showAnswer } from './admin-picture.ts'
import { CommandError, exits } from './terminal.ts'
import type { Terminal } from './terminal.ts'

export interface AdminOptions {
  readonly url?: string
  readonly data?: string
  readonly set?: readonly string[]
  readonly ifMatch?: string
  readonly json?: boolean
}

const usual = 'http://127.0.0.1:4141'
const longestWait = 60_000

const thingOf = ({ path }: Route): string => path.split('/')[1] ?? ''
const verbOf = ({ operation }: Route): string => operation.name.slice(operation.name.indexOf('.') + 1)

/** Every thing with its verbs, for the help. */
export const adminVerbs = (): readonly string[] => {
  const found = new Map<string, string[]>()
  for (const route of routes) found.set(thingOf(route), [...(found.get(thingOf(route)) ?? []), verbOf(route)])
  return [...found].map(([thing, verbs]) => `${thing}: ${verbs.join(', ')}`)
}

const routeFor = (thing: string, verb: string | undefined): Route => {
  const things = [...new Set(routes.map(thingOf))]
  const own = routes.filter(route => thingOf(route) === thing)
  if (own.length === 0) {
    throw new CommandError(
      `admin knows no "${thing}"${didYouMean(thing, things) || `; there are ${things.join(', ')}`}`,
    )
  }
  const verbs = own.map(verbOf)
  const asked = verb ?? (verbs.includes('list') ? 'list' : 'get')
  const found = own.find(route => verbOf(route) === asked)
  if (found !== undefined) return found
  throw new CommandError(`${thing} knows no "${asked}"${didYouMean(asked, verbs) || `; there are ${verbs.join(', ')}`}`)
}

const placeOf = ({ path, operation }: Route, id: string | undefined): string => {
  const needsId = path.includes('{id}')
  if (needsId === (id !== undefined)) return path.replace('{id}', encodeURIComponent(id ?? ''))
  const [thing, verb] = operation.name.split('.')
  throw new CommandError(needsId ? `${verb ?? ''} needs the id of the ${thing ?? ''}` : `${verb ?? ''} takes no id`)
}

const valueOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // Whatever is no JSON is the text itself, so that names need no quotes.
    return text
  }
}

/** `name=value` pairs as they are written. */
const pairsOf = (set: readonly string[]): readonly (readonly [string, string])[] =>
  set.map(one => {
    const equals = one.indexOf('=')
    if (equals > 0) return [one.slice(0, equals), one.slice(equals + 1)]
    throw new CommandError(`--set "${one}": name=value would be right, such as --set team=search`)
  })

interface Members {
  [name: string]: unknown
}
const isMembers = (value: unknown): value is Members =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** Puts a value at a path such as `duty.role`. */
const place = (members: Members, path: readonly string[], value: unknown): Members => {
  const [first = '', ...rest] = path
  const inner = Object.hasOwn(members, first) ? members[first] : undefined
  const placed = rest.length === 0 ? value : place(isMembers(inner) ? inner : {}, rest, value)
  return Object.fromEntries([...Object.entries(members), [first, placed]])
}

const dataIn = async (data: string | undefined): Promise<Members> => {
  if (data === undefined) return {}
  const from = data.startsWith('@') ? data.slice(1) : undefined
  const text = from === undefined ? data : await readFile(from, 'utf8').catch(() => undefined)
  if (text === undefined) throw new CommandError(`--data: ${from ?? ''} cannot be read`)
  const value = valueOf(text)
  if (isMembers(value)) return value
  throw new CommandError('--data: a JSON object would be right, or @FILE with one')
}

const bodyOf = async ({ operation }: Route, { data, set = [] }: AdminOptions): Promise<string | undefined> => {
  if (operation.body === undefined) {
    if (data !== undefined) throw new CommandError('--data: this takes no body')
    return undefined
  }
  const given = await dataIn(data)
  const whole = pairsOf(set).reduce((members, [name, text]) => place(members, name.split('.'), valueOf(text)), given)
  return JSON.stringify(whole)
}

const addressOf = (route: Route, id: string | undefined, { url = usual, set = [] }: AdminOptions): URL => {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new CommandError(`--url "${hideSecrets(url)}": an address such as ${usual} would be right`)
  }
  const address = new URL(`${url.replace(/\/+$/, '')}${apiRoot}${placeOf(route, id)}`)
  if (route.operation.body !== undefined) return address
  for (const [name, value] of pairsOf(set)) address.searchParams.append(name, value)
  return address
}

const keyFrom = ({ env }: Terminal, address: URL, err: Terminal['err']): string => {
  const key = env['SIGNALBOX_ADMIN_KEY'] ?? ''
  if (key === '') throw new CommandError('put an admin key, sk-sb-admin-…, into the variable SIGNALBOX_ADMIN_KEY')
  const isNear = /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(address.hostname)
  if (address.protocol === 'http:' && !isNear)
    err(`the key goes to ${address.hostname} without TLS; https would be right`)
  return key
}

const send = async (address: URL, init: RequestInit): Promise<Response> => {
  try {
    // Elsewhere the key must not go.
    return await fetch(address, { ...init, redirect: 'error', signal: AbortSignal.timeout(longestWait) })
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    throw new CommandError(`the gateway at ${address.origin} cannot be asked: ${cause}`, exits.finding)
  }
}

const failureOf = (text: string, status: number): string => {
  const value = valueOf(text)
  const error = isMembers(value) ? value['error'] : undefined
  const told = isMembers(error) ? error['message'] : undefined
  return typeof told === 'string' ? told : `the gateway answered ${status}`
}

/** What is given to the command. */
interface Named {
  readonly thing: string
  readonly verb?: string | undefined
  readonly id?: string | undefined
}

/** Asks the gateway; 1 where it refuses. */
export const admin = async ({ thing, verb, id }: Named, options: AdminOptions, terminal: Terminal): Promise<number> => {
  const route = routeFor(thing, verb)
  const address = addressOf(route, id, options)
  const key = keyFrom(terminal, address, terminal.err)
  const body = await bodyOf(route, options)
  const headers: Record<string, string> = { authorization: `Bearer ${key}` }
  if (body !== undefined) headers['content-type'] = 'application/json'
  if (options.ifMatch !== undefined) headers['if-match'] = options.ifMatch
  const response = await send(address, { method: route.method, headers, ...(body !== undefined && { body }) })
  const text = await response.text()
  if (!response.ok) {
    if (options.json === true) terminal.out(text)
    else terminal.err(failureOf(text, response.status))
    return exits.finding
  }
  const isJson = response.headers.get('content-type') === 'application/json'
  if (!isJson || options.json === true) terminal.out(text === '' ? 'done' : text.trimEnd())
  else showAnswer(valueOf(text), terminal)
  return exits.good
}

/** Anthropic's published types as a JSON Schema, read from its official SDK: what a request may hold and what an answer holds. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { ValidateFunction } from 'ajv/dist/2020.js'

type Json = Record<string, unknown>

/** Declarations without their comments. */
const declarations = (): string => {
  const sdk = dirname(createRequire(import.meta.url).resolve('@anthropic-ai/sdk'))
  return readFileSync(join(sdk, 'resources/messages/messages.d.ts'), 'utf8').replace(/\/\*\*[\s\S]*?\*\//g, '')
}

const tokensOf = (text: string): readonly string[] => text.match(/'[^']*'|"[^"]*"|[A-Za-z_$][\w$.]*|[^\s]/g) ?? []

const primitives: Readonly<Record<string, Json>> = {
  string: { type: 'string' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  true: { const: true },
  false: { const: false },
  null: { type: 'null' },
  unknown: {},
  any: {},
}

/** Reads types one token after the other. */
class Reader {
  readonly #tokens: readonly string[]
  #at = 0
  constructor(text: string) {
    this.#tokens = tokensOf(text)
  }

  peek(): string {
    return this.#tokens[this.#at] ?? ''
  }
  take(expected?: string): string {
    const token = this.peek()
    if (expected !== undefined && token !== expected) throw new Error(`${token} where ${expected} would be right`)
    this.#at += 1
    return token
  }
  is(token: string): boolean {
    if (this.peek() !== token) return false
    this.#at += 1
    return true
  }

  type(): Json {
    const all: Json[] = []
    this.is('|')
    do all.push(this.#single())
    while (this.is('|'))
    return all.length === 1 ? all[0]! : { anyOf: all }
  }
  #single(): Json {
    const token = this.take()
    if (token === '{') return this.members()
    if (token === 'Array' && this.is('<')) {
      const items = this.type()
      this.take('>')
      return { type: 'array', items }
    }
    if (token === '(') {
      const inner = this.type()
      // `string & {}` is any string, beside those that an editor suggests.
      while (!this.is(')')) this.take()
      return inner
    }
    if (token.startsWith("'")) return { const: token.slice(1, -1) }
    return primitives[token] ?? { $ref: `#/$defs/${token.replace(/^MessagesAPI\./, '')}` }
  }
  /** The members of an object, up to its closing brace. What may be null may as well be left out. */
  members(): Json {
    const properties: Json = {}
    const required: string[] = []
    let rest: unknown = false
    while (!this.is('}')) {
      if (this.is('[')) {
        while (!this.is(']')) this.take()
        this.take(':')
        rest = this.type()
      } else {
        const name = this.take().replaceAll("'", '')
        const isOptional = this.is('?')
        this.take(':')
        const type = this.type()
        properties[name] = type
        if (!isOptional && !takesNull(type)) required.push(name)
      }
      this.is(';')
    }
    return { type: 'object', properties, required, additionalProperties: rest }
  }
}
const takesNull = ({ anyOf }: Json): boolean =>
  Array.isArray(anyOf) && anyOf.some(one => (one as Json)['type'] === 'null')

const inherited = (defs: Record<string, Json>, name: string, parent: string): Json => {
  const [own, base] = [defs[name] ?? {}, defs[parent] ?? {}]
  return {
    ...own,
    properties: { ...(base['properties'] as Json), ...(own['properties'] as Json) },
    required: [...new Set([...(base['required'] as string[]), ...(own['required'] as string[])])],
  }
}

const read = (): Readonly<Record<string, Json>> => {
  const text = declarations()
  const defs: Record<string, Json> = {}
  const parents: [string, string][] = []
  const readInterface = (name: string, from: number): void => {
    const reader = new Reader(text.slice(from))
    if (reader.is('extends')) parents.push([name, reader.take().replace(/^MessagesAPI\./, '')])
    if (!reader.is('{')) return
    defs[name] = reader.members()
  }
  for (const { 1: name = '', index, 0: all } of text.matchAll(/^export interface (\w+)/gm))
    readInterface(name, index + all.length)
  for (const { 1: name = '', index, 0: all } of text.matchAll(/^export type (\w+) =/gm)) {
    const end = text.indexOf(';\n', index)
    const type = text.slice(index + all.length, end)
    if (!type.includes('<') || type.includes('Array<')) defs[name] = new Reader(type).type()
  }
  for (const { 1: space = '', 2: body = '' } of text.matchAll(/^export declare namespace (\w+) \{\n([\s\S]*?)^\}/gm)) {
    for (const { 1: name = '', 2: rest = '' } of body.matchAll(/^ {4}interface (\w+) (\{[\s\S]*?^ {4}\})/gm)) {
      const reader = new Reader(rest)
      reader.take('{')
      defs[`${space}.${name}`] = reader.members()
    }
  }
  // The types ask for it; answers from before code could call tools have none, and clients live without.
  const use = defs['ToolUseBlock']
  if (use !== undefined) use['required'] = (use['required'] as string[]).filter(name => name !== 'caller')
  for (const [name, parent] of parents) defs[name] = inherited(defs, name, parent)
  return defs
}

/** The types by their names. */
export const anthropicTypes = { $id: 'anthropic', $defs: read() }

const ajv = new Ajv2020({ strict: false, allErrors: false })
ajv.addSchema(anthropicTypes)
const made = new Map<string, ValidateFunction>()

/** What of this value the type of this name does not allow, one line each; empty if it fits. */
export const misfits = (name: string, value: unknown): readonly string[] => {
  const validate = made.get(name) ?? ajv.compile({ $ref: `anthropic#/$defs/${name}` })
  made.set(name, validate)
  if (validate(value)) return []
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  )
}

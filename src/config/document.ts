/** YAML text to values with places: duplicate names, aliases and depth are checked here. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import type { Document, Node, Pair, Scalar, YAMLMap } from 'yaml'
import { maskReferences } from './references.ts'
import { withoutSecrets } from './secrets.ts'
import type { Place, Written } from './written.ts'

/** Larger files are no configuration; some hundred times what the largest of them need. */
export const largestFile = 524_288
/** Values in a file once its aliases are written out. */
const mostValues = 100_000
/** Deeper than anybody writes, and shallow enough for every stack. */
const deepest = 80

/** What is wrong with the text as YAML. */
export interface Flaw {
  readonly place: Place
  readonly message: string
}
export type Read =
  | { readonly ok: true; readonly written: Written }
  | { readonly ok: false; readonly flaws: readonly Flaw[] }

interface Walk {
  readonly anchors: Map<string, Node>
  /** The anchors whose values are being read just now. */
  readonly open: Set<Node>
  readonly flaws: Flaw[]
  readonly unmask: (text: string) => string
  readonly placeOf: (node: unknown) => Place
  values: number
}

const start: Place = { line: 1, column: 1 }
const empty = (at: Place): Written => ({ kind: 'scalar', value: null, plain: true, at })

const flaw = (walk: Walk, node: unknown, message: string): Written => {
  const place = walk.placeOf(node)
  walk.flaws.push({ place, message })
  return empty(place)
}

const scalarOf = (node: Scalar, walk: Walk): Written => {
  const { value } = node
  const at = walk.placeOf(node)
  const plain = node.type === undefined || node.type === 'PLAIN'
  if (typeof value === 'string') return { kind: 'scalar', value: walk.unmask(value), plain, at }
  if (typeof value === 'number' || typeof value === 'boolean' || value === null)
    return { kind: 'scalar', value, plain, at }
  return flaw(walk, node, 'is no text, number, true or false')
}

/** A member's name; numbers and words such as `true` count as written. */
const nameOf = (key: unknown, walk: Walk): string | undefined => {
  const node = isAlias(key) ? walk.anchors.get(key.source) : key
  if (!isScalar(node)) return undefined
  const { value, source } = node
  if (typeof value === 'string') return walk.unmask(value)
  return value === null ? undefined : (source ?? String(value))
}

interface Named {
  readonly name: string
  readonly pair: Pair
}
const namesOf = (node: YAMLMap, walk: Walk): readonly Named[] => {
  const found: Named[] = []
  const seen = new Set<string>()
  for (const pair of node.items) {
    const name = nameOf(pair.key, walk)
    if (name === undefined) flaw(walk, pair.key ?? node, 'has a name that is no text; write name: value')
    else if (name === '__proto__') flaw(walk, pair.key, 'the name "__proto__" is not allowed')
    else if (seen.has(name) && name !== '<<') flaw(walk, pair.key, `the name "${name}" stands here twice`)
    else found.push({ name, pair })
    if (name !== undefined) seen.add(name)
  }
  return found
}

const merged = (value: Written, into: Map<string, Written>, node: unknown, walk: Walk): void => {
  const sources = value.kind === 'list' ? value.items : [value]
  for (const source of sources) {
    const members = source.kind === 'mapping' ? [...source.members] : undefined
    if (members === undefined) flaw(walk, node, '"<<" takes an alias of a mapping, such as <<: *defaults')
    for (const [name, member] of members ?? []) if (!into.has(name)) into.set(name, member)
  }
}

const mappingOf = (node: YAMLMap, walk: Walk, depth: number): Written => {
  const members = new Map<string, Written>()
  const merges: { readonly value: Written; readonly key: unknown }[] = []
  for (const { name, pair } of namesOf(node, walk)) {
    const keyAt = walk.placeOf(pair.key)
    const value = pair.value === null ? empty(keyAt) : writtenOf(pair.value, walk, depth + 1)
    if (name === '<<') merges.push({ value, key: pair.key })
    else members.set(name, { ...value, keyAt })
  }
  // What is written beside `<<` counts, whichever stands first.
  for (const { value, key } of merges) merged(value, members, key, walk)
  return { kind: 'mapping', members, at: walk.placeOf(node) }
}

const aliased = (name: string, node: Node, walk: Walk, depth: number): Written => {
  const target = walk.anchors.get(name)
  if (target === undefined) return flaw(walk, node, `no anchor "${name}" stands before this alias`)
  if (walk.open.has(target)) return flaw(walk, node, `the alias "${name}" stands within its own anchor`)
  return { ...writtenOf(target, walk, depth), at: walk.placeOf(node) }
}

const contentOf = (node: Node, walk: Walk, depth: number): Written => {
  if (isMap(node)) return mappingOf(node, walk, depth)
  if (isSeq(node)) {
    const items = node.items.map(item => writtenOf(item, walk, depth + 1))
    return { kind: 'list', items, at: walk.placeOf(node) }
  }
  return isScalar(node) ? scalarOf(node, walk) : empty(walk.placeOf(node))
}

const writtenOf = (value: unknown, walk: Walk, depth: number): Written => {
  walk.values += 1
  // Told once: the walk ends here.
  if (walk.values === mostValues) return flaw(walk, value, `more than ${mostValues} values; are aliases nested?`)
  if (walk.values > mostValues) return empty(start)
  if (depth > deepest) return flaw(walk, value, `values are nested more than ${deepest} deep`)
  if (isAlias(value)) return aliased(value.source, value, walk, depth)
  if (!isMap(value) && !isSeq(value) && !isScalar(value)) return empty(walk.placeOf(value))
  if (value.anchor !== undefined) walk.anchors.set(value.anchor, value)
  walk.open.add(value)
  const written = contentOf(value, walk, depth)
  walk.open.delete(value)
  return written
}

const isRanged = (node: unknown): node is { readonly range: readonly [number, number, number] } =>
  node !== null && typeof node === 'object' && 'range' in node && Array.isArray(node.range)

/** What the parser says, in the words of this house where its own are hard to read. */
const inWords: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'a second document begins here; a configuration is one document, without ---',
  TAB_AS_INDENT: 'a tab stands where only spaces may indent',
  RESOURCE_EXHAUSTION: 'values are nested too deep',
  BLOCK_AS_IMPLICIT_KEY: 'a second "name: value" stands on one line; quote text that holds ": "',
  BAD_INDENT: 'the indentation does not fit the lines above, or a bracket is not closed',
  TAG_RESOLVE_FAILED: 'tags such as !name are not known here',
}

/** One mistake can make the parser complain of every character behind it. */
const mostFlaws = 20

/** Each flaw once, and no more of them than anybody reads. */
const told = (flaws: readonly Flaw[]): readonly Flaw[] => {
  const shown = flaws.map(one => ({ ...one, message: withoutSecrets(one.message) }))
  const byText = new Map(shown.map(one => [`${one.place.line}:${one.place.column}:${one.message}`, one]))
  return [...byText.values()].slice(0, mostFlaws)
}

const flawsIn = (document: Document, counter: LineCounter, unmask: (text: string) => string): readonly Flaw[] =>
  [...document.errors, ...document.warnings].map(({ pos, code, message }) => {
    const { line, col } = counter.linePos(pos[0])
    return { place: { line: Math.max(1, line), column: Math.max(1, col) }, message: inWords[code] ?? unmask(message) }
  })

/** The values of the text and their places, or everything that is wrong with it as YAML. */
export const readDocument = (source: string): Read => {
  if (source.length > largestFile) {
    const message = `the file has ${source.length} characters; ${largestFile} are the most that is read`
    return { ok: false, flaws: [{ place: start, message }] }
  }
  const counter = new LineCounter()
  const { text, unmask } = maskReferences(source.replace(/^\uFEFF/, ''))
  // Duplicate names are found on the way through: the parser compares each with each, which takes seconds in a large file.
  const document = parseDocument(text, {
    prettyErrors: false,
    lineCounter: counter,
    uniqueKeys: false,
    logLevel: 'error',
  })
  const flaws = flawsIn(document, counter, unmask)
  if (flaws.length > 0) return { ok: false, flaws: told(flaws) }
  const placeOf = (node: unknown): Place => {
    if (!isRanged(node)) return start
    const { line, col } = counter.linePos(node.range[0])
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const walk: Walk = { anchors: new Map(), open: new Set(), flaws: [], unmask, placeOf, values: 0 }
  const written = writtenOf(document.contents, walk, 0)
  return walk.flaws.length > 0 ? { ok: false, flaws: told(walk.flaws) } : { ok: true, written }
}

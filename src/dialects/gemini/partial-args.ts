/** Arguments of a call that come leaf by leaf, each with its path, told on as JSON text that grows. */
import { isRecord } from '../../domain/json.ts'
import { jsonText } from '../fields.ts'

type Segment = string | number
type Leaf = string | number | boolean | null
/** What has come so far; maps and lists hold nodes. */
type Node = Leaf | Map<string, Node> | Node[]

/** `$.a['b c'][0]` in pieces; undefined for a path that cannot be read. */
const segmentsOf = (path: string): readonly Segment[] | undefined => {
  if (!path.startsWith('$')) return undefined
  const segments: Segment[] = []
  const step = /\.([^.[\]]+)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]/y
  step.lastIndex = 1
  while (step.lastIndex < path.length) {
    const [, plain, index, single, double] = step.exec(path) ?? []
    const name = plain ?? single ?? double
    if (name === undefined && index === undefined) return undefined
    segments.push(index === undefined ? (name ?? '').replace(/\\(.)/g, '$1') : Number(index))
  }
  return typeof segments[0] === 'string' ? segments : undefined
}

/** A list or object that is open in the text. */
interface Container {
  readonly at: Segment | undefined
  readonly isList: boolean
  readonly written: Set<Segment>
}
interface Args {
  readonly root: Map<string, Node>
  readonly open: Container[]
  /** The path of the string that is open. */
  string: string | undefined
  /** Names of members that grew after their text was closed; they are told once more, whole, and the last counts. */
  readonly late: Set<string>
}

const child = (node: Node | undefined, at: Segment): Node | undefined => {
  if (node instanceof Map) return node.get(String(at))
  return Array.isArray(node) && typeof at === 'number' ? node[at] : undefined
}
const place = (node: Node, at: Segment, value: Node): void => {
  if (node instanceof Map) node.set(String(at), value)
  // Nobody writes lists with long gaps; whoever does wants memory.
  else if (Array.isArray(node) && typeof at === 'number' && at <= node.length + 1000) node[at] = value
}
/** Puts the leaf where its path says; a string that goes on grows. */
const keep = (root: Map<string, Node>, segments: readonly Segment[], leaf: Leaf, grows: boolean): void => {
  let node: Node = root
  for (const [depth, at] of segments.slice(0, -1).entries()) {
    const next: Node | undefined = child(node, at)
    if (next instanceof Map || Array.isArray(next)) node = next
    else {
      const fresh: Node = typeof segments[depth + 1] === 'number' ? [] : new Map()
      place(node, at, fresh)
      node = fresh
    }
  }
  const last = segments.at(-1)!
  const before = child(node, last)
  place(node, last, grows && typeof before === 'string' ? `${before}${String(leaf)}` : leaf)
}
const valueOf = (node: Node | undefined): unknown => {
  if (node instanceof Map) return Object.fromEntries([...node].map(([name, part]) => [name, valueOf(part)]))
  return Array.isArray(node) ? Array.from(node, part => valueOf(part) ?? null) : (node ?? null)
}

const quoted = (text: string): string => JSON.stringify(text)
const inner = (text: string): string => quoted(text).slice(1, -1)

const closeString = (args: Args): string => {
  const wasOpen = args.string !== undefined
  args.string = undefined
  return wasOpen ? '"' : ''
}
const closeTo = (args: Args, depth: number): string => {
  let text = closeString(args)
  while (args.open.length > depth) text += args.open.pop()!.isList ? ']' : '}'
  return text
}

/** How many of the open containers lie on the way to this leaf. */
const sharedDepth = (args: Args, segments: readonly Segment[]): number => {
  let depth = 1
  while (depth < args.open.length && depth < segments.length && args.open[depth]!.at === segments[depth - 1]) depth++
  return depth
}
const canFollow = ({ isList, written }: Container, at: Segment): boolean =>
  isList ? at === written.size : typeof at === 'string' && !written.has(at)

const memberStart = (container: Container, at: Segment): string => {
  const comma = container.written.size > 0 ? ',' : ''
  container.written.add(at)
  return container.isList ? comma : `${comma}${quoted(String(at))}:`
}
/** The brace that opens the text, unless it is open. */
const begin = ({ open }: Args): string => {
  if (open.length > 0) return ''
  open.push({ at: undefined, isList: false, written: new Set() })
  return '{'
}
/** The text up to where the leaf stands; undefined if that place was passed already. */
const way = (args: Args, segments: readonly Segment[]): string | undefined => {
  const depth = sharedDepth(args, segments)
  const within = args.open[depth - 1]
  if (within !== undefined && !canFollow(within, segments[depth - 1]!)) return undefined
  if (segments.slice(depth).some(at => typeof at === 'number' && at !== 0)) return undefined
  let text = begin(args) + closeTo(args, depth)
  for (let at = depth - 1; at < segments.length; at++) {
    text += memberStart(args.open.at(-1)!, segments[at]!)
    const next = segments[at + 1]
    if (next === undefined) break
    args.open.push({ at: segments[at], isList: typeof next === 'number', written: new Set() })
    text += typeof next === 'number' ? '[' : '{'
  }
  return text
}

const leafOf = (part: Readonly<Record<string, unknown>>): Leaf | undefined => {
  const { stringValue: text, numberValue: number, boolValue: flag } = part
  if (typeof text === 'string') return text
  if (typeof number === 'number') return Number.isFinite(number) ? number : null
  if (typeof flag === 'boolean') return flag
  return part['nullValue'] === undefined ? undefined : null
}

/** A leaf, where it stands, and whether more of it will come. */
interface Piece {
  readonly path: string
  readonly segments: readonly Segment[]
  readonly leaf: Leaf
  readonly more: boolean
}
const pieceOf = (part: unknown): Piece | undefined => {
  if (!isRecord(part) || typeof part['jsonPath'] !== 'string') return undefined
  const segments = segmentsOf(part['jsonPath'])
  const leaf = leafOf(part)
  if (segments === undefined || leaf === undefined) return undefined
  return { path: part['jsonPath'], segments, leaf, more: part['willContinue'] === true }
}
const add = (args: Args, { path, segments, leaf, more }: Piece): string => {
  const name = String(segments[0])
  const isLate = args.late.has(name)
  const goesOn = args.string === path
  keep(args.root, segments, leaf, goesOn || isLate)
  if (goesOn) return `${inner(String(leaf))}${more ? '' : closeString(args)}`
  const before = isLate ? undefined : way(args, segments)
  if (before === undefined) {
    args.late.add(name)
    return ''
  }
  if (typeof leaf !== 'string') return `${before}${JSON.stringify(leaf)}`
  if (more) args.string = path
  return `${before}"${inner(leaf)}${more ? '' : '"'}`
}
const addAll = (args: Args, parts: readonly unknown[]): string => {
  let text = ''
  for (const part of parts) {
    const piece = pieceOf(part)
    if (piece !== undefined) text += add(args, piece)
  }
  return text
}

const finish = (args: Args): string => {
  if (args.open.length === 0 && args.late.size === 0) return ''
  let text = begin(args) + closeTo(args, 1)
  const { written } = args.open[0]!
  for (const name of args.late) {
    text += `${written.size > 0 ? ',' : ''}${quoted(name)}:${jsonText(valueOf(args.root.get(name))) || 'null'}`
    written.add(name)
  }
  return `${text}}`
}

/** Makes JSON text of leaves as they come. */
export interface ArgsWriter {
  /** The text that these leaves add. */
  push(parts: unknown): string
  /** What closes the text; '' if no leaf came. */
  end(): string
}
/** A writer for the arguments of one call. */
export const argsWriter = (): ArgsWriter => {
  const args: Args = { root: new Map(), open: [], string: undefined, late: new Set() }
  return {
    push: parts => (Array.isArray(parts) ? addAll(args, parts) : ''),
    end: () => finish(args),
  }
}

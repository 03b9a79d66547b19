/** What is wrong with imports and with quiet rooms, as sentences; nothing if all is well. */
import { plan, quiet, quietPackages, siblings } from './plan.ts'
import { codeOf, importsOf, targetOf } from './sources.ts'
import type { Source } from './sources.ts'

/** The room that a file of src/ belongs to: its folder, or the file itself where it stands at the top. */
export const roomOf = (path: string): string => path.replace(/^src\//, '').split('/')[0] ?? ''

/** Imports that the plan does not allow, and files that stand in no room. */
export const strangers = (files: readonly Source[]): readonly string[] =>
  files.flatMap(({ path, text }) => {
    const room = roomOf(path)
    const may = plan[room]
    if (may === undefined) return [`${path}: the plan knows no room "${room}"`]
    return importsOf(text).flatMap(({ from, line }) => {
      const target = targetOf(path, from)
      if (target === undefined) return []
      const other = roomOf(target)
      if (!target.startsWith('src/')) return [`${path}:${line}: leaves src/ for ${target}`]
      if (!target.endsWith('.ts')) return [`${path}:${line}: ${from} lacks its ending .ts`]
      return other === room || may.includes(other) ? [] : [`${path}:${line}: ${room} may not import ${other} (${from})`]
    })
  })

/** Imports between siblings that should not know each other. */
export const gossip = (files: readonly Source[]): readonly string[] =>
  files.flatMap(({ path, text }) => {
    const street = siblings.find(({ folder }) => path.startsWith(`src/${folder}/`))
    if (street === undefined || path.endsWith('/registry.ts')) return []
    const start = `src/${street.folder}/`
    const house = path.slice(start.length).split('/')[0] ?? ''
    return importsOf(text).flatMap(({ from, line }) => {
      const target = targetOf(path, from)
      if (target === undefined || !target.startsWith(start)) return []
      const other = target.slice(start.length).split('/')[0] ?? ''
      return other === house || street.shared.includes(other)
        ? []
        : [`${path}:${line}: ${house} knows its sibling ${other}`]
    })
  })

/** Circles of imports, imports of types included; each circle once. */
export const circles = (files: readonly Source[]): readonly string[] => {
  const edges = new Map(
    files.map(({ path, text }) => [path, importsOf(text).flatMap(({ from }) => targetOf(path, from) ?? [])]),
  )
  const done = new Set<string>()
  const found: string[] = []
  const walk = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) {
      found.push([...way.slice(way.indexOf(path)), path].join(' > '))
      return
    }
    if (done.has(path)) return
    for (const next of edges.get(path) ?? []) walk(next, [...way, path])
    done.add(path)
  }
  for (const path of edges.keys()) walk(path, [])
  return found
}

/** True for a package that only computes, or a file of it. */
export const isQuietPackage = (from: string): boolean =>
  quietPackages.some(name => from === name || from.startsWith(`${name}/`))

/** What a quiet room may not do, and what to do instead. */
const noises: readonly (readonly [RegExp, string])[] = [
  [/\basync\b/, 'a quiet room does not wait'],
  [/\bawait\b/, 'a quiet room does not wait'],
  [/\bthrow\b/, 'return a Failure or a Checked'],
  [/\bDate\s*\.\s*now\b|\bnew\s+Date\s*\(\s*\)|\bDate\s*\(\s*\)/, 'take an Instant'],
  [/\bMath\s*\.\s*random\b/, 'take a seed'],
  [/\b(?:process|console|globalThis|performance|crypto|Buffer)\s*[.[(]/, 'take what you need as an argument'],
  [
    /(?<![.\w])(?:fetch|setTimeout|setInterval|setImmediate|queueMicrotask|require)\s*\(/,
    'take what you need as an argument',
  ],
  [/\bnew\s+Promise\b|\bPromise\s*\.|\.then\s*\(/, 'a quiet room does not wait'],
]

/** Lines of quiet rooms that wait, throw, read a clock, draw chance, or import a package. */
export const noise = (files: readonly Source[]): readonly string[] =>
  files
    .filter(({ path }) => quiet.includes(roomOf(path)))
    .flatMap(({ path, text }) => {
      const packages = importsOf(text)
        .filter(({ from }) => !from.startsWith('.') && !isQuietPackage(from))
        .map(({ from, line }) => `${path}:${line}: imports ${from}; a quiet room imports no package`)
      const lines = codeOf(text).split('\n')
      const loud = lines.flatMap((line, at) =>
        noises
          .filter(([pattern]) => pattern.test(line))
          .map(([, instead]) => `${path}:${at + 1}: ${line.trim()}: ${instead}`),
      )
      return [...packages, ...loud]
    })

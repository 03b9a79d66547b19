/** The sources as text: files, captions, imports, code without comments and strings. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix, relative, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')

export interface Source {
  /** From the root of the repository, with slashes. */
  readonly path: string
  readonly text: string
}

/** All files under a folder of the repository that match, in order of name; none if there is no such folder. */
export const filesUnder = (folder: string, matches: (path: string) => boolean = () => true): readonly Source[] => {
  const start = join(root, folder)
  if (!existsSync(start)) return []
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter(path => matches(path) && !path.includes('node_modules/'))
    .sort((left, right) => (left < right ? -1 : 1))
    .map(path => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

export const isTest = (path: string): boolean => /\.(?:test|test-d|property\.test)\.ts$/.test(path)

/** The files of src/ that are shipped. */
export const sources = (): readonly Source[] => filesUnder('src', path => path.endsWith('.ts') && !isTest(path))

type Kind = 'code' | 'comment' | 'text'
interface Piece {
  readonly kind: Kind
  readonly text: string
}

const patterns = {
  comment: /\/\/[^\n]*|\/\*[\s\S]*?\*\//y,
  quoted: /'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"/y,
  pattern: /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y,
  template: /(?:\\[\s\S]|\$(?!\{)|[^\\`$])*/y,
  code: /[^'"`/{}]+|[\s\S]/y,
}
const match = (pattern: RegExp, text: string, at: number): string | undefined => {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}
/** May a slash begin a pattern here: after an operator or an opening bracket, not after a value. */
const mayBePattern = (before: string): boolean => /(?:^|[=(,:;!&|?{}[+\n>]|\b(?:return|case|typeof))\s*$/.test(before)

/** The text cut into code, comments, and texts (strings, templates' own words, patterns). */
const piecesOf = (text: string): readonly Piece[] => {
  const pieces: Piece[] = []
  /** For each template under way, how many braces are open in its hole. */
  const holes: number[] = []
  let at = 0
  let code = ''
  const take = (kind: Kind, found: string): void => {
    pieces.push({ kind, text: found })
    at += found.length
    if (kind === 'code') code = (code + found).slice(-40)
    else if (kind === 'text') code = 'x'
  }
  const template = (): void => {
    take('text', match(patterns.template, text, at) ?? '')
    if (text[at] === '`') take('text', '`')
    else {
      take('text', text.slice(at, at + 2))
      holes.push(0)
    }
  }
  while (at < text.length) {
    const comment = match(patterns.comment, text, at)
    const quoted = match(patterns.quoted, text, at)
    const pattern = text[at] === '/' && mayBePattern(code) ? match(patterns.pattern, text, at) : undefined
    if (comment !== undefined) take('comment', comment)
    else if (quoted !== undefined || pattern !== undefined) take('text', quoted ?? pattern ?? '')
    else if (text[at] === '`') {
      take('text', '`')
      template()
    } else if (text[at] === '}' && holes.at(-1) === 0) {
      holes.pop()
      take('text', '}')
      template()
    } else {
      const found = match(patterns.code, text, at) ?? ''
      const last = holes.length - 1
      if (last >= 0 && found === '{') holes[last] = (holes[last] ?? 0) + 1
      if (last >= 0 && found === '}') holes[last] = (holes[last] ?? 0) - 1
      take('code', found)
    }
  }
  return pieces
}

const blank = (text: string): string => text.replace(/[^\n]/g, ' ')
const keeping = (text: string, kinds: readonly Kind[]): string =>
  piecesOf(text)
    .map(piece => (kinds.includes(piece.kind) ? piece.text : blank(piece.text)))
    .join('')

/** The code with comments, strings, templates' words and patterns blanked, line by line as it was. */
export const codeOf = (text: string): string => keeping(text, ['code'])

/** The code with only its comments blanked. */
export const withoutComments = (text: string): string => keeping(text, ['code', 'text'])

/** Only the comments, the rest blanked. */
export const commentsOf = (text: string): string => keeping(text, ['comment'])

export interface Import {
  readonly from: string
  readonly line: number
  /** Gone once the types are stripped. */
  readonly typeOnly: boolean
}

const importing =
  /(?:^|[;\n])\s*(?:import|export)\b(\s+type\b(?!\s*from\b))?(?:[^'"`;]*?\bfrom)?\s*(['"])([^'"]+)\2|\bimport\(\s*(['"])([^'"]+)\4/g

/** Every module that a file names in an import, an export from, or a call of import(), with the line. */
export const importsOf = (text: string): readonly Import[] => {
  const code = withoutComments(text)
  return [...code.matchAll(importing)]
    .filter(found => !isText(text, found.index + found[0].search(/\S/)))
    .map(found => ({
      from: found[3] ?? found[5] ?? '',
      line: code.slice(0, found.index + found[0].length).split('\n').length,
      typeOnly: found[1] !== undefined,
    }))
}
/** Is this place within a string: then what looks like an import is only told of. */
const isText = (text: string, at: number): boolean => codeOf(text)[at] !== text[at]

/** Where a relative import leads, from the root of the repository; undefined for packages. */
export const targetOf = (path: string, from: string): string | undefined =>
  from.startsWith('.') ? posix.normalize(posix.join(posix.dirname(path), from)) : undefined

/** The first line's sentence, or undefined if the file does not begin with one. */
export const captionOf = (text: string): string | undefined => {
  const first = text.startsWith('#!') ? text.slice(text.indexOf('\n') + 1) : text
  return /^\/\*\* ([^\n]*[^\s\n]) \*\/(?:\r?\n|$)/.exec(first)?.[1]
}

/** What the pages of this repository claim: links, blocks of code, commands, names that are imported. */
import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { filesUnder, root } from './sources.ts'
import type { Source } from './sources.ts'

const folders = ['docs', 'examples', 'benchmarks', 'data', 'src', 'test', 'web']
const roots = ['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md', 'CHANGELOG.md']

/** Every page of the repository. */
export const pages = (): readonly Source[] => [
  ...roots.map(path => ({ path, text: readFileSync(join(root, path), 'utf8') })),
  ...folders.flatMap(folder => filesUnder(folder, path => path.endsWith('.md'))),
]

const fence = /^```(\w*)\n([\s\S]*?)^```$/gm

/** A block of code, with the line on which it begins. */
export interface Block {
  readonly language: string
  readonly line: number
  readonly text: string
}

/** The blocks of code of a page. */
export const blocksIn = (page: string): readonly Block[] =>
  [...page.matchAll(fence)].map(({ index, 1: language = '', 2: text = '' }) => ({
    language,
    line: page.slice(0, index).split('\n').length,
    text,
  }))

const prose = (page: string): string => page.replace(fence, '').replace(/`[^`\n]*`/g, code => ' '.repeat(code.length))

/** How a heading is linked to. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-')

const anchorsOf = (page: string): readonly string[] =>
  [...page.replace(fence, '').matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => anchorOf(heading))

const leads = (path: string, link: string): boolean => {
  const [file = '', anchor] = link.split('#')
  const target = file === '' ? path : posix.join(posix.dirname(path), file)
  if (!existsSync(join(root, target))) return false
  return anchor === undefined || anchorsOf(readFileSync(join(root, target), 'utf8')).includes(anchor)
}

/** Links to files or headings of this repository that are not there. */
export const deadLinks = ({ path, text }: Source): readonly string[] =>
  [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter(link => !/^[a-z]+:/.test(link) && !leads(path, link))

/** One command as a page names it, such as `["signalbox", "check", "FILE"]`. */
export type Command = readonly string[]

const wordsOf = (line: string): Command =>
  line
    .replace(/(?:^|\s)#.*$/, '')
    .trim()
    .split(/\s+/)

/** Commands of npm and of ours, from the shell blocks and from what stands as code in the text. */
export const commandsIn = (page: string): readonly Command[] => {
  const shell = blocksIn(page).filter(({ language }) => language === 'sh')
  const lines = shell.flatMap(({ text }) => text.replaceAll('\\\n', ' ').split(/\n|&&|\|/))
  const inline = [...page.replace(fence, '').matchAll(/`([^`\n]+)`/g)].flatMap(([, code = '']) => code.split('&&'))
  return [...lines, ...inline].map(wordsOf).filter(([program]) => program === 'npm' || program === 'signalbox')
}

/** The command of ours behind one of npm, `npm run -s signalbox -- check` being `check`; undefined for others. */
export const oursIn = ([program, ...words]: Command): Command | undefined => {
  if (program === 'signalbox') return words
  const at = words.indexOf('signalbox')
  if (words[0] !== 'run' || at < 0) return undefined
  return words.slice(at + 1).filter(word => word !== '--')
}

/** The script that a command of npm runs; undefined for what npm does itself. */
export const scriptIn = ([program, first, ...words]: Command): string | undefined => {
  if (program !== 'npm') return undefined
  if (first === 'start' || first === 'test') return first
  return first === 'run' ? words.find(word => !word.startsWith('-')) : undefined
}

/** A module that a block imports, and what by name. */
export interface Imported {
  readonly from: string
  readonly names: readonly string[]
}

/** The named imports of a block. */
export const importsOf = (block: string): readonly Imported[] =>
  [...block.matchAll(/^import (?:\w+, )?\{([^}]*)\} from '([^']+)'/gm)].map(([, names = '', from = '']) => ({
    from,
    names: names.split(',').map(name => name.trim()),
  }))

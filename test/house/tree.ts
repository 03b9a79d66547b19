/** The tree of src/ with the caption of each file, as ARCHITECTURE.md shows it. */
import { captionOf } from './sources.ts'
import type { Source } from './sources.ts'

/** Captions of the folders, which have no first line of their own. */
const folders: Readonly<Record<string, string>> = {
  accounting: 'money and tokens, pure',
  config: 'from a file to a house',
  dialects: 'wire formats, pure; one folder each',
  dispatch: 'doing: tries, retries and fallbacks',
  domain: 'the nouns; imports nobody',
  faces: 'where the world comes in',
  guardrails: 'checks on input and output',
  learning: 'from what happened to better decisions',
  pipeline: "a request's whole way",
  platform: 'what the machine gives; implements ports',
  ports: 'every socket of the house; imports domain',
  providers: 'who speaks which dialect where, pure',
  routing: 'facts to a decision, pure',
  signals: 'what is measured before a decision',
  state: 'what we know right now, in memory',
  world: 'the recorded world of the demo',
}

const row = (depth: number, name: string, caption: string): string =>
  `${`${'  '.repeat(depth)}${name}`.padEnd(38)}${caption}`.trimEnd()

/** One line for each folder and file, folders before the files that stand beside them. */
export const treeOf = (files: readonly Source[]): readonly string[] => {
  const byFolder = new Map<string, Source[]>()
  const open = (folder: string): Source[] => {
    const found = byFolder.get(folder) ?? []
    byFolder.set(folder, found)
    if (folder.includes('/')) open(folder.slice(0, folder.lastIndexOf('/')))
    return found
  }
  for (const file of files) open(file.path.slice(0, file.path.lastIndexOf('/'))).push(file)
  const names = [...byFolder.keys()].sort((left, right) => (left < right ? -1 : 1))
  const show = (folder: string, depth: number): readonly string[] => [
    row(depth, `${folder.slice(folder.lastIndexOf('/') + 1)}/`, folders[folder.replace(/^src\//, '')] ?? ''),
    ...names
      .filter(name => name.startsWith(`${folder}/`) && !name.slice(folder.length + 1).includes('/'))
      .flatMap(name => show(name, depth + 1)),
    ...(byFolder.get(folder) ?? []).map(({ path, text }) =>
      row(depth + 1, path.slice(path.lastIndexOf('/') + 1), captionOf(text) ?? '(no caption)'),
    ),
  ]
  return names.length === 0 ? [] : show('src', 0)
}

/** The lines between the fences that open with this word, or undefined where there are none. */
export const fenced = (page: string, word: string): readonly string[] | undefined => {
  const found = new RegExp(`^\`\`\`${word}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(page)?.[1]
  return found?.split('\n').slice(0, -1)
}

/** The page with other lines between these fences. */
export const withFenced = (page: string, word: string, lines: readonly string[]): string =>
  page.replace(
    new RegExp(`^(\`\`\`${word}\\n)[\\s\\S]*?^(\`\`\`)$`, 'm'),
    (_, open: string, close: string) => `${open}${lines.map(line => `${line}\n`).join('')}${close}`,
  )

/** Reads the golden configurations: YAML above, a line of dashes, findings and settings below. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { findingText } from '../../src/config/finding.ts'
import type { Loaded } from '../../src/config/load.ts'

const folder = resolve(import.meta.dirname, 'config')
const dashes = '-'.repeat(60)

export interface ConfigCase {
  readonly name: string
  readonly path: string
  readonly yaml: string
  /** What the file says that reading it tells. */
  readonly told: string
  /** The file's text with what is told now. */
  with(loaded: Loaded): string
}

const settingsText = (loaded: Loaded): readonly string[] =>
  loaded.ok ? [JSON.stringify(loaded.settings, undefined, 1).replaceAll(/\[\s+("[^"]*"(?:,\s+"[^"]*")*)\s+\]/g, flat)] : []
const flat = (_: string, items: string): string => `[${items.replaceAll(/,\s+/g, ', ')}]`

/** Findings one a line, then the settings if there are any. */
export const tellConfig = (loaded: Loaded): string =>
  [...loaded.findings.map(findingText), ...settingsText(loaded)].join('\n')

/** All cases, by name. */
export const configCases = (): readonly ConfigCase[] =>
  readdirSync(folder)
    .filter(name => name.endsWith('.txt'))
    .sort()
    .map(name => {
      const path = join(folder, name)
      const text = readFileSync(path, 'utf8')
      const [yaml = '', told = ''] = text.split(`${dashes}\n`)
      return {
        name: name.slice(0, -'.txt'.length),
        path,
        yaml,
        told: told.replace(/\n$/, ''),
        with: loaded => `${yaml}${dashes}\n${tellConfig(loaded)}\n`,
      }
    })

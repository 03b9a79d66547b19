/** Where the user's own catalogue is kept: found, read at once, and written whole or not at all. */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readCatalogue } from './catalogue-file.ts'
import type { Catalogue, CatalogueRead } from './catalogue-file.ts'
import { defaultStore } from './defaults.ts'
import { errorAt, findingText, warningAt } from './finding.ts'
import type { Doubt } from './finding.ts'
import type { ConfigFile } from './schema.ts'

const fileName = 'catalogue.json'

const stateFile = ({ store }: Pick<ConfigFile, 'store'>): string | undefined => {
  const durable = store?.durable
  if (durable === undefined) return defaultStore.durable.kind === 'sqlite' ? defaultStore.durable.path : undefined
  return durable === 'memory' ? undefined : durable.slice('sqlite:'.length)
}

/** The catalogue that a configuration names, else the one beside its state; undefined where the state is in memory. */
export const cataloguePath = (file: Pick<ConfigFile, 'catalogue' | 'store'>): string | undefined => {
  const state = stateFile(file)
  return file.catalogue ?? (state === undefined ? undefined : join(dirname(state), fileName))
}

/** Where a catalogue is without any configuration. */
export const usualCataloguePath = cataloguePath({}) ?? fileName

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error)

/** The catalogue at this path, or why it cannot be used; `absent` where there is no such file. */
export const loadCatalogue = (path: string): CatalogueRead | 'absent' => {
  try {
    return readCatalogue(readFileSync(path, 'utf8'), path)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return 'absent'
    // Whatever else is wrong with the file, its catalogue cannot be used, and the caller tells so.
    const message = `cannot be read: ${codeOf(error)}`
    return { ok: false, findings: [{ severity: 'error', file: path, line: 1, column: 1, path: '', message }] }
  }
}

/** Writes the whole file beside its place first, so that whoever reads finds the old one or the new one. Throws what the disk does. */
export const storeCatalogue = (path: string, json: unknown): void => {
  mkdirSync(dirname(path), { recursive: true })
  const draft = `${path}.${process.pid}.new`
  try {
    const handle = openSync(draft, 'w', 0o644)
    try {
      writeSync(handle, `${JSON.stringify(json, null, 1)}\n`)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(draft, path)
  } finally {
    rmSync(draft, { force: true })
  }
}

/** The user's own catalogue for these settings, with what is wrong with it. */
export const ownCatalogue = (
  file: ConfigFile,
  besideState: boolean,
): { readonly catalogue?: Catalogue; readonly doubts: readonly Doubt[] } => {
  const isNamed = file.catalogue !== undefined
  const path = isNamed || besideState ? cataloguePath(file) : undefined
  if (path === undefined) return { doubts: [] }
  const at = isNamed ? ['catalogue'] : []
  const found = loadCatalogue(path)
  if (found === 'absent') {
    if (!isNamed) return { doubts: [] }
    const says = `there is no file ${path}: what is shipped counts; \`signalbox catalogue update\` writes it`
    return { doubts: [warningAt(at, says)] }
  }
  if (found.ok) return { catalogue: found.catalogue, doubts: [] }
  const [first] = found.findings
  const rest = found.findings.length - 1
  const told = first === undefined ? path : findingText(first)
  return { doubts: [errorAt(at, `the catalogue cannot be used: ${told}${rest > 0 ? ` (and ${rest} more)` : ''}`)] }
}

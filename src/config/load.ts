/** A configuration's text to Settings, or everything that is wrong with it and where. */
import type { Instant } from '../domain/units.ts'
import { readDocument } from './document.ts'
import { filledValue } from './fill-in.ts'
import { pathText } from './finding.ts'
import type { Doubt, Finding, Path } from './finding.ts'
import type { Environment } from './references.ts'
import { withoutSecrets } from './secrets.ts'
import type { Settings } from './settings.ts'
import { settle } from './settle.ts'
import { pathOf, placeOf, plainValue, valuePlaceOf, writtenAt } from './written.ts'
import type { Place, Written } from './written.ts'

export type Loaded =
  | {
      readonly ok: true
      readonly settings: Settings
      /** Warnings: what has no effect or may not be meant. */
      readonly findings: readonly Finding[]
      /** Where the user's own catalogue is, or would be; absent where the state is in memory. */
      readonly catalogue?: string
    }
  | { readonly ok: false; readonly findings: readonly Finding[]; readonly catalogue?: string }

export interface LoadOptions {
  /** The file's name as messages show it. */
  readonly file: string
  /** Variables that references are filled in from, and checked against. */
  readonly env: Environment
  /** Every type of provider that there is. */
  readonly providerTypes: readonly string[]
  /** Which of a model's prices is in force; absent: today's. */
  readonly now?: Instant
  /** The catalogue beside the state is read, too, where the file names none; absent: only one that is named. */
  readonly besideState?: boolean
}

/** What a mistake in the value is about; a missing or unknown member is told at a name. */
const placeFor = (written: Written, { path, message }: Doubt): Place => {
  const isAtName = /^(?:needs |no member )/.test(message) || writtenAt(written, path)?.kind !== 'scalar'
  return isAtName ? placeOf(written, path) : valuePlaceOf(written, path)
}

const byPlace = (left: Finding, right: Finding): number => left.line - right.line || left.column - right.column

/** Doubts with their places, in the order of the file. */
const findingsOf = (doubts: readonly Doubt[], written: Written, file: string): readonly Finding[] =>
  doubts
    .map((doubt): Finding => {
      const path = withoutSecrets(pathText(doubt.path))
      // What a step is told to be may quote it.
      const message = withoutSecrets(doubt.message)
      return { severity: doubt.severity, file, ...placeFor(written, doubt), path, message }
    })
    .sort(byPlace)

/** Settings with warnings, or all errors and warnings. Never throws, whatever the text. */
export const readConfig = (text: string, options: LoadOptions): Loaded => {
  const read = readDocument(text)
  if (!read.ok) {
    const findings = read.flaws.map(({ place, message }): Finding => {
      return { severity: 'error', file: options.file, ...place, path: '', message }
    })
    return { ok: false, findings }
  }
  const { written } = read
  const { env, providerTypes, now = Date.now() as Instant, besideState = false } = options
  const values = { ...filledValue(written, env), raw: plainValue(written) }
  const pathBelow = (step: Path, text: string): Path => [...step, ...pathOf(writtenAt(written, step), text)]
  const { settings, doubts, catalogue } = settle(values, { env, providerTypes, now, besideState }, pathBelow)
  const place = catalogue === undefined ? {} : { catalogue }
  const findings = findingsOf(doubts, written, options.file)
  return findings.some(one => one.severity === 'error')
    ? { ok: false, findings, ...place }
    : { ok: true, settings, findings, ...place }
}

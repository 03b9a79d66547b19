/** Refreshes the user's own catalogue from a file or an address; the old one stays unless the new one is sound. */
import { readFile } from 'node:fs/promises'
import { readCatalogue } from '../../config/catalogue-file.ts'
import type { Catalogue, CatalogueRead } from '../../config/catalogue-file.ts'
import { loadCatalogue, storeCatalogue, usualCataloguePath } from '../../config/catalogue-place.ts'
import { findingText } from '../../config/finding.ts'
import { publishedList } from '../../config/price-list.ts'
import { readSettings, readText } from './settings-file.ts'
import { CommandError, exits } from './terminal.ts'
import type { Terminal } from './terminal.ts'

export interface UpdateOptions {
  readonly from?: string
  readonly to?: string
  readonly config?: string
}

/** The largest lists have some two million characters. */
const mostBytes = 64 * 1024 * 1024
const patience = 60_000

/** What an address answers, as long as it is no longer than any list. */
const fetched = async (address: string): Promise<string> => {
  const response = await fetch(address, {
    signal: AbortSignal.timeout(patience),
    headers: { accept: 'application/json' },
  })
  if (!response.ok) throw new Error(`it answers ${response.status} ${response.statusText}`.trim())
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body ?? []) {
    length += part.length
    if (length > mostBytes) throw new Error(`it has more than ${mostBytes} bytes`)
    parts.push(part)
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts))
}

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  return cause instanceof Error && cause.message !== '' ? `${error.message}: ${cause.message}` : error.message
}

const contentOf = async (from: string): Promise<string> => {
  try {
    return /^https?:\/\//i.test(from) ? await fetched(from) : await readFile(from, 'utf8')
  } catch (error) {
    throw new CommandError(`cannot read the catalogue ${from}: ${reasonOf(error)}; nothing was changed`, exits.finding)
  }
}

const targetOf = async ({ to, config }: UpdateOptions, terminal: Terminal): Promise<string> => {
  if (to !== undefined) return to
  if (config === undefined) return usualCataloguePath
  const { catalogue } = readSettings(await readText(config, 'configuration'), config, terminal.env)
  if (catalogue !== undefined) return catalogue
  throw new CommandError(`${config} names no catalogue, and its state is in memory; say where it is to be with --to`)
}

/** More than these are not told one by one. */
const mostTold = 5

const tellOddities = ({ findings }: CatalogueRead, terminal: Terminal): void => {
  for (const one of findings.slice(0, mostTold)) terminal.err(findingText(one))
  if (findings.length > mostTold) terminal.err(`and ${findings.length - mostTold} more`)
}

const count = (amount: number, what: string): string => `${amount} ${what}${amount === 1 ? '' : 's'}`

const has = ({ models }: Catalogue): string => {
  const providers = new Set(models.flatMap(one => one.providers)).size
  return `${count(models.length, 'model')} of ${count(providers, 'provider')}, ${models.filter(one => one.price !== undefined).length} with a price`
}

const before = (path: string): string => {
  const found = loadCatalogue(path)
  if (found === 'absent') return 'there was none before'
  return found.ok ? `before: ${has(found.catalogue)}` : 'the one before could not be used'
}

/** Reads, checks and replaces. Only what is named is asked; nothing is asked of anybody else. */
export const updateCatalogue = async (options: UpdateOptions, terminal: Terminal): Promise<number> => {
  const path = await targetOf(options, terminal)
  const from = options.from ?? publishedList
  terminal.err(`reading ${from}`)
  const read = readCatalogue(await contentOf(from), from)
  tellOddities(read, terminal)
  if (!read.ok) {
    terminal.err(`${from} is not used; ${path} stays as it is`)
    return exits.finding
  }
  const was = before(path)
  try {
    storeCatalogue(path, {
      ...read.json,
      source: options.from === undefined ? `genai-prices, ${from}` : from,
      written: today(),
    })
  } catch (error) {
    throw new CommandError(`cannot write ${path}: ${reasonOf(error)}; it stays as it was`, exits.finding)
  }
  terminal.out(
    `${path}: ${has(read.catalogue)} (${was}); in force from the next start, or the next change of the configuration`,
  )
  return exits.good
}

const today = (): string => new Date().toISOString().slice(0, 10)

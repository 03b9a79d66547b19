/** What is known of models, and from where: one model, or all of them. */
import { whatIsKnown } from '../../config/catalog.ts'
import type { KnownModel, Source, Told } from '../../config/catalog.ts'
import type { Catalogue } from '../../config/catalogue-file.ts'
import { loadCatalogue, usualCataloguePath } from '../../config/catalogue-place.ts'
import { findingText } from '../../config/finding.ts'
import { ownLists } from '../../config/known-prices/all.ts'
import { listedNames } from '../../config/price-list.ts'
import { priceInWords, ratesInWords } from '../../config/price-words.ts'
import { selfHosted } from '../../config/served.ts'
import type { Settings } from '../../config/settings.ts'
import type { Deployment } from '../../domain/deployment.ts'
import { didYouMean } from '../../domain/nearest.ts'
import type { Instant } from '../../domain/units.ts'
import { knownProviderTypes } from '../../gateway.ts'
import { readSettings, readText } from './settings-file.ts'
import { CommandError, exits } from './terminal.ts'
import type { Terminal } from './terminal.ts'

export interface CatalogueOptions {
  readonly provider?: string
  readonly config?: string
  readonly json?: boolean
}

/** What a command looks things up in. */
interface Books {
  readonly now: Instant
  readonly catalogue?: Catalogue
  readonly settings?: Settings
}

/** Types that no provider of the house has yet, but lists of prices do. */
const listedToo = ['voyage', 'jina']

const typesFor = (named: string | undefined): readonly string[] => {
  const all = [...new Set([...knownProviderTypes, ...listedToo])].filter(
    type => type !== 'openai-compatible' && !selfHosted.includes(type),
  )
  if (named === undefined) return all
  if (all.includes(named)) return [named]
  throw new CommandError(`no type of provider "${named}"${didYouMean(named, all)} (there are ${all.join(', ')})`)
}

const catalogueAt = (path: string): Catalogue | undefined => {
  const found = loadCatalogue(path)
  if (found === 'absent') return undefined
  if (found.ok) return found.catalogue
  throw new CommandError(found.findings.map(findingText).join('\n'), exits.finding)
}

const openBooks = async ({ config }: CatalogueOptions, terminal: Terminal): Promise<Books> => {
  const now = Date.now() as Instant
  if (config === undefined) {
    const catalogue = catalogueAt(usualCataloguePath)
    return { now, ...(catalogue !== undefined && { catalogue }) }
  }
  const read = readSettings(await readText(config, 'configuration'), config, terminal.env)
  if (read.settings === undefined) {
    throw new CommandError(read.findings.map(findingText).join('\n'), exits.finding)
  }
  const catalogue = read.catalogue === undefined ? undefined : catalogueAt(read.catalogue)
  return { now, settings: read.settings, ...(catalogue !== undefined && { catalogue }) }
}

interface Entry extends Told {
  readonly provider: string
  readonly model: string
}

const isKnown = ({ sources }: Told): boolean => Object.keys(sources).length > 0

/** What is known where the model is served by this type of provider; nothing where only its family is. */
const entryOf = (type: string, model: string, { now, catalogue }: Books): Entry | undefined => {
  const told = whatIsKnown({ type, model }, now, catalogue)
  const { price, contextWindow } = told.sources
  const isListed = [...(price ?? []), ...(contextWindow ?? [])].some(
    ({ from, says }) => from !== 'ours' || says.startsWith('http'),
  )
  return isListed && told.known.price !== undefined ? { provider: type, model, ...told } : undefined
}

const sourceText = (sources: readonly Source[] | undefined): string => {
  const names = { file: 'your file', ours: 'our list', library: '' }
  const texts = (sources ?? []).map(({ from, says }) => (names[from] === '' ? says : `${names[from]} ${says}`))
  return texts.length === 0 ? 'nobody knows' : texts.join('; over it ')
}

const sizesIn = ({ contextWindow, maxOutput }: KnownModel): readonly string[] => [
  ...(contextWindow === undefined ? [] : [`window ${contextWindow.toLocaleString('en')} tokens`]),
  ...(maxOutput === undefined ? [] : [`longest answer ${maxOutput.toLocaleString('en')} tokens`]),
]

const tellEntry = ({ provider, model, known, sources }: Entry, terminal: Terminal): void => {
  terminal.out(`${provider}/${model}`)
  if (known.price === undefined) terminal.out('  price: unpriced, which is not free')
  else
    for (const [place, line] of priceInWords(known.price).entries())
      terminal.out(`${place === 0 ? '  price: ' : '         '}${line}`)
  terminal.out(`         from ${sourceText(sources.price)}`)
  for (const part of ['contextWindow', 'maxOutput'] as const) {
    const [text] = sizesIn({ accepts: [], ...(known[part] !== undefined && { [part]: known[part] }) })
    if (text !== undefined) terminal.out(`  ${text}, from ${sourceText(sources[part])}`)
  }
  terminal.out(`  accepts ${known.accepts.join(', ')}, from ${sourceText(sources.accepts)}`)
}

/** Deployments of the configuration that serve this model, with what the configuration makes of it. */
const deploymentsOf = (model: string, settings: Settings | undefined): readonly Deployment[] =>
  (settings?.deployments ?? []).filter(one => one.model === model || one.id === model)

const tellDeployment = ({ id, provider, model, price }: Deployment, terminal: Terminal): void => {
  terminal.out(`deployment ${id}: ${provider}/${model}`)
  const lines = price === undefined ? ['unpriced, which is not free'] : priceInWords(price)
  for (const [place, line] of lines.entries()) terminal.out(`${place === 0 ? '  price: ' : '         '}${line}`)
}

/** Tells what is known of one model, wherever it is served, and from which source. */
export const showModel = async (model: string, options: CatalogueOptions, terminal: Terminal): Promise<number> => {
  const books = await openBooks(options, terminal)
  const deployments = deploymentsOf(model, books.settings)
  const name = deployments.find(one => one.id === model)?.model ?? model
  const found = typesFor(options.provider).flatMap(type => {
    if (options.provider === undefined) return entryOf(type, name, books) ?? []
    const told = whatIsKnown({ type, model: name }, books.now, books.catalogue)
    return isKnown(told) ? [{ provider: type, model: name, ...told }] : []
  })
  if (options.json === true) {
    const known = found.map(({ provider, known, sources }) => ({ provider, ...known, sources }))
    terminal.out(JSON.stringify({ model: name, known, deployments }, undefined, 2))
  } else {
    for (const one of deployments) tellDeployment(one, terminal)
    for (const one of found) tellEntry(one, terminal)
  }
  if (found.length > 0 || deployments.length > 0) return exits.good
  const where = options.provider === undefined ? '' : ` at ${options.provider}`
  terminal.err(`nothing is known of "${model}"${where}: it is unpriced, and accepts whatever it is asked`)
  return exits.finding
}

/** Names without signs that stand for any letters: those that somebody can be asked for. */
const namesAt = (type: string, catalogue: Catalogue | undefined): readonly string[] => {
  const ours = ownLists.filter(list => list.providers.includes(type)).flatMap(list => list.models)
  const own = (catalogue?.models ?? []).filter(one => one.providers.includes(type))
  const names = [...listedNames(type), ...[...ours, ...own].flatMap(one => one.names)]
  return [...new Set(names.filter(name => !name.includes('*')))].toSorted()
}

const listLine = ({ provider, model, known }: Entry): string => {
  const price = known.price === undefined ? 'unpriced' : ratesInWords(known.price)
  return [`${provider}/${model}`, price, ...sizesIn(known)].join(' | ')
}

/** Lists every model of which something is known, a line each. */
export const listModels = async (options: CatalogueOptions, terminal: Terminal): Promise<number> => {
  const books = await openBooks(options, terminal)
  const entries = typesFor(options.provider).flatMap(type =>
    namesAt(type, books.catalogue).flatMap(name => entryOf(type, name, books) ?? []),
  )
  if (options.json === true) {
    terminal.out(
      JSON.stringify(
        entries.map(({ provider, model, known }) => ({ provider, model, ...known })),
        undefined,
        2,
      ),
    )
  } else for (const entry of entries) terminal.out(listLine(entry))
  return exits.good
}

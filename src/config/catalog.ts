/** Known models: prices, windows, longest answers and abilities, from a file of the user's, our lists and the shipped price list; nothing is fetched. */
import { abilities } from '../domain/deployment.ts'
import type { Ability, Price } from '../domain/deployment.ts'
import { tokens } from '../domain/units.ts'
import type { Instant, Tokens } from '../domain/units.ts'
import type { Catalogue } from './catalogue-file.ts'
import { bareName, familyOf, notInMessages } from './known-models.ts'
import { ownLists } from './known-prices/all.ts'
import { listedModel } from './price-list.ts'
import { fitsAny } from './name-pattern.ts'
import { readPrice } from './read-price.ts'
import type { PriceEntry } from './schema-price.ts'
import { providerNames, selfHosted } from './served.ts'
import type { Served } from './served.ts'

/** What is known of one model at one provider. */
export interface KnownModel {
  readonly contextWindow?: Tokens
  readonly maxOutput?: Tokens
  /** Everything where nobody knows better: a request is refused only for what a model surely cannot do. */
  readonly accepts: readonly Ability[]
  /** Undefined where no price is known, which is not free. */
  readonly price?: Price
}

/** Where a fact comes from, in the order in which they win: the file, our lists, the shipped price list. */
export interface Source {
  readonly from: 'file' | 'ours' | 'library'
  /** The page or file, with the day where it is known. */
  readonly says: string
}

/** What is known, and where each part of it comes from. */
export interface Told {
  readonly known: KnownModel
  readonly sources: Readonly<Partial<Record<keyof KnownModel, readonly Source[]>>>
}

/** Chats, and what is made of them. */
const inChats: readonly Ability[] = abilities.slice(0, abilities.indexOf('completions') + 1)

/** One thing that somebody says of a model. */
interface Line {
  readonly source: Source
  /** Whole, as the shipped list has it. */
  readonly price?: Price
  /** What is written over it. */
  readonly over?: PriceEntry
  readonly contextWindow?: number
  readonly maxOutput?: number
  readonly accepts?: readonly Ability[]
}

/** The names under which a list may have this model. */
const namesOf = ({ model }: Served): readonly string[] => {
  const last = model.slice(model.lastIndexOf('/') + 1)
  // A cloud's region says nothing of what the model is.
  return [model, last, last.replace(/^(?:us|us-gov|eu|apac|jp|au|ca|sa|global|regional)\./, ''), bareName(model)]
}

const listLine = (served: Served, now: Instant): readonly Line[] => {
  const listed = listedModel(served, now)
  if (listed === undefined) return []
  const { name, ...facts } = listed
  // A model that has a price for what it says is one to talk to, whatever else is not known of it.
  const talks = (facts.price?.outputPerMillion ?? 0) > 0
  const source: Source = { from: 'library', says: `the shipped price list: ${name}` }
  return [{ ...facts, ...(talks && { accepts: inChats }), source }]
}

const familyLine = (served: Served): readonly Line[] => {
  const family = familyOf(served.model)
  if (family === undefined) return []
  const { names: _names, ...facts } = family
  const source: Source = { from: 'ours', says: 'what is known of its family (2026-11)' }
  // A server of one's own may give its models a smaller window than they were made with.
  if (!selfHosted.includes(served.type) && providerNames(served).length > 0) return [{ ...facts, source }]
  return facts.accepts === undefined ? [] : [{ accepts: facts.accepts, source }]
}

const ourLines = (served: Served): readonly Line[] => {
  const providers = providerNames(served)
  const names = namesOf(served)
  const lists = ownLists.filter(list => list.providers.some(one => providers.includes(one)))
  return lists.flatMap(({ models, source, checked }) =>
    models
      .filter(one => fitsAny(one.names, names))
      .map(({ names: _names, price, ...facts }): Line => {
        return { ...facts, ...(price && { over: price }), source: { from: 'ours', says: `${source} (${checked})` } }
      }),
  )
}

const fileLine = (served: Served, catalogue: Catalogue | undefined): readonly Line[] => {
  const providers = providerNames(served)
  const names = namesOf(served)
  const found = catalogue?.models.find(
    one => one.providers.some(name => providers.includes(name)) && fitsAny(one.names, names),
  )
  if (catalogue === undefined || found === undefined) return []
  const { names: _names, providers: _providers, price, source, ...facts } = found
  const says = [catalogue.file, source ?? catalogue.source].filter(one => one !== undefined).join(', from ')
  return [{ ...facts, ...(price && { over: price }), source: { from: 'file', says } }]
}

type Sources = { -readonly [Part in keyof Told['sources']]: Source[] }
type Growing = { -readonly [Part in keyof Line]: Line[Part] }

const note = (sources: Sources, part: keyof KnownModel, source: Source): void => {
  sources[part] = [...(sources[part] ?? []), source]
}

/** Lays a price over what was known; a line that only says what a batch costs is no price by itself. */
const layPrice = (found: Growing, { price, over, source }: Line, sources: Sources): void => {
  let made = price
  if (over !== undefined) {
    const answers = found.accepts === undefined || found.accepts.includes('text')
    const read = readPrice(over, { answers, ...(found.price !== undefined && { known: found.price }) })
    if ('price' in read) made = read.price
  }
  if (made === undefined) return
  // A price of its own for input leaves nothing of those before it.
  if (over === undefined || over.input !== undefined) delete sources.price
  found.price = made
  note(sources, 'price', source)
}

const lay = (found: Growing, line: Line, sources: Sources): void => {
  for (const part of ['contextWindow', 'maxOutput', 'accepts'] as const) {
    if (line[part] === undefined) continue
    sources[part] = [line.source]
  }
  found.contextWindow = line.contextWindow ?? found.contextWindow
  found.maxOutput = line.maxOutput ?? found.maxOutput
  found.accepts = line.accepts ?? found.accepts
  layPrice(found, line, sources)
}

/** Of a model that nobody knows, the provider itself says what it does not take. */
const acceptedBy = (type: string, accepts: readonly Ability[] = abilities): readonly Ability[] =>
  type === 'anthropic' ? accepts.filter(ability => !notInMessages.includes(ability)) : accepts

/** All that is known of the model where it is served, and from where; `now` decides which of its prices is in force. */
export const whatIsKnown = (served: Served, now: Instant, catalogue?: Catalogue): Told => {
  const lines = [...listLine(served, now), ...familyLine(served), ...ourLines(served), ...fileLine(served, catalogue)]
  const sources: Sources = {}
  const found: Growing = { source: { from: 'ours', says: '' } }
  for (const line of lines) lay(found, line, sources)
  const { contextWindow, maxOutput, price } = found
  return {
    known: {
      accepts: acceptedBy(served.type, found.accepts),
      ...(contextWindow !== undefined && { contextWindow: tokens(contextWindow) }),
      ...(maxOutput !== undefined && { maxOutput: tokens(maxOutput) }),
      ...(price !== undefined && { price }),
    },
    sources,
  }
}

/** What is known of the model where it is served; `now` decides which of its prices is in force. */
export const knownModel = (served: Served, now: Instant, catalogue?: Catalogue): KnownModel =>
  whatIsKnown(served, now, catalogue).known

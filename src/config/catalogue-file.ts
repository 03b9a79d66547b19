/** A catalogue of the user's own: what a file says of models, over what is shipped. */
import * as z from 'zod'
import { abilities } from '../domain/deployment.ts'
import type { Ability } from '../domain/deployment.ts'
import { pathText } from './finding.ts'
import type { Finding, Path } from './finding.ts'
import { foreignCatalogue } from './foreign-catalogue.ts'
import { isMembers } from './foreign-members.ts'
import type { Members } from './foreign-members.ts'
import { jsonPlace, parseJson } from './json-place.ts'
import { leaf, oneOf, optionalLeaf, text, tokenCount } from './kinds.ts'
import { price } from './schema-price.ts'
import type { PriceEntry } from './schema-price.ts'
import { shape } from './shape.ts'
import { misfits } from './well-formed.ts'

/** What a catalogue says of some models of some providers; members that are left out are not known to it. */
export interface CatalogueModel {
  /** Types of providers, e.g. `openai`. */
  readonly providers: readonly string[]
  /** As the providers call them; `*` stands for any letters. The first model that fits counts. */
  readonly names: readonly string[]
  readonly price?: PriceEntry
  readonly contextWindow?: number
  readonly maxOutput?: number
  readonly accepts?: readonly Ability[]
  /** Where it was read. */
  readonly source?: string
}

export interface Catalogue {
  /** The file's name, as people see it. */
  readonly file: string
  /** Where its content came from, and when. */
  readonly source?: string
  readonly models: readonly CatalogueModel[]
}

/** How a catalogue file begins: `"catalogue": 1`. */
export const format = 1

const words = (what: string, about: string): z.ZodArray<z.ZodType<string>> =>
  z.array(leaf(text, about), { error: what }).min(1, what)

const model = shape(
  {
    providers: words('a list of types of providers such as ["openai"]', 'A type of provider.'),
    names: words('a list of names such as ["gpt-4o-mini*"]', "A model's name, in which * stands for any letters."),
    price: price.optional(),
    contextWindow: optionalLeaf(tokenCount, 'Input and output together.'),
    maxOutput: optionalLeaf(tokenCount, 'The longest answer.'),
    accepts: z
      .array(leaf(oneOf(...abilities), 'An ability.'), { error: 'a list of abilities such as ["text", "tools"]' })
      .optional(),
    source: optionalLeaf(text, 'Where it was read.'),
  },
  {
    what: 'a model such as { "providers": ["openai"], "names": ["gpt-4o-mini*"], "price": { "input": 0.15, "output": 0.6 } }',
    about: 'What is known of some models.',
  },
)

const catalogueSchema = shape(
  {
    catalogue: z.literal(format, { error: `${format}, the number of this format` }),
    source: optionalLeaf(text, 'Where all of it was read.'),
    written: optionalLeaf(text, 'When it was written.'),
    models: z.array(model, { error: 'a list of models' }),
  },
  { what: 'a catalogue such as { "catalogue": 1, "models": [] }', about: 'What is known of models.' },
)

export type CatalogueRead =
  | {
      readonly ok: true
      readonly catalogue: Catalogue
      /** In our own format, to be kept. */
      readonly json: Readonly<Record<string, unknown>>
      /** What of a foreign list makes no sense to us and was left out. */
      readonly findings: readonly Finding[]
    }
  | { readonly ok: false; readonly findings: readonly Finding[] }

const refusal = (
  file: string,
  place: { readonly line: number; readonly column: number },
  path: Path,
  message: string,
): Finding => ({
  severity: 'error',
  file,
  ...place,
  path: pathText(path),
  message,
})

const ownCatalogue = (value: Members, content: string, file: string): CatalogueRead => {
  const parsed = catalogueSchema.safeParse(value)
  if (!parsed.success) {
    const findings = misfits(parsed.error, value).map(({ path, message }) =>
      refusal(file, jsonPlace(content, path), path, message),
    )
    return { ok: false, findings }
  }
  const { source, written, models } = parsed.data
  const origin = [source, written].filter(one => one !== undefined).join(', ')
  return { ok: true, catalogue: { file, models, ...(origin !== '' && { source: origin }) }, json: value, findings: [] }
}

const isOwn = (value: unknown): value is Members => isMembers(value) && Object.hasOwn(value, 'catalogue')

/** The catalogue in a text: in our own format, in that of genai-prices, of LiteLLM or of models.dev. Never throws. */
export const readCatalogue = (content: string, file: string): CatalogueRead => {
  const parsed = parseJson(content)
  if (!parsed.ok) return { ok: false, findings: [refusal(file, parsed.place, [], `is no JSON: ${parsed.why}`)] }
  const { value } = parsed
  if (isOwn(value)) return ownCatalogue(value, content, file)
  const foreign = foreignCatalogue(value)
  if (foreign === undefined) {
    const message =
      'is no catalogue: write { "catalogue": 1, "models": [...] }, or give the JSON of genai-prices, of LiteLLM (model_prices_and_context_window.json) or of models.dev (api.json)'
    return { ok: false, findings: [refusal(file, { line: 1, column: 1 }, [], message)] }
  }
  const json = { catalogue: format, source: foreign.kind, models: foreign.models }
  const own = ownCatalogue(json, '', file)
  if (!own.ok) return own
  const findings = foreign.oddities.map(({ path, message }): Finding => {
    return { ...refusal(file, jsonPlace(content, path), path, message), severity: 'warning' }
  })
  return { ...own, findings }
}

/** What OpenAI's chat completions know by the same name: members that arrive although no noun of the house holds them. */
import type { Json } from '../../domain/json.ts'
import type { Extensions } from '../../domain/message.ts'
import { kinNames, kinOf, onlyWord } from '../openai-kin.ts'

/** The other dialect of the same maker. */
const kin = 'openai-chat'

/** The members of a body that are said here, too: to name them as lost would be wrong. */
export const saidOfBody: ReadonlySet<string> = new Set([...kinNames, 'verbosity'])
/** Members of a chat body that go along, with the verbosity apart, which stands elsewhere here. */
export const kinMembers = (extensions: Extensions): { readonly members: Json; readonly verbosity?: unknown } => {
  const own = extensions[kin]
  if (own === undefined) return { members: {} }
  const { verbosity } = own
  return { members: kinOf(own), ...(typeof verbosity === 'string' && { verbosity }) }
}

/** How closely an image is to be looked at, where chat completions said so and nothing else of it. */
export const kinDetail = (extensions: Extensions | undefined): string | undefined =>
  onlyWord(extensions?.[kin]?.['image_url'], 'detail')
const imageOnly: ReadonlySet<string> = new Set(['image_url'])
const nothing: ReadonlySet<string> = new Set()
/** The members of an image that are said here, too. */
export const saidOfImage = (extensions: Extensions | undefined): ReadonlySet<string> =>
  kinDetail(extensions) === undefined ? nothing : imageOnly

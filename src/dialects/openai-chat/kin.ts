/** What OpenAI's responses know by the same name: members that arrive although no noun of the house holds them. */
import type { Json } from '../../domain/json.ts'
import type { Extensions } from '../../domain/message.ts'
import { kinNames, kinOf, onlyWord } from '../openai-kin.ts'
import { abilitiesOf } from '../openai-models.ts'

/** The other dialect of the same maker. */
const kin = 'openai-responses'
const nothing: ReadonlySet<string> = new Set()

/** Models that can be told how much to say. */
const wordy = /(?:^|[/:])gpt-(?:[5-9]|\d\d)(?!\d)/i

/** Members of a body for a response, and the names of those that are said by them. */
interface Kin {
  readonly members: Json
  readonly said: ReadonlySet<string>
}
/** What goes along to this model: look-alikes of OpenAI refuse members that they do not know. */
export const kinMembers = (extensions: Extensions, model: string): Kin => {
  const own = extensions[kin]
  if (own === undefined || abilitiesOf(model).efforts === undefined) return { members: {}, said: nothing }
  const verbosity = wordy.test(model) ? onlyWord(own['text'], 'verbosity') : undefined
  return {
    members: { ...kinOf(own), ...(verbosity !== undefined && { verbosity }) },
    said: new Set<string>([...kinNames, ...(verbosity === undefined ? [] : ['text'])]),
  }
}

const details = new Set(['auto', 'low', 'high'])
const detailOnly: ReadonlySet<string> = new Set(['detail'])
/** How closely an image is to be looked at, in a word that chat completions have too. */
export const kinDetail = (extensions: Extensions | undefined): string | undefined => {
  const detail = extensions?.[kin]?.['detail']
  return typeof detail === 'string' && details.has(detail) ? detail : undefined
}
/** The members of an image that are said here, too. */
export const saidOfImage = (extensions: Extensions | undefined): ReadonlySet<string> =>
  kinDetail(extensions) === undefined ? nothing : detailOnly

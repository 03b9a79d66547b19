/** A wish to think in the words of each look-alike. */
import { isRecord } from '../domain/json.ts'
import type { Json } from '../domain/json.ts'
import type { Loss } from '../domain/outcome.ts'

/** How hard to think, from not at all to as hard as can be. */
const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const
export type Effort = (typeof efforts)[number]

/** The form in which a provider takes the wish. */
export type ReasoningForm =
  /** `reasoning_effort` in these words only: of others, the nearest. `says` has the words that it spells otherwise. */
  | {
      readonly form: 'effort'
      readonly takes: readonly Effort[]
      readonly says?: Readonly<Partial<Record<Effort, string>>>
    }
  /** `thinking: { type: enabled | disabled }`; where it takes efforts, these are told instead, and only `none` needs the switch. */
  | { readonly form: 'thinking'; readonly takes?: readonly Effort[] }
  /** `enable_thinking`, with `thinking_budget` in tokens beside it where it takes one. */
  | { readonly form: 'switch'; readonly budget: boolean }
  /** The switch of a chat template, as vLLM and SGLang hand it on: `chat_template_kwargs: { enable_thinking }`. */
  | { readonly form: 'template' }
  /** It cannot be told: what was wished is lost. */
  | { readonly form: 'untold' }

interface Change {
  readonly edits: Json
  readonly losses: readonly Loss[]
}
interface Wish {
  readonly effort?: Effort
  readonly budget?: number
}

const isEffort = (value: unknown): value is Effort => efforts.some(one => one === value)

/** The nearest effort of these; the lesser one where two are as near, and none only for none. */
export const nearestEffort = (wanted: Effort, takes: readonly Effort[]): Effort | undefined => {
  if (takes.includes(wanted)) return wanted
  const rest = wanted === 'none' ? takes : takes.filter(one => one !== 'none')
  const distance = (one: Effort): number => Math.abs(efforts.indexOf(one) - efforts.indexOf(wanted))
  return rest.reduce<Effort | undefined>(
    (best, one) => (best === undefined || distance(one) < distance(best) ? one : best),
    undefined,
  )
}

/** Tokens that stand for an effort where only a number can be told; undefined for as many as it likes. */
const budgets: Readonly<Partial<Record<Effort, number>>> = { minimal: 1_024, low: 2_048, medium: 8_192 }
/** The least effort whose tokens are enough. */
const effortFor = (budget: number): Effort => {
  if (budget <= 0) return 'none'
  return budget <= 2_048 ? 'low' : budget <= 8_192 ? 'medium' : 'high'
}

/** The wish in a body of the dialect: the plain word, or OpenRouter's object. Undefined for none, or one in no word that we know. */
const wishIn = ({ reasoning_effort: plain, reasoning }: Json): Wish | undefined => {
  const object = isRecord(reasoning) ? reasoning : {}
  const effort = isEffort(plain) ? plain : object['effort']
  const budget = object['max_tokens']
  if (isEffort(effort)) return { effort, ...(typeof budget === 'number' && { budget }) }
  if (typeof budget === 'number') return { budget }
  return object['enabled'] === false ? { effort: 'none' } : undefined
}
const effortOf = ({ effort, budget }: Wish): Effort => effort ?? effortFor(budget ?? 0)

const told = (edits: Json, ...losses: readonly Loss[]): Change => ({
  edits: { reasoning_effort: undefined, reasoning: undefined, ...edits },
  losses,
})

type Told<Form extends ReasoningForm['form']> = Extract<ReasoningForm, { readonly form: Form }>

const inWords = (
  who: string,
  { takes, says }: Omit<Told<'effort'>, 'form'>,
  wish: Wish,
  body: Json,
): Change | undefined => {
  const wanted = effortOf(wish)
  const found = nearestEffort(wanted, takes)
  const word = found === undefined ? undefined : (says?.[found] ?? found)
  if (found === wanted) return body['reasoning_effort'] === word ? undefined : told({ reasoning_effort: word })
  const why =
    word === undefined
      ? `${who} takes no wish to think`
      : `${who} takes the efforts ${takes.join(', ')}; ${word} was sent for ${wanted}`
  return told({ reasoning_effort: word }, { field: 'reasoning_effort', why })
}

const asThinking = (who: string, { takes }: Told<'thinking'>, wish: Wish, body: Json): Change | undefined => {
  const wanted = effortOf(wish)
  if (wanted === 'none') return told({ thinking: { type: 'disabled' } })
  if (takes !== undefined) return inWords(who, { takes }, wish, body)
  const why = `${who} can be told to think, not how hard; ${wanted} was wished`
  return told({ thinking: { type: 'enabled' } }, { field: 'reasoning_effort', why })
}

const asSwitch = (who: string, { budget: takes }: Told<'switch'>, wish: Wish): Change => {
  const wanted = effortOf(wish)
  if (wanted === 'none') return told({ enable_thinking: false })
  const budget = wish.budget ?? budgets[wanted]
  if (takes) return told({ enable_thinking: true, ...(budget !== undefined && { thinking_budget: budget }) })
  const why = `${who} can be told to think, not how hard; ${wanted} was wished`
  return told({ enable_thinking: true }, { field: 'reasoning_effort', why })
}

const inTemplate = (wish: Wish, { chat_template_kwargs: given }: Json): Change => {
  const wanted = effortOf(wish)
  const kwargs = { ...(isRecord(given) ? given : {}), enable_thinking: wanted !== 'none' }
  // Templates of models that know efforts read the plain word, which is left for them.
  return told({ chat_template_kwargs: kwargs, ...(wanted !== 'none' && { reasoning_effort: wanted }) })
}

/** What a client said in the provider's own words stays as it is. */
const ownWords = ['thinking', 'enable_thinking', 'thinking_budget'] as const

/** The wish in the words of this form; undefined where the body has none, or has said it so already. */
export const mendReasoning = (who: string, how: ReasoningForm, body: Json): Change | undefined => {
  const wish = wishIn(body)
  if (wish === undefined) return undefined
  const isSaid = ownWords.some(word => body[word] !== undefined)
  switch (how.form) {
    case 'effort':
      return inWords(who, how, wish, body)
    case 'thinking':
      return isSaid ? undefined : asThinking(who, how, wish, body)
    case 'switch':
      return isSaid ? undefined : asSwitch(who, how, wish)
    case 'template':
      return inTemplate(wish, body)
    case 'untold':
      return told({}, { field: 'reasoning_effort', why: `${who} takes no wish to think` })
  }
}

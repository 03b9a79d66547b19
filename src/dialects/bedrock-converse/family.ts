/** What the models that Bedrock serves take and refuse, by their names. */

/** How a model is told to think. */
export type Thinking =
  /** `thinking` with a budget of tokens, or adaptive with an effort beside it. */
  | 'budget'
  | 'effort'
  /** `reasoningConfig`, `reasoning_effort` and `reasoning_config`, each of its maker's own. */
  | 'nova'
  | 'openai'
  | 'qwen'
  /** It cannot be told. */
  | 'untold'

/** How one family differs from the others in what it takes. */
export interface Family {
  /** Whose models they are; '' where the name does not tell. */
  readonly maker: string
  readonly thinks: Thinking
  /** It refuses to be told not to think. */
  readonly alwaysThinks: boolean
  /** It knows the effort `xhigh`. */
  readonly xhigh: boolean
  /** Where among its own fields it takes top-k; undefined if it takes none. */
  readonly topK?: readonly string[]
  /** It takes penalties and a seed among its own fields. */
  readonly penalties: boolean
  /** Which of temperature and topP: both, one of them, or none but their defaults. */
  readonly sampling: 'all' | 'either' | 'none'
  /** Which calls can be forced: one by name, any, or none. */
  readonly forced: 'named' | 'any' | 'none'
  /** A call at a time can be asked for. */
  readonly single: boolean
  /** Where it takes cache points. */
  readonly caches: 'everywhere' | 'messages' | 'nowhere'
  /** It takes the status of a tool's result. */
  readonly status: boolean
  /** It takes a tool's result as an object alone. */
  readonly jsonResults: boolean
  /** It takes a JSON schema for its answer and strict tools. */
  readonly schemas: boolean
  /** Ids of tool calls are nine letters or digits. */
  readonly nineLetters: boolean
  /** It takes back reasoning that it has signed or encrypted. */
  readonly signs: boolean
  /** Only `type`, `properties` and `required` may stand at the root of a tool's schema. */
  readonly bareSchemas: boolean
}

const plain: Family = {
  maker: '',
  thinks: 'untold',
  alwaysThinks: false,
  xhigh: false,
  penalties: false,
  sampling: 'all',
  forced: 'none',
  single: false,
  caches: 'nowhere',
  status: false,
  jsonResults: false,
  schemas: false,
  nineLetters: false,
  signs: false,
  bareSchemas: false,
}
/** An inference profile may lead to any model: nothing is kept from it that some of them take. */
const unknown: Family = { ...plain, forced: 'named', caches: 'everywhere', status: true, signs: true }

const claude: Family = {
  ...plain,
  maker: 'anthropic',
  topK: ['top_k'],
  forced: 'named',
  caches: 'everywhere',
  status: true,
  signs: true,
}
const budgeted: Family = { ...claude, thinks: 'budget' }
const byEffort: Family = { ...claude, thinks: 'effort', sampling: 'either', schemas: true, single: true }
const newest: Family = { ...byEffort, xhigh: true, sampling: 'none' }
const nova: Family = {
  ...plain,
  maker: 'amazon',
  topK: ['inferenceConfig', 'topK'],
  forced: 'named',
  caches: 'messages',
  status: true,
  signs: true,
  bareSchemas: true,
}
const mistral: Family = {
  ...plain,
  maker: 'mistral',
  topK: ['top_k'],
  forced: 'any',
  jsonResults: true,
  nineLetters: true,
}
const open: Family = { ...plain, schemas: true }

// From the pages of AWS on Converse, tool use, caching, structured output and each maker's models, and from what recorded
// requests were taken; the first that fits counts.
const rows: readonly (readonly [RegExp, Family])[] = [
  [/claude-(?:v?[12]\b|instant)/, { ...claude, caches: 'nowhere', forced: 'none', signs: false }],
  [/claude-3-7/, budgeted],
  [/claude-3/, { ...claude, caches: 'everywhere' }],
  [/claude-opus-4-1(?!\d)/, { ...budgeted, sampling: 'either' }],
  [/claude-[a-z]+-4-5/, { ...budgeted, sampling: 'either', schemas: true, single: true }],
  [/claude-[a-z]+-4-6/, byEffort],
  [/claude-[a-z]+-4-[789]/, newest],
  [/claude-[a-z]+-4/, budgeted],
  [/claude-(?:opus|sonnet)-5-5|claude-fable-5-[1-9](?!\d{2})/, { ...newest, alwaysThinks: true, forced: 'none' }],
  [/claude-fable-5/, { ...newest, alwaysThinks: true }],
  [/claude/, newest],
  [/nova-(?:2|premier-2|[a-z]+-v2)/, { ...nova, thinks: 'nova' }],
  [/nova/, nova],
  [/titan/, { ...plain, maker: 'amazon' }],
  [/mistral-large-3|ministral-3|magistral|voxtral/, { ...mistral, schemas: true }],
  [/mistral|mixtral|pixtral|devstral|ministral/, mistral],
  [/llama|meta\./, { ...plain, maker: 'meta' }],
  [/gpt-oss|openai/, { ...open, maker: 'openai', thinks: 'openai' }],
  [/qwen/, { ...open, maker: 'qwen', thinks: 'qwen' }],
  [/deepseek.*r1/, { ...plain, maker: 'deepseek', alwaysThinks: true }],
  [/deepseek/, { ...open, maker: 'deepseek' }],
  [/command-r|cohere/, { ...plain, maker: 'cohere', topK: ['k'], penalties: true }],
  [/gemma|nemotron|minimax|kimi|glm/, { ...open, maker: 'open' }],
  [/jamba|ai21|palmyra|writer/, { ...plain, maker: 'other' }],
]

/** What this model takes. Of one whose name does not tell whose it is, most is hoped for. */
export const familyOf = (model: string): Family => {
  const name = model
    .toLowerCase()
    .replace(/[@:]/g, '-')
    .replace(/(\d)\.(?=\d)/g, '$1-')
  return rows.find(([pattern]) => pattern.test(name))?.[1] ?? unknown
}

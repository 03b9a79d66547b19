/** What other gateways call the steps of a policy, and what each word means here. */
import type { StepOptions } from '../domain/policy.ts'

/** One word of another gateway. */
export interface Synonym {
  readonly name: string
  /** The gateways that have the word. */
  readonly of: string
  /** What it becomes, as a policy has it; for a reference page. */
  readonly here: string
  /** `same` where it does what it does there; `near` where it is meant for the same, but reckons otherwise. */
  readonly meaning: 'same' | 'near'
  /** What it does there, and what is different here. */
  readonly sentence: string
  /** The step that it is, with options and what their options are called here; absent where it is more than one step. */
  readonly step?: {
    readonly use: string
    readonly with?: StepOptions
    readonly options?: Readonly<Record<string, string>>
  }
}

const one = (
  word: Omit<Synonym, 'here' | 'meaning' | 'step'> & Partial<Pick<Synonym, 'meaning'>>,
  step: NonNullable<Synonym['step']>,
): Synonym => {
  const options = Object.entries(step.with ?? {}).map(([name, value]) => `${name}: ${String(value)}`)
  const here = options.length === 0 ? step.use : `{ use: ${step.use}, with: { ${options.join(', ')} } }`
  return { ...word, here, meaning: word.meaning ?? 'same', step }
}

/** A word that is a step here too. */
const own = (name: string, of: string, sentence: string, meaning: Synonym['meaning'] = 'same'): Synonym => ({
  name,
  of,
  here: name,
  meaning,
  sentence,
})

const weighted = { use: 'weighted' } as const
const fast = { use: 'fast' } as const
const cheap = { use: 'cheap' } as const
const headroom = { use: 'headroom' } as const
const near = { meaning: 'near' } as const

/** Words of LiteLLM, then of Portkey, Bifrost, OpenRouter, Future AGI and Kong. */
export const synonyms: readonly Synonym[] = [
  one(
    {
      name: 'simple-shuffle',
      of: 'LiteLLM',
      ...near,
      sentence:
        'Draws by weight. There a deployment without a weight goes by its rpm, then by its tpm; here its weight is 1.',
    },
    weighted,
  ),
  own(
    'least-busy',
    'LiteLLM',
    'Fewest requests under way. Here in proportion to what each may have at once, where that is known.',
    'near',
  ),
  one(
    {
      name: 'latency-based-routing',
      of: 'LiteLLM',
      ...near,
      sentence:
        'Lowest latency. There the mean of the last ten answers, and whoever was never asked goes first; here the p95 of the last minute, and the unproven get a share.',
    },
    { ...fast, options: { lowest_latency_buffer: 'within' } },
  ),
  one(
    {
      name: 'cost-based-routing',
      of: 'LiteLLM',
      ...near,
      sentence:
        'Lowest price. There input and output price are added up, and no price counts as 10 dollars; here it is what this request is expected to cost, and the unpriced come last.',
    },
    cheap,
  ),
  one({ name: 'lowest-cost', of: 'LiteLLM', ...near, sentence: 'Another name of cost-based-routing.' }, cheap),
  one(
    {
      name: 'usage-based-routing',
      of: 'LiteLLM',
      ...near,
      sentence:
        'Lowest use of tokens in this minute, without those over their limit. Here by the share of each limit that is left; put within-limits beside it.',
    },
    headroom,
  ),
  one(
    { name: 'usage-based-routing-v2', of: 'LiteLLM', ...near, sentence: 'As usage-based-routing, of requests too.' },
    headroom,
  ),
  {
    name: 'fastest_response',
    of: 'LiteLLM',
    here: '{ execution: { mode: race } }',
    meaning: 'near',
    sentence: 'All are asked at once, and the first answer counts. Here two, unless width says more.',
  },
  one({ name: 'loadbalance', of: 'Portkey', sentence: 'Draws by weight.' }, weighted),
  one(
    { name: 'fallback', of: 'Portkey', sentence: 'One after another, in the order of the list.' },
    { use: 'priority', with: { by: 'place' } },
  ),
  {
    name: 'conditional',
    of: 'Portkey',
    here: '{ when, then, otherwise }',
    meaning: 'same',
    sentence: 'The first condition that holds says who serves. Here default has to be given.',
  },
  own(
    'adaptive',
    'Bifrost, Future AGI',
    'A score of errors, latency and load. Here price counts too, unless the preset classic leaves it out.',
    'near',
  ),
  one(
    {
      name: 'adaptive-load-balancing',
      of: 'Bifrost',
      ...near,
      sentence: 'A score of errors, latency and load, by the weights that were published.',
    },
    { use: 'adaptive', with: { preset: 'classic' } },
  ),
  own(
    'inverse-square',
    'OpenRouter',
    'A chance that falls with the square of the price: how it spreads where nothing is asked for.',
  ),
  one({ name: 'price', of: 'OpenRouter', sentence: 'Sorts by price.' }, cheap),
  one(
    { name: 'throughput', of: 'OpenRouter', sentence: 'Sorts by tokens a second.' },
    { use: 'fast', with: { by: 'throughput' } },
  ),
  one(
    {
      name: 'latency',
      of: 'OpenRouter',
      ...near,
      sentence: 'Sorts by the median time to the first token; here by p95.',
    },
    fast,
  ),
  own('round-robin', 'Future AGI, Kong', 'One after the other.'),
  own('weighted', 'Future AGI', 'Draws by weight.'),
  one(
    {
      name: 'least-latency',
      of: 'Future AGI',
      ...near,
      sentence: 'Lowest latency. There a moving average that prefers whoever was never asked; here the p95.',
    },
    fast,
  ),
  one(
    {
      name: 'cost-optimized',
      of: 'Future AGI',
      ...near,
      sentence: 'Lowest cost. There by a number that is configured; here by what this request is expected to cost.',
    },
    cheap,
  ),
  {
    name: 'complexity-based',
    of: 'Future AGI, LiteLLM',
    here: '{ when: { request.tier }, then, otherwise }',
    meaning: 'near',
    sentence: 'Who serves goes by how hard the request is. Difficulty is reckoned otherwise in each gateway.',
  },
  one({ name: 'provider-lock', of: 'Future AGI', sentence: 'One provider and no other.' }, { use: 'lock' }),
  {
    name: 'race',
    of: 'Future AGI',
    here: '{ execution: { mode: race } }',
    meaning: 'same',
    sentence: 'Several are asked at once; the first content counts, and the others are stopped.',
  },
  {
    name: 'fastest',
    of: 'Future AGI',
    here: '{ execution: { mode: race } }',
    meaning: 'same',
    sentence: 'Another name of race.',
  },
  {
    name: 'failover',
    of: 'Future AGI',
    here: '[{ use: priority, with: { by: place } }, { execution: { mode: fallback } }]',
    meaning: 'same',
    sentence: 'One after another, in the order of the list. How many are tried is said by patience.',
  },
  {
    name: 'mirror',
    of: 'Future AGI, LiteLLM',
    here: '{ split } with an arm that is a shadow',
    meaning: 'same',
    sentence: 'A copy of some requests goes to another target, whose answers nobody is shown.',
  },
  one(
    { name: 'lowest-latency', of: 'Kong', ...near, sentence: 'Lowest latency. There a peak-sensitive moving average.' },
    fast,
  ),
  one(
    {
      name: 'lowest-usage',
      of: 'Kong',
      ...near,
      sentence: 'Lowest use of tokens. Here by the share of each limit that is left.',
    },
    headroom,
  ),
  one(
    {
      name: 'consistent-hashing',
      of: 'Kong',
      ...near,
      sentence: 'The same header, the same target. Here by session, user or a tag.',
    },
    { use: 'sticky' },
  ),
]

const byName: ReadonlyMap<string, Synonym> = new Map(synonyms.map(word => [word.name, word]))

/** All words that are no steps of that name themselves. */
export const synonymNames: readonly string[] = synonyms
  .filter(({ name, here }) => name !== here)
  .map(({ name }) => name)

/** The word of this name, whether it is one step here or several. */
export const synonymNamed = (name: string): Synonym | undefined => byName.get(name)

/** The step that a word of another gateway means; undefined for other words, and for those that are more than one step. */
export const synonymOf = (name: string): Synonym['step'] => byName.get(name)?.step

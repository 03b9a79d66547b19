/** The five problems: an outage of one and of all, prices far apart, heavy tails and flapping, silent drift, one tenant among many. */
import { patience, policy, tenMinutes } from './drill.ts'
import type { Contender, Drill } from './drill.ts'
import { classic } from './peer-classic.ts'
import { litellm, movingAverage, peakEwma, twoChoices } from './peers-latency.ts'
import { bestScore, cheapest, hashed, inOrder, roundRobin } from './peers-plain.ts'
import { fourHosts, limitedHosts, nineModels, steadyTenant, tailWeather, tenTenants, threeHosts } from './places.ts'
import { flapping } from './weather.ts'

/** Everybody who balances by turns, latency or load. */
export const balancers: readonly Contender[] = [
  { name: 'round-robin', peer: roundRobin },
  { name: 'LiteLLM, latency', peer: litellm },
  { name: 'EWMA', peer: movingAverage },
  { name: 'P2C', peer: twoChoices },
  { name: 'peak-EWMA', peer: peakEwma },
  { name: 'Bifrost, classic', peer: classic },
]

const fast = policy(
  'capable, healthy, within-limits, { use: fast, with: { by: first-token, within: 10% } }, { use: cheap, with: { withoutFloor: true } }',
)
const adaptive = policy('capable, healthy, within-limits, adaptive')
const hedged = policy(
  'capable, healthy, within-limits, { use: fast, with: { by: first-token, within: 10% } }, { use: cheap, with: { withoutFloor: true } }',
  'execution: { mode: hedge, after: p95, cap: { share: 10%, spend: 10% } }',
)

/** A floor for each task, competition maths, word problems and the rest; then the cheapest. */
const flooredAt = (hard: number, word: number, rest: number): string =>
  [
    'steps:',
    '  - capable',
    '  - healthy',
    '  - within-limits',
    '  - when: { request.task: competition-math }',
    `    then: [{ use: quality-floor, with: { at: ${hard} } }]`,
    '    otherwise:',
    '      - when: { request.task: math-word-problem }',
    `        then: [{ use: quality-floor, with: { at: ${word} } }]`,
    `        otherwise: [{ use: quality-floor, with: { at: ${rest} } }]`,
    '  - { use: cheap, with: { within: 5% } }',
    '  - round-robin',
    patience,
  ].join('\n')

/** Close under what the demo house's models are configured with. */
export const floored = flooredAt(0.5, 0.92, 0.7)
/** With room for what a running score wavers by. */
export const flooredLoosely = flooredAt(0.42, 0.88, 0.62)

const outage: Drill = {
  name: 'outage',
  title: 'Outage of the preferred provider',
  about:
    'One model at three providers. The fastest and cheapest of them answers errors for three of ten minutes; one request of ten gets no answer at all there. Good is: no error reaches a client, the sick provider is left at once, the others are not drowned in retries, and traffic comes back once it is well.',
  lasts: tenMinutes,
  places: threeHosts,
  tenants: [steadyTenant],
  spells: [
    { on: 'north', from: 180, to: 360, fault: { kind: 'error', share: 1 } },
    { on: 'north', from: 180, to: 360, fault: { kind: 'silence', share: 0.1 } },
  ],
  ill: { id: 'north', from: 180, to: 360 },
  contenders: [
    { name: 'preferred first', peer: inOrder },
    ...balancers,
    { name: 'Signalbox, fast', policy: fast },
    { name: 'Signalbox, adaptive', policy: adaptive },
  ],
  columns: [
    'errors',
    'rescued',
    'firstP50',
    'firstP99',
    'cost',
    'evacuated',
    'returned',
    'peakLoad',
    'calls',
    'callsWorst',
  ],
  pictures: ['preferred first', 'LiteLLM, latency', 'peak-EWMA', 'Signalbox, fast'],
}

const darkness: Drill = {
  name: 'full-outage',
  title: 'Everything is out',
  about:
    'All three providers answer errors for one minute. No request can be answered then; good is not to ask again and again those who cannot answer, and to be back at once when they are. The worst ten seconds count every call for every request.',
  lasts: 300,
  places: threeHosts,
  tenants: [steadyTenant],
  spells: threeHosts.map(({ id }) => ({ on: id, from: 120, to: 180, fault: { kind: 'error', share: 1 } })),
  contenders: [
    { name: 'preferred first', peer: inOrder },
    ...balancers,
    { name: 'Signalbox, fast', policy: fast },
    { name: 'Signalbox, adaptive', policy: adaptive },
  ],
  columns: ['errors', 'errorsAfter', 'firstP99', 'calls', 'callsWorst'],
}

const cost: Drill = {
  name: 'cost',
  title: 'Prices far apart',
  about:
    'Nine models whose prices differ more than a hundred times. Good is: the right answers of a dear model at the price of a cheap one. The floors are on scores that were counted on the other half of the recordings.',
  lasts: tenMinutes,
  places: nineModels,
  tenants: [steadyTenant],
  spells: [],
  contenders: [
    { name: 'round-robin', peer: roundRobin },
    { name: 'cheapest (LiteLLM, cost)', peer: cheapest },
    { name: 'best score', peer: bestScore },
    { name: 'EWMA', peer: movingAverage },
    { name: 'Bifrost, classic', peer: classic },
    { name: 'Signalbox, floor then cheap', policy: floored },
    {
      name: 'Signalbox, best then cheap',
      policy: policy('capable, healthy, within-limits, { use: good, with: { within: 0.02 } }, cheap'),
    },
  ],
  columns: ['errors', 'quality', 'cost', 'firstP50', 'firstP99', 'calls'],
}

const tail: Drill = {
  name: 'tail-latency',
  title: 'Heavy tails and slow phases',
  about:
    'One model at four providers. The one with the best median makes one request of ten wait twelve times as long; two others have slow minutes, one after another. Good is: a low p99 of the time to first token, with few changes of mind.',
  lasts: tenMinutes,
  places: fourHosts,
  tenants: [steadyTenant],
  spells: tailWeather,
  contenders: [
    ...balancers,
    { name: 'Signalbox, fast', policy: fast },
    { name: 'Signalbox, adaptive', policy: adaptive },
    { name: 'Signalbox, fast and hedged', policy: hedged },
  ],
  columns: ['errors', 'firstP50', 'firstP95', 'firstP99', 'wholeP99', 'cost', 'extra', 'switches', 'calls'],
}

const flap: Drill = {
  name: 'flapping',
  title: 'A provider that flaps',
  about:
    'One of three providers is the fastest for 20 s and five times as slow for the next 20 s, all ten minutes long. Good is: a low p99, and no running after it; fewer than two changes of leader a minute.',
  lasts: tenMinutes,
  places: [
    { id: 'flapper', model: 'gpt-4o-mini-2024-07-18', firstToken: 0.6 },
    { id: 'steady', model: 'gpt-4o-mini-2024-07-18', firstToken: 1 },
    { id: 'plain', model: 'gpt-4o-mini-2024-07-18', firstToken: 1.15 },
  ],
  tenants: [steadyTenant],
  spells: flapping({ on: 'flapper', from: 20, to: tenMinutes, slow: 5 }, 20, 20),
  contenders: [
    ...balancers,
    { name: 'Signalbox, fast', policy: fast },
    { name: 'Signalbox, adaptive', policy: adaptive },
  ],
  columns: ['errors', 'firstP50', 'firstP95', 'firstP99', 'wholeP99', 'switches', 'calls'],
  pictures: ['LiteLLM, latency', 'EWMA', 'peak-EWMA', 'Signalbox, fast'],
}

const drift: Drill = {
  name: 'drift',
  title: 'Silent drift of quality',
  about:
    'From the third minute to the eighth, the provider of gpt-4o-mini quietly serves a much weaker model: no error, no delay. A quarter of all answers is scored afterwards. Good is: few wrong answers in that time, and a return after it. The scores reach the gateway as a reload of its configured quality every ten seconds.',
  lasts: tenMinutes,
  places: nineModels,
  tenants: [steadyTenant],
  spells: [{ on: 'gpt-4o-mini', from: 180, to: 480, answersAs: 'llama-3.1-8b-instruct' }],
  ill: { id: 'gpt-4o-mini', from: 180, to: 480 },
  contenders: [
    { name: 'round-robin', peer: roundRobin },
    { name: 'cheapest (LiteLLM, cost)', peer: cheapest },
    { name: 'best score, as configured', peer: bestScore },
    { name: 'Bifrost, classic', peer: classic },
    { name: 'Signalbox, scores not told', policy: flooredLoosely },
    { name: 'Signalbox, scores told', policy: flooredLoosely, isTold: true },
  ],
  columns: ['errors', 'quality', 'qualityAfter', 'cost', 'evacuated', 'returned', 'calls'],
  pictures: ['Signalbox, scores not told', 'Signalbox, scores told'],
}

const tenants: Drill = {
  name: 'tenants',
  title: 'One noisy tenant among ten',
  about:
    'Ten tenants with sessions, one model at three providers that are rate limited. In minutes 3 to 6 one tenant asks for ten times what the others do, in four sessions. Good is: the others notice nothing, and the sessions of those stay where their prompts are cached.',
  lasts: tenMinutes,
  places: limitedHosts,
  tenants: tenTenants,
  spells: [],
  noisy: 'noisy',
  contenders: [
    { name: 'round-robin', peer: roundRobin },
    { name: 'by a hash of the session', peer: hashed },
    { name: 'LiteLLM, latency', peer: litellm },
    { name: 'P2C', peer: twoChoices },
    { name: 'Bifrost, classic', peer: classic },
    { name: 'Signalbox, sticky', policy: policy('capable, healthy, within-limits, sticky') },
    {
      name: 'Signalbox, sticky with a share',
      policy: policy('capable, healthy, within-limits, { use: sticky, with: { tenantShare: 50% } }, least-busy'),
    },
  ],
  columns: ['errors', 'othersErrors', 'rescued', 'othersFirstP99', 'noisyFirstP99', 'noisyTop', 'kept', 'calls'],
}

export const problems: readonly Drill[] = [outage, darkness, cost, tail, flap, drift, tenants]

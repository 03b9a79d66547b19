/** What a configuration file may say of live state: when circuits open and close, and how often a pool may be asked again. */
import { amount, fraction, optionalLeaf, time, whole } from './kinds.ts'
import { shape } from './shape.ts'

const breaker = shape(
  {
    failuresInRow: optionalLeaf(whole(1, 1000), 'Failures in a row that open a circuit; 5 if left out.'),
    failureShare: optionalLeaf(fraction, 'Above this share of failures in the last minute it opens; 50% if left out.'),
    leastCalls: optionalLeaf(whole(1, 100_000), 'Once so many calls of the last minute were counted; 20 if left out.'),
    firstRest: optionalLeaf(time(100), 'How long it stays open the first time, doubled each time; 5s if left out.'),
    longestRest: optionalLeaf(
      time(100),
      'How long at most; 2m if left out. Shorter brings a provider back sooner, and costs a failed probe as often.',
    ),
    probesToClose: optionalLeaf(whole(1, 100), 'Good probes in a row that close it; 3 if left out.'),
  },
  {
    what: 'a breaker such as { failuresInRow: 5, longestRest: 30s }',
    about: 'When the circuit of a deployment opens.',
  },
)

const retries = shape(
  {
    share: optionalLeaf(fraction, 'Of the requests of the last ten seconds, how many may be retries; 20% if left out.'),
    perSecond: optionalLeaf(
      amount('retries a second', 10_000),
      'So many a second may be, where that is more; 3 if left out.',
    ),
  },
  {
    what: 'retries such as { share: 20%, perSecond: 3 }',
    about: 'How often a pool may ask whoever failed last, so that an outage is not made worse.',
  },
)

/** Live state. */
export const live = shape(
  { breaker: breaker.optional(), retries: retries.optional() },
  {
    what: 'live state such as { breaker: { longestRest: 30s } }',
    about: 'When circuits open and close, and how often a pool may be asked again. Taken when the process starts.',
  },
)

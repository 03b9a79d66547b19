/** What each constraint keeps and leaves out, and what it says. */
import { describe, expect, it } from 'vitest'
import { candidate, compiled, facts, measured } from '../../../test/contract/strategy.contract.ts'
import type { Facts } from '../../domain/decision.ts'
import type { Candidate } from '../../domain/deployment.ts'
import type { DialectId, ProviderId } from '../../domain/ids.ts'
import type { StepOptions } from '../../domain/policy.ts'
import { microUsd, millis, tokens, unit } from '../../domain/units.ts'
import type { Instant } from '../../domain/units.ts'
import { decide } from '../decide.ts'
import { budget } from './budget.ts'

/** What the step says of one candidate; `keeps` if nothing. */
const said = (
  use: string,
  one: Candidate,
  change: Parameters<typeof facts>[1] = {},
  options: StepOptions = {},
): string => decide(compiled({ use, with: options }), facts([one], change)).excluded[0]?.reasons[0]?.says ?? 'keeps'

describe('capable', () => {
  const asked = (inputTokens: number, maxOutputTokens?: number): Parameters<typeof facts>[1] => ({
    request: {
      inputTokens: tokens(inputTokens),
      ...(maxOutputTokens === undefined ? {} : { maxOutputTokens: tokens(maxOutputTokens) }),
    },
  })
  const sized = candidate('a', { contextWindow: tokens(2000), maxOutput: tokens(800) })
  it('wants every ability that the request needs', () => {
    expect(said('capable', sized, { request: { needs: ['text', 'image', 'tools'] } })).toBe(
      'does not accept image and tools',
    )
    expect(said('capable', sized, { request: { needs: [] } })).toBe('keeps')
  })
  it('counts the output that is allowed against the window, else the output that is expected', () => {
    expect(said('capable', sized, asked(1500))).toBe('keeps')
    expect(said('capable', sized, asked(1501))).toBe('needs 2,001 tokens, its window has 2,000')
    expect(said('capable', sized, asked(1201, 800))).toBe('needs 2,001 tokens, its window has 2,000')
    expect(said('capable', sized, asked(1200, 800))).toBe('keeps')
  })
  it('wants room for the output, and trusts where nobody told', () => {
    expect(said('capable', sized, asked(10, 801))).toBe('801 tokens of output are asked for, it gives 800 at most')
    expect(said('capable', candidate('b'), asked(1e9, 1e9))).toBe('keeps')
  })
})

describe('capable, where no parameter may be lost', () => {
  const claude = candidate('a', { dialect: 'anthropic-messages' as DialectId })
  const asked = (params: Facts['request']['params'], bounds: Facts['bounds'] = {}): Parameters<typeof facts>[1] => ({
    request: { dialect: 'openai-chat' as DialectId, params },
    bounds,
  })
  it('names what would be lost, by either spelling of the option, and keeps who loses nothing', () => {
    const words = 'would lose seed on the way into anthropic-messages'
    expect(said('capable', claude, asked({ seed: 7, stream: true }), { 'require-parameters': true })).toBe(words)
    expect(said('capable', claude, asked({ seed: 7 }), { requireParameters: true })).toBe(words)
    expect(said('capable', claude, asked({ stream: true }), { requireParameters: true })).toBe('keeps')
    expect(said('capable', candidate('b'), asked({ seed: 7 }), { requireParameters: true })).toBe('keeps')
    expect(said('capable', claude, asked({ seed: 7 }))).toBe('keeps')
  })
  it('runs in front of every policy where the request says so', () => {
    const bound = asked({ seed: 7 }, { requireParameters: true })
    expect(said('priority', claude, bound)).toBe('would lose seed on the way into anthropic-messages')
    expect(said('priority', claude, asked({ seed: 7 }, { requireParameters: false }))).toBe('keeps')
  })
})

describe('budget', () => {
  // 1,000 tokens in at 1 dollar and 500 out at 2 dollars a million: 2,000 µ$.
  const left = (micro: number, used: number, cap?: number): Parameters<typeof facts>[1] => ({
    signals: { 'budget.left': { value: microUsd(micro) }, 'budget.used': { value: unit(used) } },
    ...(cap !== undefined && { bounds: { budgetCap: microUsd(cap) } }),
  })
  it('wants the expected cost to fit what is left, and says how much that is', () => {
    expect(said('budget', candidate('a'), left(2000, 0.9))).toBe('keeps')
    expect(said('budget', candidate('a'), left(1999, 0.9))).toBe(
      'expected cost $0.002, and $0.001999 is left of the budget',
    )
    expect(said('budget', candidate('a'), left(-5, 1))).toBe('expected cost $0.002, and $0 is left of the budget')
    expect(said('budget', candidate('a'))).toBe('keeps')
  })
  it('may stop before all is spent', () => {
    // 10,000 µ$ left of 100,000 of which 90 % are used.
    expect(said('budget', candidate('a'), left(10_000, 0.9), { at: '92%' })).toBe('keeps')
    expect(said('budget', candidate('a'), left(10_000, 0.9), { at: '91.9%' })).toBe(
      'expected cost $0.002, and $0.0019 is left of the first 91.9 % of the budget',
    )
    expect(said('budget', candidate('a'), left(10_000, 0.9), { at: '80%' })).toBe(
      'expected cost $0.002, and $0 is left of the first 80 % of the budget',
    )
    expect(said('budget', candidate('a'), left(0, 1), { at: '80%' })).toBe(
      'expected cost $0.002, and $0 is left of the first 80 % of the budget',
    )
  })
  it("goes by the request's own cap where that is less", () => {
    const step = budget.make({})
    const given = facts([candidate('a')], left(10_000, 0.5, 1500))
    const words = step.ok && step.value.kind === 'constraint' ? step.value.exclude(candidate('a'), given) : ''
    expect(words).toBe("expected cost $0.002, and $0.0015 is left of this request's own cap")
  })
  it('takes no price for no promise, unless it is told to keep such', () => {
    const unpriced = candidate('a', { price: undefined })
    expect(said('budget', unpriced, left(1, 0))).toBe('has no price, and $0.000001 is left of the budget')
    expect(said('budget', unpriced, left(1, 0), { unknown: 'keep' })).toBe('keeps')
    expect(said('budget', unpriced)).toBe('keeps')
  })
})

describe('within-limits', () => {
  const now = 1_000_000 as Instant
  const room = (requests: number, left: number, more: object = {}): Parameters<typeof facts>[1] => ({
    now,
    signals: {
      'candidate.headroom': measured({
        a: { requests: unit(requests), tokens: unit(left), concurrent: unit(1), ...more },
      }),
    },
  })
  const limited = candidate('a', { limits: { tpm: 10_000 } })
  it('leaves out what has nothing left, and says when that ends', () => {
    expect(said('within-limits', limited, room(0, 1))).toBe('no requests left')
    expect(said('within-limits', limited, room(1, 0, { resetAt: now + 2500 }))).toBe(
      'no tokens left, whole again in 2.5 s',
    )
    expect(said('within-limits', limited, room(0.001, 1))).toBe('keeps')
  })
  it('asks whether this request fits into what is left', () => {
    expect(said('within-limits', limited, room(1, 0.15))).toBe('keeps')
    expect(said('within-limits', limited, room(1, 0.149))).toBe('needs 1,500 tokens, 1,490 of 10,000 a minute are left')
    expect(said('within-limits', candidate('a', { limits: { tpm: 1499 } }))).toBe(
      'needs 1,500 tokens, 1,499 of 1,499 a minute are left',
    )
  })
  it('forgets windows that are past, but not requests under way', () => {
    expect(said('within-limits', limited, room(0, 0, { resetAt: now }))).toBe('keeps')
    expect(said('within-limits', limited, room(1, 1, { concurrent: 0, resetAt: now }))).toBe(
      'as many requests at once as it takes are running',
    )
  })
})

describe('quality-floor', () => {
  const learned = (mean: number, low: number): Parameters<typeof facts>[1] => ({
    signals: {
      'request.task': { value: 'chat' },
      'candidate.quality': measured({ a: { mean: unit(mean), low: unit(low), samples: 50, source: 'learned' } }),
    },
  })
  const task = (value: string): Parameters<typeof facts>[1] => ({ signals: { 'request.task': { value } } })
  const scored = candidate('a', { quality: { chat: unit(0.9), code: unit(0.7) } })
  it('goes by the score for the task, `*` for any, and the lowest where no task is named and none is known for the guess', () => {
    const at = { at: 0.8 }
    expect(said('quality-floor', scored, task('chat'), at)).toBe('keeps')
    expect(said('quality-floor', scored, task('code'), at)).toBe('quality 0.7 is under the floor of 0.8')
    expect(said('quality-floor', scored, task('rag'), at)).toBe('no quality known')
    const guessed = { signals: { 'request.task': { value: 'rag' }, 'request.confidence': { value: unit(0.9) } } }
    expect(said('quality-floor', scored, guessed, at)).toBe('quality 0.7 is under the floor of 0.8')
    expect(said('quality-floor', scored, {}, at)).toBe('quality 0.7 is under the floor of 0.8')
    expect(said('quality-floor', candidate('a', { quality: { '*': unit(0.8) } }), task('rag'), at)).toBe('keeps')
  })
  it('goes by the lower bound of what was learned, at the confidence that is asked', () => {
    expect(said('quality-floor', scored, learned(0.85, 0.79), { at: 0.8 })).toBe(
      'quality 0.79 is under the floor of 0.8',
    )
    expect(said('quality-floor', scored, learned(0.85, 0.79), { at: 0.8, confidence: '80%' })).toBe('keeps')
    expect(said('quality-floor', scored, learned(0.85, 0.81), { at: 0.8, confidence: '99%' })).toBe(
      'quality 0.777 is under the floor of 0.8',
    )
  })
  it('leaves out the unknown unless it is told to keep them', () => {
    expect(said('quality-floor', candidate('a'), {}, { at: 0 })).toBe('no quality known')
    expect(said('quality-floor', candidate('a'), {}, { at: 1, unknown: 'keep' })).toBe('keeps')
  })
})

describe('ceilings', () => {
  const slow = (p95: number, samples: number): Parameters<typeof facts>[1] => ({
    signals: { 'candidate.latency': measured({ a: { p95: millis(p95), samples } }) },
  })
  it('of cost hold at the border, and leave out the unpriced unless told otherwise', () => {
    // 1,000 tokens in at 1 dollar and 500 out at 2 dollars a million: 2,000 µ$.
    expect(said('cost-ceiling', candidate('a'), {}, { at: '$0.002' })).toBe('keeps')
    expect(said('cost-ceiling', candidate('a'), {}, { at: '$0.0019' })).toBe(
      'expected cost $0.002 is over the ceiling of $0.0019',
    )
    const unpriced = candidate('a', { price: undefined })
    expect(said('cost-ceiling', unpriced, {}, { at: 1 })).toBe('has no price, and the ceiling is $1')
    expect(said('cost-ceiling', unpriced, {}, { at: 1, unknown: 'keep' })).toBe('keeps')
    const odd = candidate('a', { price: { inputPerMillion: microUsd(Number.NaN), outputPerMillion: microUsd(0) } })
    expect(said('cost-ceiling', odd, {}, { at: 1 })).toBe('has no price, and the ceiling is $1')
  })
  it('of cost may be for a million tokens, in or out, at the price for this length', () => {
    const tiered = candidate('a', {
      price: {
        inputPerMillion: microUsd(1_000_000),
        outputPerMillion: microUsd(2_000_000),
        tiers: [{ above: tokens(2000), inputPerMillion: microUsd(4_000_000) }],
      },
    })
    expect(said('cost-ceiling', tiered, {}, { at: '$1', of: 'input' })).toBe('keeps')
    expect(said('cost-ceiling', tiered, {}, { at: '$1.5', of: 'output' })).toBe(
      '$2 for a million tokens of output is over the ceiling of $1.5',
    )
    expect(said('cost-ceiling', tiered, { request: { inputTokens: tokens(2001) } }, { at: '$1', of: 'input' })).toBe(
      '$4 for a million tokens of input is over the ceiling of $1',
    )
    const unpriced = candidate('a', { price: undefined })
    expect(said('cost-ceiling', unpriced, {}, { at: '$1', of: 'input' })).toBe('has no price, and the ceiling is $1')
  })
  it('of latency go by those who are proven', () => {
    expect(said('latency-ceiling', candidate('a'), slow(2001, 20), { at: '2s' })).toBe(
      'p95 of 2 s is over the ceiling of 2 s',
    )
    expect(said('latency-ceiling', candidate('a'), slow(2000, 20), { at: '2s' })).toBe('keeps')
    expect(said('latency-ceiling', candidate('a'), slow(9000, 19), { at: '2s' })).toBe('keeps')
    expect(said('latency-ceiling', candidate('a'), slow(9, 19), { at: '2s', unknown: 'exclude' })).toBe(
      'too few samples to know its latency',
    )
  })
})

describe('a ceiling of latency by the whole answer', () => {
  const known = (expected: number | undefined, samples = 20): Parameters<typeof facts>[1] => ({
    signals: {
      'candidate.latency': measured({
        a: { p95: millis(9000), samples, ...(expected !== undefined && { expected: millis(expected) }) },
      }),
    },
  })
  it('goes by what is expected of this request, and not by its first token', () => {
    const options = { at: '5s', by: 'expected' }
    expect(said('latency-ceiling', candidate('a'), known(5001), options)).toBe(
      'expected latency of 5 s is over the ceiling of 5 s',
    )
    expect(said('latency-ceiling', candidate('a'), known(4000), options)).toBe('keeps')
    expect(said('latency-ceiling', candidate('a'), known(undefined), options)).toBe('keeps')
    expect(said('latency-ceiling', candidate('a'), known(9999, 19), options)).toBe('keeps')
    expect(said('latency-ceiling', candidate('a'), known(undefined), { ...options, unknown: 'exclude' })).toBe(
      'its expected latency is not known',
    )
  })
})

describe('where', () => {
  const eu = candidate('a', { tags: { region: 'eu', gpus: '8' } })
  it('wants each named tag to have one of its values', () => {
    expect(said('where', eu, {}, { region: ['us', 'eu'], gpus: 8 })).toBe('keeps')
    expect(said('where', eu, {}, { region: 'us' })).toBe('its region is eu, which must be us')
    expect(said('where', eu, {}, { zone: 'a' })).toBe('has no tag zone, which must be a')
    expect(said('where', eu, {}, { toString: 'x' })).toBe('has no tag toString, which must be x')
  })
})

describe('lock, only and ignore', () => {
  const one = candidate('a', { provider: 'anthropic' as ProviderId })
  it('go by their own names, or else by those of the request', () => {
    expect(said('lock', one, {}, { provider: 'openai' })).toBe('locked to provider openai')
    expect(said('lock', one, {})).toBe('keeps')
    expect(said('only', one, {}, { providers: ['openai', 'local'] })).toBe(
      'provider anthropic is not among openai and local',
    )
    expect(said('only', one, { bounds: { only: [] } })).toBe('provider anthropic is not among none')
    expect(said('ignore', one, {}, { providers: 'anthropic' })).toBe('provider anthropic is to be ignored')
    expect(said('ignore', one, { bounds: { ignore: ['openai'] } })).toBe('keeps')
  })
})

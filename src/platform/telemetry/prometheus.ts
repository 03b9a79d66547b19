/** Counters and histograms of settled requests, in Prometheus' text format. */
import { codeOf } from '../../domain/failure.ts'
import type { Settled, ShadowStory } from '../../domain/gateway-event.ts'
import type { Attempt } from '../../domain/outcome.ts'
import type { PartHealth } from '../../ports/part-health.ts'
import type { Listener } from '../listener.ts'
import { Metrics } from '../prometheus/metrics.ts'
import { durationOf, fallbackOf, firstContentOf, servedOf, statusToldOf, stepsDownOf } from '../story.ts'

export interface PrometheusListener extends Listener {
  /** All metrics, in exposition format 0.0.4. */
  text(): string
  /** Tells the losses of another listener too, under its name. */
  watchLosses(listener: string, read: () => number): void
  /** Tells how many requests are under way. */
  watchInFlight(read: () => number): void
  /** Tells how a part of the house is. */
  watchPart(part: string, read: () => PartHealth): void
}

const levels: Readonly<Record<PartHealth['state'], number>> = { ok: 1, degraded: 0.5, down: 0 }

/** The buckets that OpenTelemetry's conventions ask for, in seconds and tokens. */
const durations = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
const firstTokens = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
const perToken = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5]
const tokenCounts = Array.from({ length: 14 }, (_, power) => 4 ** power)

/** Our own time: from a tenth of a millisecond. */
const overheads = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1]

const seconds = (duration: number): number => duration / 1000

const ofModel = ['gen_ai_operation_name', 'gen_ai_provider_name', 'gen_ai_request_model'] as const

/** What OpenTelemetry's conventions name. */
const conventional = (metrics: Metrics) => ({
  attemptDuration: metrics.histogram(
    'gen_ai_client_operation_duration_seconds',
    'Duration of attempts at providers.',
    [...ofModel, 'gen_ai_response_model', 'error_type'],
    durations,
  ),
  tokenUsage: metrics.histogram(
    'gen_ai_client_token_usage',
    'Input and output tokens of attempts.',
    [...ofModel, 'gen_ai_token_type'],
    tokenCounts,
  ),
  requestDuration: metrics.histogram(
    'gen_ai_server_request_duration_seconds',
    'Duration of requests, from the first byte read to the last written.',
    [...ofModel, 'error_type'],
    durations,
  ),
  firstToken: metrics.histogram(
    'gen_ai_server_time_to_first_token_seconds',
    'From the request to the first content of its answer.',
    ofModel,
    firstTokens,
  ),
  perToken: metrics.histogram(
    'gen_ai_server_time_per_output_token_seconds',
    'Time for each output token after the first.',
    ofModel,
    perToken,
  ),
})

/** What nobody else names. */
const ownMetrics = (metrics: Metrics) => ({
  requests: metrics.counter('signalbox_requests_total', 'Requests by the status that the client was told.', [
    'pool',
    'status',
  ]),
  attempts: metrics.counter('signalbox_attempts_total', 'Attempts by deployment, and how they ended.', [
    'deployment',
    'outcome',
  ]),
  fallbacks: metrics.counter('signalbox_fallbacks_total', 'Steps down to another candidate, and why.', [
    'pool',
    'reason',
  ]),
  // Kept in whole millionths, so that the sum is exact however long it runs.
  cost: metrics.counter(
    'signalbox_cost_usd_total',
    'What requests cost, in US dollars.',
    ['pool', 'provider', 'model'],
    1e6,
  ),
  shadows: metrics.counter(
    'signalbox_shadows_total',
    'Copies that were answered for nobody to see, or why nobody was asked, by arm and deployment.',
    ['arm', 'deployment', 'outcome'],
  ),
  shadowCost: metrics.counter(
    'signalbox_shadow_cost_usd_total',
    'What copies cost, in US dollars; no part of what requests cost.',
    ['arm', 'provider', 'model'],
    1e6,
  ),
  overhead: metrics.histogram(
    'signalbox_overhead_seconds',
    'Our own time before the first upstream was asked.',
    ['pool'],
    overheads,
  ),
  inFlight: metrics.watched('gauge', 'signalbox_requests_in_flight', 'Requests under way.'),
  refused: metrics.counter('signalbox_limit_refusals_total', 'What limits had no room for, by level and measure.', [
    'level',
    'measure',
  ]),
  parts: metrics.watched(
    'gauge',
    'signalbox_part_up',
    '1 where a part works, 0.5 where with less, 0 where it is down.',
    'part',
  ),
  waiting: metrics.watched('gauge', 'signalbox_part_waiting', 'What waits to be written by a part.', 'part'),
  dropped: metrics.watched(
    'counter',
    'signalbox_telemetry_dropped_total',
    'Entries that a telemetry listener lost.',
    'listener',
  ),
})

const metricsOf = () => {
  const metrics = new Metrics()
  return { metrics, ...conventional(metrics), ...ownMetrics(metrics) }
}
type All = ReturnType<typeof metricsOf>

const systemOf = ({ system, candidate }: Attempt): string => system ?? candidate.provider

const tellAttempt = (all: All, settled: Pick<Settled, 'operation'>, attempt: Attempt): void => {
  const { candidate, failure, usage, startedAt, endedAt } = attempt
  const model = [settled.operation, systemOf(attempt), candidate.model]
  all.attempts.add([candidate.id, failure === undefined ? 'ok' : failure.kind], 1)
  // A provider's word for its model is bounded by what we asked for; where it answered with none, ours.
  const responded = attempt.upstreamModel ?? candidate.model
  all.attemptDuration.observe([...model, responded, failure?.kind ?? ''], seconds(Math.max(0, endedAt - startedAt)))
  if (usage === undefined) return
  all.tokenUsage.observe([...model, 'input'], usage.input)
  all.tokenUsage.observe([...model, 'output'], usage.output)
}

const tellAnswer = (all: All, settled: Settled, attempt: Attempt, model: readonly string[]): void => {
  const first = firstContentOf(settled)
  if (!settled.streamed || first === undefined) return
  all.firstToken.observe(model, seconds(first))
  const { firstTokenAt, endedAt, usage } = attempt
  if (usage === undefined || firstTokenAt === undefined || usage.output < 2) return
  all.perToken.observe(model, seconds(Math.max(0, endedAt - firstTokenAt)) / (usage.output - 1))
}

/** Steps down, cost and our own time, by pool. */
const tellPool = (all: All, settled: Settled, model: readonly string[]): void => {
  const pool = settled.pool ?? ''
  all.requests.add([pool, String(statusToldOf(settled))], 1)
  const steps = stepsDownOf(settled).length
  if (steps > 0) all.fallbacks.add([pool, fallbackOf(settled) ?? ''], steps)
  all.cost.add([pool, ...model], settled.cost.amount)
  if (settled.overhead !== undefined) all.overhead.observe([pool], seconds(settled.overhead))
}

const tell = (all: All, settled: Settled): void => {
  const attempt = servedOf(settled) ?? settled.attempts.at(-1)
  const model = attempt === undefined ? ['', ''] : [systemOf(attempt), attempt.candidate.model]
  const named = [settled.operation, ...model]
  const error = settled.failure === undefined ? '' : codeOf(settled.failure)
  all.requestDuration.observe([...named, error], seconds(durationOf(settled)))
  for (const one of settled.attempts) tellAttempt(all, settled, one)
  if (attempt !== undefined) tellAnswer(all, settled, attempt, named)
  tellPool(all, settled, model)
}

const tellShadow = (all: All, { shadow, attempt, cost, operation }: ShadowStory): void => {
  const { candidate, failure } = attempt
  all.shadows.add([shadow.arm, candidate.id, failure === undefined ? 'ok' : failure.kind], 1)
  all.shadowCost.add([shadow.arm, systemOf(attempt), candidate.model], cost.amount)
  tellAttempt(all, { operation }, attempt)
}

/** Counts by hand, since that costs a request next to nothing. */
export const prometheusListener = (): PrometheusListener => {
  const all = metricsOf()
  return {
    hear(event) {
      if (event.type === 'request-settled') tell(all, event.settled)
      else if (event.type === 'shadow-ended') tellShadow(all, event.shadow)
      else if (event.type === 'shadow-skipped')
        all.shadows.add([event.shadow.arm, event.shadow.candidate, event.why], 1)
      else if (event.type === 'limit-refused') all.refused.add([event.limit.level, event.limit.measure], 1)
    },
    text: () => all.metrics.text(),
    watchLosses: (listener, read) => all.dropped.watch(listener, read),
    watchInFlight: read => all.inFlight.watch('', read),
    watchPart: (part, read) => {
      all.parts.watch(part, () => levels[read().state])
      all.waiting.watch(part, () => read().waiting ?? 0)
    },
    async flush() {},
    async close() {},
    dropped: () => 0,
  }
}

/** A settled request as spans: the request, the decision within it, and each attempt within that. */
import type { DecisionTrace, Reason } from '../../domain/decision.ts'
import type { Settled, ShadowStory } from '../../domain/gateway-event.ts'
import type { Attempt } from '../../domain/outcome.ts'
import type { FinishReason, Usage } from '../../domain/stream-event.ts'
import { plainFailure } from '../plain-failure.ts'
import { fallbackOf, isOurFault, servedOf, statusToldOf, stepsDownOf } from '../story.ts'
import { Attributes } from './attributes.ts'
import { compatible, general, own } from './semantic-names.ts'
import type { GenAiNames } from './semantic-names.ts'
import type { Span } from './span.ts'

/** How spans are to be named. */
export interface SpanStyle {
  readonly names: GenAiNames
  /** Adds names that no convention knows and other tools read. */
  readonly compat: boolean
}

/** The path's pattern by what was asked and in whose dialect. */
const routes: Readonly<Record<string, string>> = {
  'chat openai-chat': '/v1/chat/completions',
  'chat openai-responses': '/v1/responses',
  'chat openai-completions': '/v1/completions',
  'chat anthropic-messages': '/v1/messages',
  'chat gemini': '/v1beta/models/{model}',
  'chat bedrock-converse': '/model/{model}/converse',
  'chat cohere-chat': '/v2/chat',
  'count-tokens anthropic-messages': '/v1/messages/count_tokens',
  'count-tokens gemini': '/v1beta/models/{model}',
  'count-tokens openai-responses': '/v1/responses/input_tokens',
  'count-tokens bedrock-converse': '/model/{model}/count-tokens',
  'embeddings openai': '/v1/embeddings',
  'embeddings gemini': '/v1beta/models/{model}',
  'embeddings cohere': '/v2/embed',
  'embeddings titan': '/model/{model}/invoke',
  'embeddings cohere-invoke': '/model/{model}/invoke',
  'rerank cohere': '/v2/rerank',
  'rerank jina': '/v1/rerank',
  'rerank voyage': '/v1/rerank',
  'rerank tei': '/v1/rerank',
  'rerank cohere-v1': '/v1/rerank',
  'rerank cohere-invoke': '/model/{model}/invoke',
  'moderations openai': '/v1/moderations',
  'images openai': '/v1/images/generations',
  'image-edits openai': '/v1/images/edits',
  'speech openai': '/v1/audio/speech',
  'transcriptions openai': '/v1/audio/transcriptions',
  'translations openai': '/v1/audio/translations',
}

const finishWords: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_call',
  refused: 'content_filter',
  other: 'other',
}

/** A step's last word on a candidate. */
const lastReason = (reasons: readonly Reason[], isMeant: (reason: Reason) => boolean): Reason | undefined =>
  reasons.findLast(isMeant)

/** What the deciding step measured for each of the chain; nothing if it did not measure one of them. */
const scoresOf = ({ decision }: DecisionTrace): readonly number[] | undefined => {
  const scores = decision.ranked.flatMap(
    ({ reasons }) => lastReason(reasons, ({ step }) => step === decision.decidedBy)?.value ?? [],
  )
  return scores.length > 0 && scores.length === decision.ranked.length ? scores : undefined
}

const decisionAttributes = (settled: Settled, trace: DecisionTrace): Attributes => {
  const { decision } = trace
  const { ranked, excluded, policy } = decision
  const first = ranked[0]?.candidate.id
  const chosen = servedOf(settled)?.candidate.id ?? first
  return new Attributes()
    .set(own.pool, settled.pool)
    .set(own.target, settled.target)
    .set(own.decision, decision.id)
    .set(own.policyName, policy.name)
    .set(own.policyVersion, policy.version)
    .set(own.strategy, decision.decidedBy)
    .set(
      own.candidates,
      ranked.map(({ candidate }) => candidate.id),
    )
    .set(own.scores, scoresOf(trace))
    .set(
      own.excluded,
      excluded.map(({ candidate, reasons }) => {
        const why = lastReason(reasons, ({ says }) => says !== undefined)
        return `${candidate.id}:${why?.says ?? why?.step ?? 'excluded'}`
      }),
    )
    .set(own.selected, chosen)
    .set(own.confidence, decision.confidence)
    .set(own.propensity, first && decision.propensity[first])
    .set(own.seed, decision.seed)
    .set(own.arm, decision.arms?.map(({ arm }) => arm).join(','))
    .set(own.task, settled.task)
}

const endpointOf = (url: string | undefined): { readonly address: string; readonly port: number } | undefined => {
  const parsed = url === undefined ? null : URL.parse(url)
  if (parsed === null) return undefined
  const port = parsed.port === '' ? (parsed.protocol === 'http:' ? 80 : 443) : Number(parsed.port)
  return { address: parsed.hostname.replace(/^\[|\]$/g, ''), port }
}

const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined

/** What was asked of the model, as far as the decision knew it. */
const setRequest = (to: Attributes, names: GenAiNames, trace: DecisionTrace | undefined): void => {
  if (trace === undefined) return
  const { params, maxOutputTokens } = trace.facts.request
  const choices = numberOf(params['n'])
  to.set(names.maxTokens, maxOutputTokens)
    .set(names.temperature, numberOf(params['temperature']))
    .set(names.topP, numberOf(params['top_p']))
    .set(names.topK, numberOf(params['top_k']))
    .set(names.frequencyPenalty, numberOf(params['frequency_penalty']))
    .set(names.presencePenalty, numberOf(params['presence_penalty']))
    .set(names.seed, numberOf(params['seed']))
    .set(names.choices, choices === 1 ? undefined : choices)
    .set(names.outputType, String(params['response_format']).startsWith('json') ? 'json' : undefined)
}

const setUsage = (to: Attributes, names: GenAiNames, usage: Usage | undefined): void => {
  if (usage === undefined) return
  to.set(names.inputTokens, usage.input)
    .set(names.outputTokens, usage.output)
    .set(names.cacheRead, usage.inputCached === 0 ? undefined : usage.inputCached)
    .set(names.cacheWrite, usage.inputCacheWritten === 0 ? undefined : usage.inputCacheWritten)
    .set(names.reasoning, usage.reasoning === 0 ? undefined : usage.reasoning)
}

const setAnswer = (to: Attributes, names: GenAiNames, settled: Pick<Settled, 'streamed'>, attempt: Attempt): void => {
  const { firstTokenAt, startedAt, finish } = attempt
  const wait = settled.streamed && firstTokenAt !== undefined ? Math.max(0, firstTokenAt - startedAt) / 1000 : undefined
  to.set(names.responseId, attempt.upstreamId)
    .set(names.responseModel, attempt.upstreamModel)
    .set(names.finishReasons, finish && [finishWords[finish]])
    .set(names.firstChunk, wait)
  setUsage(to, names, attempt.usage)
}

const setAttempt = (
  to: Attributes,
  { kind, index, trigger, committed, failure, lane, candidate, losses, cost, goesOn, judged }: Attempt,
): void => {
  to.set(own.deployment, candidate.id)
    .set(own.attemptIndex, index)
    .set(own.attemptKind, kind)
    .set(own.attemptTrigger, trigger)
    .set(own.attemptGoesOnBy, goesOn?.by)
    .set(own.attemptOverlap, goesOn?.overlap)
    .set(own.attemptJudged, judged)
    .set(own.attemptCommitted, committed)
    .set(own.attemptCancelled, failure?.kind === 'cancelled')
    .set(own.attemptLane, lane)
    .set(own.attemptCost, cost && cost.amount / 1e6)
    .set(own.attemptCostSource, cost?.source)
    .set(own.losses, losses.length === 0 ? undefined : losses.map(({ field }) => field))
}

/** What the span of an attempt tells of its request. */
type Around = Pick<Settled, 'trace' | 'routeSpan' | 'operation' | 'streamed' | 'session' | 'decision'>

const attemptSpan = (settled: Around, attempt: Attempt, { names, compat }: SpanStyle): Span => {
  const { candidate, failure, system = candidate.provider } = attempt
  const endpoint = endpointOf(attempt.url)
  const attributes = new Attributes()
    .set(names.operation, settled.operation)
    .set(names.provider, system)
    .set(names.requestModel, candidate.model)
    .set(general.serverAddress, endpoint?.address)
    .set(general.serverPort, endpoint?.port)
    .set(names.stream, settled.streamed ? true : undefined)
    .set(names.conversation, settled.session)
  setRequest(attributes, names, settled.decision)
  setAnswer(attributes, names, settled, attempt)
  setAttempt(attributes, attempt)
  attributes.set(general.errorType, failure?.kind)
  if (compat) attributes.set(compatible.system, system)
  return {
    ...placeOf(settled),
    id: attempt.spanId,
    parent: settled.routeSpan,
    name: `${settled.operation} ${candidate.model}`,
    kind: 'client',
    start: attempt.startedAt,
    end: attempt.endedAt,
    attributes: attributes.list,
    // Being cancelled, as whoever loses a race is, is no error.
    ...(failure !== undefined && failure.kind !== 'cancelled' && { failure: plainFailure(failure).message }),
  }
}

const placeOf = ({ trace }: Pick<Settled, 'trace'>): Pick<Span, 'trace' | 'state'> => ({
  trace: trace.traceId,
  ...(trace.state !== undefined && { state: trace.state }),
})

const routeSpan = (settled: Settled, trace: DecisionTrace): Span => ({
  ...placeOf(settled),
  id: settled.routeSpan,
  parent: settled.serverSpan,
  name: settled.pool === undefined ? 'route' : `route ${settled.pool}`,
  kind: 'internal',
  start: settled.receivedAt,
  end: settled.endedAt,
  attributes: decisionAttributes(settled, trace).list,
  ...(trace.decision.ranked.length === 0 && { failure: 'no-candidate' }),
})

const setFallback = (to: Attributes, settled: Settled, compat: boolean): void => {
  const steps = stepsDownOf(settled).length
  const reason = fallbackOf(settled)
  to.set(own.fallbackUsed, steps > 0)
    .set(own.fallbackCount, steps)
    .set(own.fallbackReason, reason)
  if (compat) to.set(compatible.fallbackReason, reason)
}

const setCost = (to: Attributes, { cost }: Settled, compat: boolean): void => {
  to.set(own.costAmount, cost.amount / 1e6)
    .set(own.costCurrency, 'USD')
    .set(own.costSource, cost.source)
  if (compat) to.set(compatible.cost, cost.amount / 1e6)
}

/** What HTTP's own conventions ask for; nothing where the request did not come over HTTP. */
const setHttp = (to: Attributes, route: string | undefined, status: number): void => {
  if (route === undefined) return
  to.set(general.method, 'POST')
    .set(general.route, route)
    .set(general.path, route)
    .set(general.scheme, 'http')
    .set(general.status, status)
}

const setCaller = (to: Attributes, settled: Settled): void => {
  to.set(own.target, settled.target)
    .set(own.pool, settled.pool)
    .set(own.key, settled.caller.key)
    .set(own.team, settled.caller.team)
    .set(own.tenant, settled.tags['tenant'])
    .set(own.task, settled.task)
    .set(own.attempts, settled.attempts.length)
    .set(own.overhead, settled.overhead === undefined ? undefined : settled.overhead * 1000)
}

const serverSpan = (settled: Settled, { names, compat }: SpanStyle): Span => {
  const { failure, trace } = settled
  const route = settled.dialect === undefined ? undefined : routes[`${settled.operation} ${settled.dialect}`]
  const attributes = new Attributes().set(names.conversation, settled.session)
  setHttp(attributes, route, statusToldOf(settled))
  setCaller(attributes, settled)
  setFallback(attributes, settled, compat)
  setCost(attributes, settled, compat)
  attributes.set(general.errorType, failure?.kind)
  return {
    ...placeOf(settled),
    id: settled.serverSpan,
    ...(trace.parent !== undefined && { parent: trace.parent, isParentRemote: true }),
    name: route === undefined ? settled.operation : `POST ${route}`,
    kind: 'server',
    start: settled.receivedAt,
    end: settled.endedAt,
    attributes: attributes.list,
    // For a server, what the caller did wrong is no error of its own.
    ...(failure !== undefined && isOurFault(settled) && { failure: plainFailure(failure).message }),
  }
}

/** The spans of one request, the outermost first. */
export const spansOf = (settled: Settled, style: SpanStyle): readonly Span[] => {
  const server = serverSpan(settled, style)
  if (settled.decision === undefined) return [server]
  const attempts = settled.attempts.map(attempt => attemptSpan(settled, attempt, style))
  return [server, routeSpan(settled, settled.decision), ...attempts]
}

/** The span of an answer that nobody was shown, beside those of its request. */
export const shadowSpan = (story: ShadowStory, style: SpanStyle): Span => {
  const span = attemptSpan(story, story.attempt, style)
  const arm = new Attributes().set(own.arm, story.shadow.arm)
  return { ...span, attributes: [...span.attributes, ...arm.list] }
}

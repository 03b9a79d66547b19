/** Every attribute that spans carry, by name and type; the only table that knows what OpenTelemetry calls things. */

/** The types that attributes have on the wire. */
export interface AttributeTypes {
  readonly string: string
  readonly int: number
  readonly double: number
  readonly boolean: boolean
  readonly 'string[]': readonly string[]
  readonly 'double[]': readonly number[]
}
export type AttributeType = keyof AttributeTypes

/** An attribute's name, with the type that its values have. */
export interface Named<Type extends AttributeType = AttributeType> {
  readonly name: string
  readonly type: Type
}

const named = <Type extends AttributeType>(type: Type, name: string): Named<Type> => ({ name, type })

/** Which conventions: the last full release of the GenAI part, or what has changed since. */
export type Conventions = '1.41' | 'latest'

export const schemaUrl = 'https://opentelemetry.io/schemas/1.41.0'

/** The GenAI names of release 1.41. */
const genAi = {
  operation: named('string', 'gen_ai.operation.name'),
  provider: named('string', 'gen_ai.provider.name'),
  requestModel: named('string', 'gen_ai.request.model'),
  stream: named('boolean', 'gen_ai.request.stream'),
  maxTokens: named('int', 'gen_ai.request.max_tokens'),
  temperature: named('double', 'gen_ai.request.temperature'),
  topP: named('double', 'gen_ai.request.top_p'),
  topK: named<'double' | 'int'>('double', 'gen_ai.request.top_k'),
  frequencyPenalty: named('double', 'gen_ai.request.frequency_penalty'),
  presencePenalty: named('double', 'gen_ai.request.presence_penalty'),
  seed: named('int', 'gen_ai.request.seed'),
  choices: named('int', 'gen_ai.request.choice.count'),
  outputType: named('string', 'gen_ai.output.type'),
  conversation: named('string', 'gen_ai.conversation.id'),
  responseId: named('string', 'gen_ai.response.id'),
  responseModel: named('string', 'gen_ai.response.model'),
  finishReasons: named('string[]', 'gen_ai.response.finish_reasons'),
  firstChunk: named('double', 'gen_ai.response.time_to_first_chunk'),
  inputTokens: named('int', 'gen_ai.usage.input_tokens'),
  outputTokens: named('int', 'gen_ai.usage.output_tokens'),
  cacheRead: named('int', 'gen_ai.usage.cache_read.input_tokens'),
  cacheWrite: named('int', 'gen_ai.usage.cache_creation.input_tokens'),
  reasoning: named('int', 'gen_ai.usage.reasoning.output_tokens'),
} as const

export type GenAiNames = { readonly [Key in keyof typeof genAi]: Named<(typeof genAi)[Key]['type']> }

/** What has another name or type since 1.41. */
const renamed: Partial<GenAiNames> = {
  topK: named('int', 'gen_ai.request.top_k'),
  cacheWrite: named('int', 'gen_ai.usage.cache_write.input_tokens'),
}

export const genAiNames = (conventions: Conventions): GenAiNames =>
  conventions === 'latest' ? { ...genAi, ...renamed } : genAi

/** As OpenTelemetry's own variable asks for. */
export const conventionsOf = (env: Readonly<Record<string, string | undefined>>): Conventions =>
  (env['OTEL_SEMCONV_STABILITY_OPT_IN'] ?? '')
    .split(',')
    .map(one => one.trim())
    .includes('gen_ai_latest_experimental')
    ? 'latest'
    : '1.41'

/** Names of the general conventions. */
export const general = {
  errorType: named('string', 'error.type'),
  serverAddress: named('string', 'server.address'),
  serverPort: named('int', 'server.port'),
  method: named('string', 'http.request.method'),
  route: named('string', 'http.route'),
  status: named('int', 'http.response.status_code'),
  scheme: named('string', 'url.scheme'),
  path: named('string', 'url.path'),
  serviceName: named('string', 'service.name'),
  serviceVersion: named('string', 'service.version'),
  serviceInstance: named('string', 'service.instance.id'),
} as const

/** Ours, since nothing official names a routing decision, a fallback or a cost. */
export const own = {
  policyName: named('string', 'signalbox.policy.name'),
  policyVersion: named('string', 'signalbox.policy.version'),
  strategy: named('string', 'signalbox.strategy'),
  pool: named('string', 'signalbox.pool'),
  target: named('string', 'signalbox.target'),
  decision: named('string', 'signalbox.decision.id'),
  /** The fallback chain, best first. */
  candidates: named('string[]', 'signalbox.candidates'),
  /** What the deciding step measured, in the order of the candidates; left out if it measured nothing for one of them. */
  scores: named('double[]', 'signalbox.scores'),
  /** `candidate:reason` for each that was left out. */
  excluded: named('string[]', 'signalbox.excluded'),
  selected: named('string', 'signalbox.selected'),
  confidence: named('double', 'signalbox.confidence'),
  /** The probability with which the first candidate would have come first. */
  propensity: named('double', 'signalbox.propensity'),
  seed: named('string', 'signalbox.seed'),
  attemptIndex: named('int', 'signalbox.attempt.index'),
  attemptKind: named('string', 'signalbox.attempt.kind'),
  attemptGoesOnBy: named('string', 'signalbox.attempt.goes_on_by'),
  attemptOverlap: named('int', 'signalbox.attempt.overlap'),
  attemptJudged: named('string', 'signalbox.attempt.judged'),
  attemptTrigger: named('string', 'signalbox.attempt.trigger'),
  attemptCommitted: named('boolean', 'signalbox.attempt.committed'),
  attemptCancelled: named('boolean', 'signalbox.attempt.cancelled'),
  attemptLane: named('string', 'signalbox.attempt.lane'),
  /** In US dollars; whoever lost a race has its own. */
  attemptCost: named('double', 'signalbox.attempt.cost.amount'),
  attemptCostSource: named('string', 'signalbox.attempt.cost.source'),
  /** The arms that were drawn, the outermost first, or the one of a shadow. */
  arm: named('string', 'signalbox.experiment.arm'),
  deployment: named('string', 'signalbox.deployment'),
  losses: named('string[]', 'signalbox.losses'),
  attempts: named('int', 'signalbox.attempts'),
  fallbackUsed: named('boolean', 'signalbox.fallback.used'),
  fallbackReason: named('string', 'signalbox.fallback.reason'),
  fallbackCount: named('int', 'signalbox.fallback.count'),
  costAmount: named('double', 'signalbox.cost.amount'),
  costCurrency: named('string', 'signalbox.cost.currency'),
  costSource: named('string', 'signalbox.cost.source'),
  key: named('string', 'signalbox.key.id'),
  team: named('string', 'signalbox.team'),
  tenant: named('string', 'signalbox.tenant'),
  task: named('string', 'signalbox.task'),
  /** Our own time before the first upstream was asked, in microseconds. */
  overhead: named('int', 'signalbox.overhead_us'),
} as const

/** Names that other tools read and no convention knows; only where they are asked for. */
export const compatible = {
  system: named('string', 'gen_ai.system'),
  fallbackReason: named('string', 'gen_ai.fallback.reason'),
  cost: named('double', 'gen_ai.usage.cost'),
} as const

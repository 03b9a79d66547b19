/** Spans for a collector: made from settled requests in the background, sent over OTLP/HTTP, never in a request's way. */
import { randomUUID } from 'node:crypto'
import type { GatewayEvent } from '../../domain/gateway-event.ts'
import { millis } from '../../domain/units.ts'
import { version } from '../../domain/version.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Transport } from '../../ports/transport.ts'
import { batches } from '../batches.ts'
import { onceAMinute } from '../complaints.ts'
import type { Complain } from '../complaints.ts'
import type { Listener } from '../listener.ts'
import { Attributes } from '../otlp/attributes.ts'
import { otlpExporter } from '../otlp/otlp-export.ts'
import { shadowSpan, spansOf } from '../otlp/request-spans.ts'
import type { SpanStyle } from '../otlp/request-spans.ts'
import { conventionsOf, general, genAiNames, schemaUrl } from '../otlp/semantic-names.ts'
import { writeSpans } from '../otlp/span.ts'
import type { Span } from '../otlp/span.ts'

export interface SpanExporterOptions {
  readonly clock: Clock
  readonly transport: Transport
  /** Base address of an OTLP/HTTP receiver, e.g. http://127.0.0.1:4318. */
  readonly otlp: string
  /** Sent with every export, e.g. authorization. */
  readonly headers?: Readonly<Record<string, string>>
  /** Adds names that other tools read: `gen_ai.system`, `gen_ai.fallback.reason`, `gen_ai.usage.cost`. */
  readonly compat?: boolean
  readonly gzip?: boolean
  /** Read for OTEL_SERVICE_NAME and OTEL_SEMCONV_STABILITY_OPT_IN. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Told once a minute at most that spans were lost. */
  readonly complain: Complain
  /** How many requests may wait to be sent; 4,096 if not told. */
  readonly room?: number
}

/** A request has three spans and one more for each further attempt: about 512 spans. */
const requestsAtOnce = 160
const every = 1000
/** How long closing waits for a collector. */
const longestClose = millis(5000)

/** Makes the spans of what is over, when their turn comes; undefined where there are none. */
const spansLater = (event: GatewayEvent, style: SpanStyle): (() => readonly Span[]) | undefined => {
  if (event.type === 'request-settled' && event.settled.trace.sampled) return () => spansOf(event.settled, style)
  if (event.type === 'shadow-ended' && event.shadow.trace.sampled) return () => [shadowSpan(event.shadow, style)]
  return undefined
}

/** Sends the spans of sampled requests; `dropped` counts requests whose spans were lost, in part or whole. */
export const spanExporter = (options: SpanExporterOptions): Listener => {
  const { clock, env = {} } = options
  const exporter = otlpExporter({
    clock,
    transport: options.transport,
    url: options.otlp,
    headers: options.headers ?? {},
    gzip: options.gzip ?? false,
    complain: onceAMinute(clock, options.complain),
  })
  const style = { names: genAiNames(conventionsOf(env)), compat: options.compat ?? false }
  const sender = {
    resource: new Attributes()
      .set(general.serviceName, env['OTEL_SERVICE_NAME'] ?? 'signalbox')
      .set(general.serviceVersion, version)
      .set(general.serviceInstance, randomUUID()).list,
    scope: { name: 'signalbox', version },
    schemaUrl,
  }
  const gathered = batches<() => readonly Span[]>({
    clock,
    room: options.room ?? 4096,
    most: requestsAtOnce,
    every,
    async pass(batch) {
      const spans = batch.flatMap(make => make())
      const lost = await exporter.send(writeSpans(spans, sender), spans.length)
      return Math.min(batch.length, lost)
    },
  })
  return {
    hear(event) {
      const make = spansLater(event, style)
      if (make !== undefined) gathered.put(make)
    },
    flush: () => gathered.flush(),
    async close() {
      const takeBack = clock.after(longestClose, () => exporter.stop())
      await gathered.close()
      takeBack()
    },
    dropped: () => gathered.dropped(),
  }
}

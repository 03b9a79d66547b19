/** Everybody who listens to what happens in a house: journal, metrics, spans, webhooks, log. */
import type { GatewayEvent } from '../domain/gateway-event.ts'
import type { Clock } from '../ports/clock.ts'
import type { Store } from '../ports/store.ts'
import type { Transport } from '../ports/transport.ts'
import type { Listener } from './listener.ts'
import type { RefusalEntry } from './refusal-entries.ts'
import { journalListener } from './telemetry/journal.ts'
import { logListener } from './telemetry/log.ts'
import { spanExporter } from './telemetry/opentelemetry.ts'
import { prometheusListener } from './telemetry/prometheus.ts'
import type { PrometheusListener } from './telemetry/prometheus.ts'
import { refusalListener } from './telemetry/refusals.ts'
import type { RefusalListener } from './telemetry/refusals.ts'
import { usageListener } from './telemetry/usage.ts'
import { webhookListener } from './telemetry/webhooks.ts'
import type { Hook } from './telemetry/webhooks.ts'

/** What is told, and to whom. */
export interface EarsConfig {
  readonly otlp?: string
  readonly headers: Readonly<Record<string, string>>
  readonly compat: boolean
  readonly log: 'off' | 'error' | 'info'
  readonly journal: boolean
  readonly webhooks: readonly Hook[]
}

/** What listeners work with. */
export interface Ground {
  readonly clock: Clock
  readonly store: Store
  readonly env: Readonly<Record<string, string | undefined>>
  readonly transport: Transport
  /** Appends to the audit log. */
  audit(entry: RefusalEntry): Promise<void>
}

export interface Ears {
  readonly listeners: readonly Listener[]
  readonly hear: (event: GatewayEvent) => void
  readonly flush: () => Promise<void>
  readonly prometheus: PrometheusListener
  /** Told by the door of those whom it does not let in. */
  readonly refuse: RefusalListener['refuse']
  /** Tells of what broke in our own code or beside a request. */
  readonly alarm: (message: string, error: unknown) => void
  /** Tells the log. */
  readonly tell: (level: 'info' | 'error', message: string) => void
}

/** Everybody who listens. */
export const earsOf = (config: EarsConfig, { store, clock, env, transport, audit }: Ground): Ears => {
  const log = logListener({ clock, level: config.log, to: 2 })
  const complain = (message: string): void => log.tell('error', message)
  const journal = config.journal ? journalListener({ journal: store.journal, clock, complain }) : undefined
  const { otlp, webhooks: hooks } = config
  const spans = otlp === undefined ? undefined : spanExporter({ ...config, otlp, clock, transport, env, complain })
  const webhooks =
    hooks.length === 0 ? undefined : webhookListener({ hooks, clock, transport, records: store.records, complain })
  const usage = usageListener({ usage: store.usage, clock, complain })
  const refusals = refusalListener({ clock, append: audit, complain })
  const prometheus = prometheusListener()
  const losing = Object.entries({ journal, log, spans, webhooks, usage, refusals })
  for (const [name, listener] of losing)
    if (listener !== undefined) prometheus.watchLosses(name, () => listener.dropped())
  // The log is last: what the others complain of while they close is still written.
  const listeners = [journal, usage, refusals, prometheus, spans, webhooks, log].filter(one => one !== undefined)
  return {
    listeners,
    hear: event => {
      for (const listener of listeners) listener.hear(event)
    },
    flush: async () => {
      for (const listener of listeners) await listener.flush()
    },
    prometheus,
    refuse: refusal => refusals.refuse(refusal),
    alarm: (message, error) => log.tell('error', message, error),
    tell: (level, message) => log.tell(level, message),
  }
}

/** A finished span, and how OTLP writes it. */
import type { SpanId, TraceId } from '../../domain/ids.ts'
import type { Instant } from '../../domain/units.ts'
import type { Attribute } from './attributes.ts'
import { ProtobufWriter } from './protobuf.ts'

/** By the numbers of OTLP. */
export const spanKinds = { internal: 1, server: 2, client: 3 } as const

export interface Span {
  readonly trace: TraceId
  readonly id: SpanId
  readonly parent?: SpanId
  /** Does the parent belong to another process. */
  readonly isParentRemote?: boolean
  /** As the `tracestate` header told it. */
  readonly state?: string
  readonly name: string
  readonly kind: keyof typeof spanKinds
  readonly start: Instant
  readonly end: Instant
  readonly attributes: readonly Attribute[]
  /** Set if what it stands for failed: why, in plain words. */
  readonly failure?: string
}

/** Who sends spans. */
export interface Sender {
  readonly resource: readonly Attribute[]
  readonly scope: { readonly name: string; readonly version: string }
  readonly schemaUrl: string
}

const statusOfError = 2
const sampled = 0x01
const knowsIsRemote = 0x100
const isRemote = 0x200

/** Whole nanoseconds; a plain product would not be exact. */
const nanosOf = (instant: Instant): bigint => {
  const whole = Math.floor(instant)
  return BigInt(whole) * 1_000_000n + BigInt(Math.round((instant - whole) * 1_000_000))
}

const writeValue = (to: ProtobufWriter, type: Attribute['named']['type'], value: Attribute['value']): void => {
  if (typeof value === 'string') to.text(1, value)
  else if (typeof value === 'boolean') to.boolean(2, value)
  else if (typeof value === 'number') {
    // JavaScript has one kind of number, OTLP has two: the table says which one a name wants.
    if (type === 'int') to.int(3, Math.round(value))
    else to.double(4, value)
  } else {
    to.message(5, () => {
      for (const item of value) to.message(1, () => writeValue(to, type === 'double[]' ? 'double' : 'string', item))
    })
  }
}

const writeAttributes = (to: ProtobufWriter, field: number, attributes: readonly Attribute[]): void => {
  for (const { named, value } of attributes) {
    to.message(field, () => {
      to.text(1, named.name)
      to.message(2, () => writeValue(to, named.type, value))
    })
  }
}

const writeSpan = (to: ProtobufWriter, span: Span): void => {
  to.hex(1, span.trace)
  to.hex(2, span.id)
  if (span.state !== undefined) to.text(3, span.state)
  if (span.parent !== undefined) to.hex(4, span.parent)
  to.text(5, span.name)
  to.int(6, spanKinds[span.kind])
  to.fixed64(7, nanosOf(span.start))
  to.fixed64(8, nanosOf(span.end))
  writeAttributes(to, 9, span.attributes)
  const { failure } = span
  if (failure !== undefined) {
    to.message(15, () => {
      if (failure !== '') to.text(2, failure)
      to.int(3, statusOfError)
    })
  }
  to.fixed32(16, sampled | knowsIsRemote | (span.isParentRemote === true ? isRemote : 0))
}

/** An ExportTraceServiceRequest of these spans. */
export const writeSpans = (spans: readonly Span[], { resource, scope, schemaUrl }: Sender): Uint8Array => {
  const to = new ProtobufWriter()
  to.message(1, () => {
    to.message(1, () => writeAttributes(to, 1, resource))
    to.message(2, () => {
      to.message(1, () => {
        to.text(1, scope.name)
        to.text(2, scope.version)
      })
      for (const span of spans) to.message(2, () => writeSpan(to, span))
      to.text(3, schemaUrl)
    })
    to.text(3, schemaUrl)
  })
  return to.bytes()
}

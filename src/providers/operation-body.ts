/** The body of an operation beyond chat as it is sent. */
import { editMembers } from '../dialects/json-text.ts'
import type { ReceivedForm } from '../domain/operation.ts'
import type { Loss } from '../domain/outcome.ts'
import type { OperationRequest, RawBody } from '../domain/request.ts'
import type { Checked } from '../domain/units.ts'
import type { FormPart } from '../ports/operation-dialect.ts'
import type { WireRequest } from '../ports/transport.ts'
import { formPieces, formType } from './form.ts'
import { jsonPieces } from './json-pieces.ts'
import { edited, editsFor } from './quirks.ts'
import type { Edits } from './quirks.ts'
import type { At, Service } from './voice.ts'

export interface OperationWire {
  readonly text: WireRequest['body']
  /** Its content type. */
  readonly type: string
  readonly losses: readonly Loss[]
  readonly isExpress: boolean
}

/** A request whose body is in the service's own dialect. */
type Own = OperationRequest & { readonly raw: RawBody }
const noForm: ReceivedForm = { fields: [], files: [] }
const json = 'application/json'
const none = { edits: {}, losses: [] }
type Json = Readonly<Record<string, unknown>>

/** What this service wants otherwise in such a body. */
const editsOf = (who: string, { quirks, edits: own }: Service, body: Json, at: At) => {
  const asked = quirks === undefined ? none : editsFor(who, quirks, body, at.model)
  return { edits: { ...asked.edits, ...own?.(edited(body, asked.edits), at) }, losses: asked.losses }
}

const express = (who: string, service: Service, { raw }: Own, at: At): OperationWire => {
  const edit =
    service.dialect.editRequest?.(raw, at.model) ?? editMembers(raw.bytes, { model: JSON.stringify(at.model) })
  const { edits, losses } = editsOf(who, service, raw.json, at)
  const members = Object.entries(edits).map(([name, value]) => [
    name,
    value === undefined ? undefined : JSON.stringify(value),
  ])
  const bytes = typeof edit === 'string' ? new TextEncoder().encode(edit) : edit
  const text = members.length === 0 ? edit : editMembers(bytes, Object.fromEntries(members))
  return { text, type: json, losses, isExpress: true }
}

const written = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** The fields with the edits made: one that is changed keeps its place, a new one comes last. */
const editedFields = (fields: ReceivedForm['fields'], edits: Edits): readonly FormPart[] => {
  const kept = fields.flatMap(([name, value]): readonly FormPart[] => {
    if (!Object.hasOwn(edits, name)) return [{ name, value }]
    return edits[name] === undefined ? [] : [{ name, value: written(edits[name]) }]
  })
  const isNew = ([name, value]: readonly [string, unknown]): boolean =>
    value !== undefined && fields.every(([field]) => field !== name)
  return [
    ...kept,
    ...Object.entries(edits)
      .filter(isNew)
      .map(([name, value]) => ({ name, value: written(value) })),
  ]
}

/** A boundary of the request's own: what a file holds cannot know it before. */
const formWire = (
  parts: readonly FormPart[],
  { id }: Pick<OperationRequest, 'id'>,
): Pick<OperationWire, 'text' | 'type'> => {
  const boundary = `signalbox-${id}`
  return { text: formPieces(parts, boundary), type: formType(boundary) }
}

/** A form is written anew, since its boundary and its model are ours: every field as it came, then the files, so that whoever reads it knows all before the first of them. */
const expressForm = (who: string, service: Service, request: OperationRequest, at: At): OperationWire => {
  const { json: body = {}, form = noForm } = request.raw ?? {}
  const { edits, losses } = editsOf(who, service, body, at)
  const fields = editedFields(form.fields, { model: at.model, ...edits })
  return { ...formWire([...fields, ...form.files], request), losses, isExpress: true }
}

const isOwn = ({ dialect, quirks }: Service, request: OperationRequest, model: string): boolean =>
  request.raw?.dialect === dialect.id &&
  quirks?.express !== false &&
  (dialect.takes === undefined || dialect.takes(request, model))

/** The request as this service takes it, or why it cannot. */
export const operationBody = (
  who: string,
  service: Service,
  request: OperationRequest,
  at: At,
): Checked<OperationWire> => {
  const { dialect } = service
  const { raw } = request
  if (raw !== undefined && isOwn(service, request, at.model)) {
    const write = raw.form === undefined ? express : expressForm
    return { ok: true, value: write(who, service, { ...request, raw }, at) }
  }
  const encoded = dialect.encodeRequest(request, at.model)
  if (!encoded.ok) return encoded
  const { value, losses } = encoded.value
  if ('form' in value) return { ok: true, value: { ...formWire(value.form, request), losses, isExpress: false } }
  const changed = editsOf(who, service, value.json, at)
  const body = edited(value.json, changed.edits)
  const text = value.holdsFiles === true ? jsonPieces(body) : JSON.stringify(body)
  return { ok: true, value: { text, type: json, losses: [...losses, ...changed.losses], isExpress: false } }
}

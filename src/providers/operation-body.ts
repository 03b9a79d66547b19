/** The body of an operation beyond chat as it is sent. */
import { editMembers } from '../dialects/json-text.ts'
import type { Loss } from '../domain/outcome.ts'
import type { OperationRequest, RawBody } from '../domain/request.ts'
import type { Checked } from '../domain/units.ts'
import type { BodyPiece, WireRequest } from '../ports/transport.ts'
import { formPieces, formType } from './form.ts'
import { edited, editsFor } from './quirks.ts'
import type { At, Service } from './voice.ts'

export interface OperationWire {
  readonly text: WireRequest['body']
  /** Its content type. */
  readonly type: string
  readonly losses: readonly Loss[]
  readonly isExpress: boolean
}

const json = 'application/json'
const none = { edits: {}, losses: [] }

/** Only JSON passes as it came; a form is written anew, since its boundary and its model are ours. */
const express = (who: string, service: Service, raw: RawBody, at: At): OperationWire => {
  const { dialect, quirks, edits: own } = service
  const edit = dialect.editRequest?.(raw, at.model) ?? editMembers(raw.bytes, { model: JSON.stringify(at.model) })
  const asked = quirks === undefined ? none : editsFor(who, quirks, raw.json)
  const changed = { ...asked.edits, ...own?.(edited(raw.json, asked.edits), at) }
  const members = Object.entries(changed).map(([name, value]) => [
    name,
    value === undefined ? undefined : JSON.stringify(value),
  ])
  const bytes = typeof edit === 'string' ? new TextEncoder().encode(edit) : edit
  const text = members.length === 0 ? edit : editMembers(bytes, Object.fromEntries(members))
  return { text, type: json, losses: asked.losses, isExpress: true }
}

/** The request as this service takes it, or why it cannot. */
export const operationBody = (
  who: string,
  service: Service,
  request: OperationRequest,
  at: At,
): Checked<OperationWire> => {
  const { dialect, quirks, edits: own } = service
  const { raw } = request
  if (raw?.dialect === dialect.id && quirks?.express !== false) {
    return { ok: true, value: express(who, service, raw, at) }
  }
  const encoded = dialect.encodeRequest(request, at.model)
  if (!encoded.ok) return encoded
  const { value, losses } = encoded.value
  if ('form' in value) {
    // A boundary of the request's own: what a file holds cannot know it before.
    const boundary = `signalbox-${request.id}`
    const pieces: readonly BodyPiece[] = formPieces(value.form, boundary)
    return { ok: true, value: { text: pieces, type: formType(boundary), losses, isExpress: false } }
  }
  const changed = quirks === undefined ? none : editsFor(who, quirks, value.json)
  const fit = edited(value.json, changed.edits)
  const text = JSON.stringify(edited(fit, own?.(fit, at) ?? {}))
  return { ok: true, value: { text, type: json, losses: [...losses, ...changed.losses], isExpress: false } }
}

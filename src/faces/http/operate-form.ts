/** Operations that come as a form: understood once the form is whole, sent through the gateway, and answered in the same format. */
import type { OperationBody, ReceivedForm } from '../../domain/operation.ts'
import type { RawBody } from '../../domain/request.ts'
import type { Front } from './front.ts'
import { perform } from './operate.ts'
import type { OperationTongue } from './operate.ts'
import { readForm } from './read-form.ts'
import { incomingOf, refuseFor } from './understand.ts'
import type { Asked } from './understand.ts'
import type { Visit } from './visit.ts'
import { readWishes } from './wishes.ts'
import type { Checked } from '../../domain/units.ts'
import type { Wishes } from '../../domain/request.ts'

const noBytes = new Uint8Array(0)

/** Of fields with one name all values, in their order. */
const jsonOf = ({ fields }: ReceivedForm): RawBody['json'] => {
  const all = new Map<string, string | string[]>()
  for (const [name, value] of fields) {
    const before = all.get(name)
    if (before === undefined) all.set(name, value)
    else if (typeof before === 'string') all.set(name, [before, value])
    else before.push(value)
  }
  return Object.fromEntries(all)
}

const understood = (
  visit: Visit,
  { dialect }: OperationTongue,
  form: ReceivedForm,
  wishes: Wishes,
): Checked<Asked<OperationBody>> => {
  const decoded = dialect.decodeRequest(form, visit.address)
  if (!decoded.ok) return decoded
  const raw: RawBody = { dialect: dialect.id, json: jsonOf(form), bytes: noBytes, form }
  return { ok: true, value: { incoming: incomingOf(visit, decoded.value, wishes, raw), losses: [] } }
}

/** Answers an operation whose request is a form. */
export const operateForm =
  (tongue: OperationTongue) =>
  (front: Front, visit: Visit): void => {
    const wished = readWishes(visit.request.headers)
    if (!wished.ok) return refuseFor(front, visit, wished)
    readForm(front, visit, ({ form, done }) => {
      const asked = understood(visit, tongue, form, wished.value)
      if (asked.ok) return perform(front, visit, asked.value, { dialect: tongue.dialect, done })
      done()
      refuseFor(front, visit, asked)
    })
  }

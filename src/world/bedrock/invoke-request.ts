/** Requests in Anthropic's own format to Bedrock's invoke: understood, or complained of as Bedrock would. */
import { faultInSeals } from '../anthropic-messages.ts'
import { understandMessages } from '../anthropic-request.ts'
import { modelFor } from '../models.ts'
import type { WorldModel } from '../models.ts'
import { complain } from '../speech.ts'
import type { Complaint, Json, Understood } from '../speech.ts'
import { invalid, unknownModel } from './manners.ts'

const version = 'bedrock-2023-05-31'

const faultIn = ({ anthropic_version: told, model, stream }: Json): Complaint | undefined => {
  if (told === undefined) return invalid('anthropic_version: Field required')
  if (told !== version) return invalid(`anthropic_version: Input should be '${version}'`)
  // Both are told by the address.
  if (model !== undefined) return invalid('model: Extra inputs are not permitted')
  return stream === undefined ? undefined : invalid('stream: Extra inputs are not permitted')
}

/** A request that Bedrock would take, or its complaint. */
export const understandInvoke = (
  body: Json,
  models: readonly WorldModel[],
  { name, stream }: { readonly name: string; readonly stream: boolean },
): Understood => {
  const model = modelFor('chat', models, { provider: 'bedrock', name })
  if (model === undefined) return complain(unknownModel)
  const fault = faultIn(body)
  if (fault !== undefined) return complain(fault)
  const { anthropic_version: _version, anthropic_beta: _beta, ...rest } = body
  const asAnthropic = { ...model, provider: 'anthropic' }
  const understood = understandMessages({ ...rest, model: model.id }, [asAnthropic], false)
  const seal = understood.ok ? faultInSeals(body['messages']) : undefined
  if (seal !== undefined) return complain(invalid(seal))
  return understood.ok
    ? { ok: true, asked: { ...understood.asked, model, stream, body } }
    : complain({ ...understood.complaint, status: 400 })
}

/** An adapter taken apart for tests: what it sends, whether untouched, and how it reads. */
import type { Deployment } from '../src/domain/deployment.ts'
import type { DeploymentId, ModelId } from '../src/domain/ids.ts'
import type { ModelRequest } from '../src/domain/request.ts'
import type { Encoded } from '../src/ports/dialect.ts'
import type { AnswerReader, Asked, ProviderAdapter } from '../src/ports/provider.ts'
import type { WireHead, WireRequest } from '../src/ports/transport.ts'

/** A deployment of this adapter that says nothing special. */
export const plainDeployment = (adapter: ProviderAdapter, model = 'the-model'): Deployment => ({
  id: 'd' as DeploymentId,
  provider: adapter.id,
  model: model as ModelId,
  dialect: adapter.dialect,
  accepts: ['text'],
  weight: 1,
  priority: 1,
  limits: {},
  tags: {},
  quality: {},
})

/** What the adapter asks; a refusal fails the test. */
export const askedOf = (adapter: ProviderAdapter, request: ModelRequest, deployment?: Deployment): Asked => {
  const answered = adapter.ask(request, deployment ?? plainDeployment(adapter))
  if (!answered.ok) throw new Error(answered.failure.message)
  return answered.asked
}

export interface Asking extends ProviderAdapter {
  encode(request: ModelRequest, deployment: Deployment): Encoded<WireRequest>
  isExpress(request: ModelRequest): boolean
  read(request: ModelRequest, head: WireHead): AnswerReader
}

/** The adapter with its parts by name. */
export const asking = (adapter: ProviderAdapter): Asking => ({
  ...adapter,
  encode: (request, deployment) => {
    const { wire, losses } = askedOf(adapter, request, deployment)
    return { value: wire, losses }
  },
  isExpress: request => askedOf(adapter, request).lane === 'express',
  read: (request, head) => askedOf(adapter, request).read(head),
})

/** A body that is whole, as text. */
export const bodyText = ({ body }: WireRequest): string => {
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return new TextDecoder().decode(body)
  throw new Error('the body comes in pieces')
}

/** What a provider keeps for its clients: answers that can be asked for again, and referred to. */
import type { CredentialId, DeploymentId, DialectId, PoolId, ProviderId, VirtualKeyId } from './ids.ts'

/** What a request has to do with what is kept. */
export interface Memory {
  /** Only who speaks this dialect itself keeps anything for it. */
  readonly dialect: DialectId
  /** The members that refer to what is kept, e.g. `previous_response_id`; empty if none does. */
  readonly refersBy: readonly string[]
  /** The kept answer that is meant. */
  readonly id?: string
  /** It shall be thrown away. */
  readonly isEnd?: boolean
  /** The answer to this request is to be kept as well. */
  readonly keeps: boolean
}

/** Who keeps one answer, and for whom. */
export interface Keeper {
  readonly deployment: DeploymentId
  readonly provider: ProviderId
  /** Another account would not find it. */
  readonly credential?: CredentialId
  /** Nobody else may hear of it. */
  readonly key: VirtualKeyId
  readonly pool?: PoolId
}

/** Bedrock's `invoke`: one path for every maker's own bodies, of chats and of what else its models do. */
import type { ChatBody, ModelBody } from '../../domain/request.ts'
import type { OperationBody } from '../../domain/operation.ts'
import { talk } from './converse.ts'
import type { Tongue } from './converse.ts'
import type { Front } from './front.ts'
import { perform } from './operate.ts'
import type { OperationTongue } from './operate.ts'
import { whenUnderstood } from './understand.ts'
import type { Asked } from './understand.ts'
import type { Visit } from './visit.ts'

const isChat = (asked: Asked<ModelBody>): asked is Asked<ChatBody> => asked.incoming.body.operation === 'chat'
const isOther = (asked: Asked<ChatBody | OperationBody>): asked is Asked<OperationBody> => !isChat(asked)

/** Answers a chat in this dialect, or the operation that `otherIn` finds in the body. */
export const invoke =
  (tongue: Tongue, otherIn: (bytes: Buffer) => OperationTongue | undefined) =>
  (front: Front, visit: Visit): void => {
    let other: OperationTongue | undefined
    const choose = (bytes: Buffer): Tongue | OperationTongue => (other = otherIn(bytes)) ?? tongue
    whenUnderstood<ChatBody | OperationBody>(front, visit, choose, asked => {
      if (isChat(asked)) talk(front, visit, tongue, asked)
      else if (other !== undefined && isOther(asked)) perform(front, visit, asked, { dialect: other.dialect })
    })
  }

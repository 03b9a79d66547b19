/** A chat request in few words: what a program that holds the house as a library would rather write. */
import type { Caller } from './caller.ts'
import type { VirtualKeyId } from './ids.ts'
import type { Message } from './message.ts'
import type { ChatBody, Wishes } from './request.ts'

/** Who asks where a program asks for itself: everything is allowed. */
export const localCaller: Caller = { key: 'local' as VirtualKeyId }

/** `messages` may be one text, which is then the user's; everything else has the value that a client leaves out. */
export interface Asking extends Partial<Omit<ChatBody, 'operation' | 'messages'>> {
  readonly target: string
  readonly messages: string | readonly Message[]
  readonly system?: string
  readonly caller?: Caller
  readonly wishes?: Partial<Wishes>
}

/** The request as a gateway takes it. */
export const ask = ({ messages, system, caller, wishes, ...rest }: Asking) => {
  const said: readonly Message[] =
    typeof messages === 'string' ? [{ role: 'user', parts: [{ type: 'text', text: messages }] }] : messages
  const first: readonly Message[] =
    system === undefined ? [] : [{ role: 'system', parts: [{ type: 'text', text: system }] }]
  const body: ChatBody = {
    operation: 'chat',
    tools: [],
    output: { type: 'text' },
    limits: { stop: [] },
    sampling: {},
    choices: 1,
    stream: true,
    streamUsage: true,
    extensions: {},
    ...rest,
    messages: [...first, ...said],
  }
  return { body, caller: caller ?? localCaller, ...(wishes !== undefined && { wishes }) }
}

/** Conversations over a socket on which both sides may speak at any time: their messages, and how they are closed. */

/** A text that is UTF-8, or any bytes. */
export type MessageForm = 'text' | 'binary'

/** One whole message. */
export interface SocketMessage {
  readonly form: MessageForm
  readonly data: Uint8Array
}

/** How one side closes, as WebSocket has it (RFC 6455, 7.4); 1005: without a code, 1006: without a word. */
export interface Closing {
  readonly code: number
  readonly reason: string
}

const noCode = 1005
/** True where a side is simply done. */
export const isFarewell = ({ code }: Closing): boolean => code === 1000 || code === 1001 || code === noCode

/** True for codes that may be sent; the others only tell what was seen. */
export const isSendable = (code: number): boolean =>
  (code >= 1000 && code <= 1014 && code !== 1004 && code !== noCode && code !== 1006) || (code >= 3000 && code <= 4999)

/** A reason may have 123 bytes. */
const longestReason = 123

/** The reason as it may be sent: cut between two characters. */
export const reasonText = (reason: string): string => {
  const encoder = new TextEncoder()
  if (encoder.encode(reason).length <= longestReason) return reason
  let text = ''
  let size = 0
  for (const character of reason) {
    size += encoder.encode(character).length
    if (size > longestReason - 3) break
    text += character
  }
  return `${text}...`
}

/** What a client says before anybody has answered it: kept, within bounds, for whoever is asked next. */
import type { SocketMessage } from '../domain/conversation.ts'

/** Beyond this the client is asked to wait; what it has sent by then is kept all the same. */
const mostBytes = 1024 * 1024
const mostMessages = 1024

export interface Said {
  readonly all: readonly SocketMessage[]
  /** False once enough is kept. */
  keep(message: SocketMessage): boolean
  /** True if the client was asked to wait. */
  forget(): boolean
}

class Kept implements Said {
  all: SocketMessage[] = []
  #bytes = 0

  keep(message: SocketMessage): boolean {
    this.all.push(message)
    this.#bytes += message.data.length
    return !this.#isFull
  }

  get #isFull(): boolean {
    return this.#bytes > mostBytes || this.all.length > mostMessages
  }

  forget(): boolean {
    const waited = this.#isFull
    this.all = []
    return waited
  }
}

/** Nothing said yet. */
export const said = (): Said => new Kept()

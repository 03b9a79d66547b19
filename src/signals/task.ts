/** The kind of work, as far as anybody named it. */
import type { SignalSource } from '../ports/signal-source.ts'

/** `request.task`: as the caller wished it, else as its pool has it. */
export const task: SignalSource = {
  provides: ['request.task'],
  gather: ({ request, task: named }) => {
    const value = request.wishes.task ?? named
    return value === undefined ? {} : { 'request.task': { value } }
  },
}

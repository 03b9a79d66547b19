/** Keeps the write-ahead log short without the process ever waiting for the disk: a thread of its own does that. */
import { Worker } from 'node:worker_threads'

/** About so many bytes may be written before the log is moved into the file. */
const checkpointEvery = 4 * 1024 * 1024

export interface Checkpointer {
  /** Told of each write, about how large it was. */
  wrote(bytes: number): void
  /** Resolves when nothing is being moved. */
  idle(): Promise<void>
  /** Stops the thread, if it was ever needed. */
  close(): Promise<void>
}

/** The sources run as they are; what is published is JavaScript. */
const thread = import.meta.url.endsWith('.ts')
  ? new URL('./checkpoint-thread.ts', import.meta.url)
  : new URL('./checkpoint-thread.js', import.meta.url)

/** For the file at `path`; `giveUp` is called, once, where threads do not work: then the writer must do it itself. */
export const checkpointer = (path: string, giveUp: () => void, file: URL = thread): Checkpointer => {
  let written = 0
  let worker: Worker | undefined
  let moving: (() => void) | undefined
  let isMoved = Promise.resolve()
  let hasGivenUp = false
  const done = (): void => {
    moving?.()
    moving = undefined
  }
  const start = (): Worker => {
    const started = new Worker(file, { workerData: path })
    started.on('message', done)
    started.on('error', () => {
      hasGivenUp = true
      giveUp()
      done()
    })
    // An idle thread must not keep the process alive.
    started.unref()
    return started
  }
  return {
    wrote(bytes) {
      written += bytes
      if (written < checkpointEvery || moving !== undefined || hasGivenUp) return
      written = 0
      isMoved = new Promise(resolve => (moving = resolve))
      worker ??= start()
      worker.postMessage('checkpoint')
    },
    idle: () => isMoved,
    async close() {
      await worker?.terminate()
      done()
    },
  }
}

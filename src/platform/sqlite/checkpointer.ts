/** Keeps the write-ahead log short without the process ever waiting for the disk: a thread of its own does that. */
import { Worker } from 'node:worker_threads'

/** About so many bytes may be written before the log is moved into the file. */
const checkpointEvery = 4 * 1024 * 1024
/** A log as long is moved before more is written to it: where writes never pause it would else grow without end. */
const longestLog = 64 * 1024 * 1024
const pageSize = 4096

export interface Checkpointer {
  /** Told of each write, about how large it was. */
  wrote(bytes: number): void
  /** Resolves when the log may grow again; undefined if it may now. */
  room(): Promise<void> | undefined
  /** Resolves when nothing is being moved. */
  idle(): Promise<void>
  /** Stops the thread, if it was ever needed. */
  close(): Promise<void>
}

/** The sources run as they are; what is published is JavaScript. */
const thread = import.meta.url.endsWith('.ts')
  ? new URL('./checkpoint-thread.ts', import.meta.url)
  : new URL('./checkpoint-thread.js', import.meta.url)

/** Bytes that the log has after a move in which so many were written: it begins anew if all was moved and nothing came. */
const lengthAfter = (moved: unknown, written: number): number => {
  const row: unknown = Array.isArray(moved) ? moved[0] : undefined
  if (row === null || typeof row !== 'object' || !('log' in row) || !('checkpointed' in row)) return written
  return row.log === row.checkpointed && written === 0 ? 0 : Number(row.log) * pageSize + written
}

export interface CheckpointerOptions {
  /** Bytes that the log may have before writers wait for it; 64 MiB if not told. */
  readonly longest?: number
  readonly file?: URL
}

/** For the file at `path`; `giveUp` is called, once, where threads do not work: then the writer must do it itself. */
export const checkpointer = (
  path: string,
  giveUp: () => void,
  { longest = longestLog, file = thread }: CheckpointerOptions = {},
): Checkpointer => {
  let written = 0
  /** Bytes in the log, about. */
  let length = 0
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
    started.on('message', moved => {
      length = lengthAfter(moved, written)
      done()
    })
    started.on('error', () => {
      hasGivenUp = true
      giveUp()
      done()
    })
    // An idle thread must not keep the process alive.
    started.unref()
    return started
  }
  const move = (): void => {
    if (moving !== undefined || hasGivenUp) return
    written = 0
    isMoved = new Promise(resolve => (moving = resolve))
    worker ??= start()
    worker.postMessage('checkpoint')
  }
  return {
    wrote(bytes) {
      written += bytes
      length += bytes
      if (written >= checkpointEvery) move()
    },
    room() {
      if (length < longest || hasGivenUp) return undefined
      move()
      return isMoved
    },
    idle: () => isMoved,
    async close() {
      await worker?.terminate()
      done()
    },
  }
}

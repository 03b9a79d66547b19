/** A file while it comes in and for as long as it is needed: its beginning in memory, the rest in a file that has no name. */
import { randomUUID } from 'node:crypto'
import { open, unlink } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ByteSource } from '../../domain/operation.ts'

/** So much of each file stays in memory: most pictures and short recordings never touch the disk. */
const window = 1024 * 1024
/** So much may wait to be written before the sender is held back. */
const mostWaiting = 1024 * 1024
/** Read from the disk in such pieces. */
const pieceSize = 64 * 1024

/** Memory that all uploads share. */
export interface Memory {
  /** May so many bytes more be kept. */
  hasRoom(bytes: number): boolean
  /** So many more, or with a negative number fewer, are kept. */
  count(bytes: number): void
}

/** A file that is there only while it is open: whatever happens to the process, the system takes it away. */
const openNameless = async (): Promise<FileHandle> => {
  const path = join(tmpdir(), `signalbox-upload-${randomUUID()}`)
  const handle = await open(path, 'wx+', 0o600)
  await unlink(path)
  return handle
}

/** One file of a form. Readers follow what comes in, from the first byte, as often as they like. */
export class SpooledFile implements ByteSource {
  readonly #memory: Memory
  readonly #resume: () => void
  readonly #head: Buffer[] = []
  #headSize = 0
  #isHeadFull = false
  #size = 0
  #written = 0
  #file: Promise<FileHandle> | undefined
  #writing: Promise<void> = Promise.resolve()
  #isHeldBack = false
  #isWhole = false
  #error: Error | undefined
  #woken = Promise.withResolvers<void>()

  /** `resume` is told when a sender that was held back may go on. */
  constructor(memory: Memory, resume: () => void) {
    this.#memory = memory
    this.#resume = resume
  }

  /** Known once all is there. */
  get length(): number | undefined {
    return this.#isWhole ? this.#size : undefined
  }

  get received(): number {
    return this.#size
  }

  /** Why it is no use any more. */
  get error(): Error | undefined {
    return this.#error
  }

  /** Takes the chunk over. False asks to wait until `resume`. */
  add(chunk: Buffer): boolean {
    if (this.#error !== undefined || chunk.length === 0) return true
    this.#size += chunk.length
    this.#isHeadFull ||= this.#headSize + chunk.length > window || !this.#memory.hasRoom(chunk.length)
    if (!this.#isHeadFull) {
      // A chunk may be a small part of a large buffer, which would be kept with it.
      this.#head.push(Buffer.from(chunk))
      this.#headSize += chunk.length
      this.#memory.count(chunk.length)
      this.#wake()
      return true
    }
    this.#write(chunk)
    this.#isHeldBack = this.#size - this.#headSize - this.#written > mostWaiting
    return !this.#isHeldBack
  }

  /** No more will come. Resolves when all of it can be read; rejects if it could not be kept. */
  async end(): Promise<void> {
    await this.#writing
    if (this.#error !== undefined) throw this.#error
    this.#isWhole = true
    this.#wake()
  }

  /** It is no use: readers are told why, and what it took is given back. */
  discard(error: Error): void {
    this.#fail(error)
    this.#memory.count(-this.#headSize)
    this.#head.length = 0
    this.#headSize = 0
    const file = this.#file
    this.#file = undefined
    // Nobody can be told of a file that does not close: it has no name, and goes with the process.
    void this.#writing.then(() => file?.then(handle => handle.close())).catch(() => undefined)
  }

  async *open(): AsyncGenerator<Uint8Array> {
    let at = 0
    for (let place = 0; ;) {
      if (this.#error !== undefined) throw this.#error
      const chunk = this.#head[place]
      if (chunk !== undefined) {
        place++
        at += chunk.length
        yield chunk
      } else if (at < this.#headSize + this.#written) {
        const piece = await this.#read(at - this.#headSize)
        at += piece.length
        yield piece
      } else if (this.#isWhole) return
      else await this.#woken.promise
    }
  }

  async #read(from: number): Promise<Uint8Array> {
    const handle = await this.#file
    if (handle === undefined) throw this.#error ?? new Error('the upload is gone')
    const size = Math.min(pieceSize, this.#written - from)
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafeSlow(size), 0, size, from)
    if (bytesRead === 0) throw new Error('the file in which the upload waits is shorter than what was written to it')
    return buffer.subarray(0, bytesRead)
  }

  #write(chunk: Buffer): void {
    this.#file ??= openNameless()
    const file = this.#file
    this.#writing = this.#writing.then(async () => {
      if (this.#error !== undefined) return
      try {
        const handle = await file
        await handle.writeFile(chunk)
        this.#written += chunk.length
      } catch (error) {
        this.#fail(error instanceof Error ? error : new Error(String(error)))
      }
      this.#wake()
      if (this.#isHeldBack && this.#size - this.#headSize - this.#written <= mostWaiting / 2) {
        this.#isHeldBack = false
        this.#resume()
      }
    })
  }

  #fail(error: Error): void {
    this.#error ??= error
    this.#wake()
    if (this.#isHeldBack) {
      this.#isHeldBack = false
      this.#resume()
    }
  }

  #wake(): void {
    const woken = this.#woken
    this.#woken = Promise.withResolvers<void>()
    woken.resolve()
  }
}

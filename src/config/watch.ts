/** Tells when a configuration file has changed: edited in place, replaced, or swapped behind a link. */
import { realpath } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { watch } from 'chokidar'
import type { FSWatcher } from 'chokidar'
import { loadedFrom, readText } from './config-file.ts'
import type { FileText } from './config-file.ts'
import type { Loaded, LoadOptions } from './load.ts'

export interface WatchOptions extends Omit<LoadOptions, 'file'> {
  /** The file's name as messages show it; its path if left out. */
  readonly file?: string
  /** What was loaded before: only another text is told. Absent: what the file holds when watching begins. */
  readonly text?: string
  /** How long after a change the file is read, in milliseconds, and how long it must then stay the same to be told; absent: 100. */
  readonly settle?: number
  /** Told of each change, also of a file that cannot be used: then the old configuration is to stay. Must not throw. */
  readonly onLoad: (loaded: Loaded) => void
}

export interface Watch {
  /** Stops watching; nothing is told any more once this is called. */
  close(): Promise<void>
}

const same = (left: FileText | undefined, right: FileText): boolean => {
  if (left === undefined || left.ok !== right.ok) return false
  return left.ok && right.ok ? left.text === right.text : !left.ok && !right.ok && left.why === right.why
}

/** The directories in which a change can change what the file holds: its own, and that of what a link leads to. */
const directoriesOf = async (path: string): Promise<readonly string[]> => {
  const own = dirname(path)
  try {
    return [...new Set([own, dirname(await realpath(path))])]
  } catch {
    // A file that is gone may come back, and then it comes into its own directory.
    return [own]
  }
}

/** Reads the file after each change near it, one reading at a time, and tells where its text is another. */
class Watched implements Watch {
  readonly #path: string
  readonly #options: WatchOptions
  #watcher: FSWatcher | undefined
  #timer: NodeJS.Timeout | undefined
  #reading: Promise<void> = Promise.resolve()
  #last: FileText | undefined
  /** What was read before, not told yet: half a file may have been written then. */
  #seen: FileText | undefined
  #isClosed = false

  constructor(path: string, options: WatchOptions) {
    this.#path = path
    this.#options = options
    this.#last = options.text === undefined ? undefined : { ok: true, text: options.text }
  }

  async open(): Promise<void> {
    // Links are not followed: a link that is swapped is itself the change.
    const watcher = watch([...(await directoriesOf(this.#path))], {
      depth: 0,
      ignoreInitial: true,
      followSymlinks: false,
    })
    this.#watcher = watcher
    watcher.on('all', () => this.#wait())
    // A directory that can no longer be watched may come back; what the file holds now is read in any case.
    watcher.on('error', () => this.#wait())
    await new Promise<void>(ready => watcher.once('ready', ready))
    this.#last ??= await readText(this.#path)
    // What changed while the watcher was being set up made no event.
    this.#wait()
  }

  /** A reading that is due stays due: in a directory where others write all the time it would else be put off for ever. */
  #wait(): void {
    if (this.#isClosed || this.#timer !== undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#reading = this.#reading.then(() => this.#read())
    }, this.#options.settle ?? 100)
  }

  async #read(): Promise<void> {
    const read = await readText(this.#path)
    const directories = await directoriesOf(this.#path)
    if (this.#isClosed) return
    this.#watcher?.add([...directories])
    const isSettled = same(this.#seen, read)
    this.#seen = read
    if (same(this.#last, read)) return
    if (!isSettled) return this.#wait()
    this.#last = read
    const { file = this.#path } = this.#options
    this.#options.onLoad(loadedFrom(read, { ...this.#options, file }))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await this.#reading
    await this.#watcher?.close()
  }
}

/** Watches the file at `path` until closed. Resolves once changes are seen. */
export const watchConfig = async (path: string, options: WatchOptions): Promise<Watch> => {
  const watched = new Watched(resolve(path), options)
  await watched.open()
  return watched
}

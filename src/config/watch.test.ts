/** Watching a real file: each way in which people and machines change it is seen, and nothing else is told. */
import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Loaded } from './load.ts'
import { watchConfig } from './watch.ts'
import type { Watch } from './watch.ts'

const config = (port: number): string =>
  `providers: { local: { type: ollama } }\ndeployments: { llama: { provider: local, model: llama3.2 } }\nserver: { port: ${port} }\n`

/** The port that was told, or the first message. */
const wordFor = (loaded: Loaded): number | string | undefined =>
  loaded.ok ? loaded.settings.server.port : loaded.findings[0]?.message

/** What was told, one after the other. */
class Told {
  readonly all: Loaded[] = []
  #waiting: ((loaded: Loaded) => void) | undefined
  #read = 0

  readonly hear = (loaded: Loaded): void => {
    this.all.push(loaded)
    this.#waiting?.(loaded)
    this.#waiting = undefined
  }
  /** The next that was not read yet, once it is there. */
  next(): Promise<Loaded> {
    const ready = this.all[this.#read]
    this.#read += 1
    return ready === undefined ? new Promise(resolve => (this.#waiting = resolve)) : Promise.resolve(ready)
  }
  /** Waits for this port or message; a file that is written in place may be told half-written before. */
  async until(wanted: number | string): Promise<Loaded> {
    for (;;) {
      const loaded = await this.next()
      if (wordFor(loaded) === wanted) return loaded
    }
  }
}

let folder = ''
let open: Watch[] = []
const watched = async (path: string, told: Told, text?: string, settle = 20): Promise<Watch> => {
  const watch = await watchConfig(path, {
    env: {},
    providerTypes: ['ollama'],
    settle,
    onLoad: told.hear,
    ...(text !== undefined && { text }),
  })
  open.push(watch)
  return watch
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-watch-'))
})
afterEach(async () => {
  await Promise.all(open.map(one => one.close()))
  open = []
  await rm(folder, { recursive: true, force: true })
})

describe('a watched configuration', () => {
  it('is told although others write beside it all the time', async () => {
    const path = join(folder, 'signalbox.yaml')
    await writeFile(path, config(1))
    const told = new Told()
    // Of one file that changes all the time the watcher hears twenty times a second.
    await watched(path, told, undefined, 150)
    let isQuiet = false
    const noise = async (): Promise<void> => {
      for (let turn = 0; turn < 20_000 && told.all.length === 0; turn += 1) {
        await writeFile(join(folder, 'state.db'), String(turn))
      }
      isQuiet = told.all.length === 0
    }
    const made = noise()
    await writeFile(path, config(2))
    await told.until(2)
    expect(isQuiet).toBe(false)
    await made
  })

  it('is told when it is edited, as often as its text is another', async () => {
    const path = join(folder, 'signalbox.yaml')
    await writeFile(path, config(1))
    const told = new Told()
    await watched(path, told)
    await writeFile(path, config(2))
    await told.until(2)
    // Replaced by the same text, then by another: only the other is told.
    for (const port of [2, 2, 3]) {
      await writeFile(join(folder, 'next'), config(port))
      await rename(join(folder, 'next'), path)
    }
    await told.until(3)
    const words = told.all.map(wordFor)
    expect(words.filter((word, place) => word === words[place - 1])).toEqual([])
  })

  it('is told when another file takes its place', async () => {
    const path = join(folder, 'signalbox.yaml')
    await writeFile(path, config(1))
    const told = new Told()
    await watched(path, told)
    for (const port of [2, 3, 4]) {
      await writeFile(join(folder, 'signalbox.yaml.tmp'), config(port))
      await rename(join(folder, 'signalbox.yaml.tmp'), path)
      await told.until(port)
    }
  })

  it('is told when the directory behind its link is swapped, as Kubernetes does with a ConfigMap', async () => {
    const publish = async (name: string, port: number): Promise<void> => {
      await mkdir(join(folder, name))
      await writeFile(join(folder, name, 'signalbox.yaml'), config(port))
      await symlink(name, join(folder, '..data_tmp'))
      await rename(join(folder, '..data_tmp'), join(folder, '..data'))
    }
    await publish('..1', 1)
    const path = join(folder, 'signalbox.yaml')
    await symlink(join('..data', 'signalbox.yaml'), path)
    const told = new Told()
    await watched(path, told)
    await publish('..2', 2)
    await told.until(2)
    await rm(join(folder, '..1'), { recursive: true })
    await publish('..3', 3)
    await told.until(3)
  })

  it('is told when the file behind its link, in another directory, is edited', async () => {
    const other = await mkdtemp(join(tmpdir(), 'signalbox-watch-'))
    try {
      await writeFile(join(other, 'real.yaml'), config(1))
      const path = join(folder, 'signalbox.yaml')
      await symlink(join(other, 'real.yaml'), path)
      const told = new Told()
      await watched(path, told)
      await writeFile(join(other, 'real.yaml'), config(2))
      await told.until(2)
      for (const port of [3, 4, 5]) {
        await writeFile(join(other, 'next'), config(port))
        await rename(join(other, 'next'), join(other, 'real.yaml'))
        await told.until(port)
      }
    } finally {
      await rm(other, { recursive: true, force: true })
    }
  })

  it('is refused and told where it is bad or gone, and told again when it is well', async () => {
    const path = join(folder, 'signalbox.yaml')
    await writeFile(path, config(1))
    const told = new Told()
    await watched(path, told)
    await writeFile(path, config(1).replace('port: 1', 'port: many'))
    const bad = await told.until('port is "many"; write a whole number from 0 to 65535')
    expect(bad.ok).toBe(false)
    expect(bad.findings.map(one => [one.file, one.line, one.column, one.path])).toContainEqual([
      path,
      3,
      17,
      'server.port',
    ])
    await unlink(path)
    await told.until('cannot be read: there is no such file')
    await writeFile(path, config(2))
    await told.until(2)
  })

  it('is not told while its text stays the same', async () => {
    const path = join(folder, 'signalbox.yaml')
    await writeFile(path, config(1))
    const [told, first, second] = [new Told(), new Told(), new Told()]
    await watched(path, told)
    await writeFile(join(folder, 'next'), config(1))
    await rename(join(folder, 'next'), path)
    // Others that know of no text yet are told, one after the other; by then the one before has read it often enough.
    for (const witness of [first, second]) {
      await watched(path, witness, '')
      await witness.until(1)
    }
    expect(told.all).toEqual([])
  })

  it('is told at once where it changed between its loading and its watching', async () => {
    const path = join(folder, 'signalbox.yaml')
    await writeFile(path, config(2))
    const told = new Told()
    await watched(path, told, config(1))
    await told.until(2)
  })

  it('is no longer told once closed', async () => {
    const path = join(folder, 'signalbox.yaml')
    await writeFile(path, config(1))
    const [closed, other] = [new Told(), new Told()]
    const watch = await watched(path, closed)
    await watched(path, other)
    await watch.close()
    await writeFile(path, config(2))
    await other.until(2)
    expect(closed.all).toEqual([])
  })
})

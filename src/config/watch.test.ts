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
  /** The port of the next, or the first message. */
  async word(): Promise<number | string | undefined> {
    const loaded = await this.next()
    return loaded.ok ? loaded.settings.server.port : loaded.findings[0]?.message
  }
}

let folder = ''
let open: Watch[] = []
const watched = async (path: string, told: Told, text?: string): Promise<Watch> => {
  const watch = await watchConfig(path, {
    env: {},
    providerTypes: ['ollama'],
    settle: 5,
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
  it('is told when it is edited, as often as its text is another', async () => {
    const path = join(folder, 'signalbox.yaml')
    await writeFile(path, config(1))
    const told = new Told()
    await watched(path, told)
    await writeFile(path, config(2))
    expect(await told.word()).toBe(2)
    // Written anew with the same text, then with another: only the other is told.
    await writeFile(path, config(2))
    await writeFile(path, config(3))
    expect(await told.word()).toBe(3)
    expect(told.all).toHaveLength(2)
  })

  it('is told when another file takes its place', async () => {
    const path = join(folder, 'signalbox.yaml')
    await writeFile(path, config(1))
    const told = new Told()
    await watched(path, told)
    for (const port of [2, 3, 4]) {
      await writeFile(join(folder, 'signalbox.yaml.tmp'), config(port))
      await rename(join(folder, 'signalbox.yaml.tmp'), path)
      expect(await told.word()).toBe(port)
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
    expect(await told.word()).toBe(2)
    await rm(join(folder, '..1'), { recursive: true })
    await publish('..3', 3)
    expect(await told.word()).toBe(3)
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
      expect(await told.word()).toBe(2)
    } finally {
      await rm(other, { recursive: true, force: true })
    }
  })

  it('is refused and told where it is bad or gone, and told again when it is well', async () => {
    const path = join(folder, 'signalbox.yaml')
    await writeFile(path, config(1))
    const told = new Told()
    await watched(path, told)
    await writeFile(path, 'server: { port: many }\n')
    const bad = await told.next()
    expect(bad.ok).toBe(false)
    expect(bad.findings.map(one => [one.file, one.line, one.column, one.path])).toContainEqual([
      path,
      1,
      17,
      'server.port',
    ])
    await unlink(path)
    expect(await told.word()).toBe('cannot be read: there is no such file')
    await writeFile(path, config(2))
    expect(await told.word()).toBe(2)
  })

  it('is told at once where it changed between its loading and its watching', async () => {
    const path = join(folder, 'signalbox.yaml')
    await writeFile(path, config(2))
    const told = new Told()
    await watched(path, told, config(1))
    expect(await told.word()).toBe(2)
  })

  it('is no longer told once closed', async () => {
    const path = join(folder, 'signalbox.yaml')
    await writeFile(path, config(1))
    const [closed, other] = [new Told(), new Told()]
    const watch = await watched(path, closed)
    await watched(path, other)
    await watch.close()
    await writeFile(path, config(2))
    expect(await other.word()).toBe(2)
    expect(closed.all).toEqual([])
  })
})

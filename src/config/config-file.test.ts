/** Files that cannot be read are findings too, in plain words. */
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfigFile } from './config-file.ts'
import { largestFile } from './document.ts'

let folder = ''
const at = (name: string): string => join(folder, name)
const told = async (path: string): Promise<string | undefined> => {
  const loaded = await readConfigFile(path, { env: {}, providerTypes: ['ollama'] })
  expect(loaded.ok).toBe(false)
  expect(loaded.findings[0]).toMatchObject({ severity: 'error', file: path, line: 1, column: 1 })
  return loaded.findings[0]?.message
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-file-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a configuration file', () => {
  it('is read, and named in findings as it was asked for', async () => {
    const text = 'providers: { local: { type: ollama } }\ndeployments: { a: { provider: locl, model: m } }\n'
    await writeFile(at('a.yaml'), text)
    const loaded = await readConfigFile(at('a.yaml'), { env: {}, providerTypes: ['ollama'], file: 'a.yaml' })
    expect(loaded.findings.map(one => [one.file, one.line, one.column])).toContainEqual(['a.yaml', 2, 31])
  })
  it('that is not there, is a directory or a circle of links is told so', async () => {
    expect(await told(at('none.yaml'))).toBe('cannot be read: there is no such file')
    expect(await told(folder)).toBe('cannot be read: it is a directory, not a file')
    expect(await told(`${at('a.yaml')}/below`)).toBe('cannot be read: a part of its path is no directory')
    await symlink('circle.yaml', at('circle.yaml'))
    expect(await told(at('circle.yaml'))).toBe('cannot be read: its links lead in a circle')
  })
  it('that is no UTF-8, or too large, is told so', async () => {
    await writeFile(at('latin.yaml'), Uint8Array.from([0x61, 0x3a, 0x20, 0xe4, 0x0a]))
    expect(await told(at('latin.yaml'))).toBe('cannot be read: it is no UTF-8 text')
    await writeFile(at('large.yaml'), 'x'.repeat(largestFile * 4 + 1))
    expect(await told(at('large.yaml'))).toContain('it is too large')
  })
  it('with a path that no system takes is told so', async () => {
    expect(await told('a\u0000b')).toContain('cannot be read: ')
  })
})

/** Every program of the examples runs in a process of its own and checks itself; every configuration is sound and decides. */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folder, run as command } from '../test/command-line.ts'

const examples = readdirSync(import.meta.dirname).filter(name => name.endsWith('.mjs') && name !== 'with-demo.mjs')

const run = (name: string): Promise<{ readonly code: number | null; readonly said: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, name)], { stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()))
    child.on('error', reject)
    child.on('exit', code => resolve({ code, said }))
  })

describe('examples', () => {
  it('are there', () => expect(examples.length).toBeGreaterThan(2))
  it.each(examples)('%s', async name => {
    const { code, said } = await run(name)
    expect(said).not.toBe('')
    expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' })
  })
})

const configurations = readdirSync(import.meta.dirname).filter(name => name.endsWith('.yaml'))
const env = {
  OPENAI_API_KEY: 'sk-openai-0123456789abcdef',
  ANTHROPIC_API_KEY: 'sk-anthropic-0123456789abcdef',
  GEMINI_API_KEY: 'gemini-0123456789abcdef',
  APP_KEY: 'sk-sb-app-0123456789abcdef',
}
const messages = [{ role: 'user', content: 'Where is my parcel?' }]

describe('configurations', () => {
  it('are the three compositions and their kin, each told of in the list', () => {
    const list = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8')
    expect(configurations.filter(name => !list.includes(`[${name}](${name})`))).toEqual([])
    expect(configurations).toEqual(
      expect.arrayContaining(['floor-then-cheap.yaml', 'canary-then-fast.yaml', 'race-then-fast.yaml']),
    )
  })
  it.each(configurations)('%s is sound, and decides', async name => {
    const path = join(import.meta.dirname, name)
    const { code, out, err } = await command(['check', path], { env })
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('0 errors, 0 warnings')
    const pool = /^pools:\n {2}(\w+):/m.exec(readFileSync(path, 'utf8'))?.[1]
    await using files = await folder()
    const request = await files.write('request.json', { model: pool, messages })
    const explained = await command(['explain', '--config', path, request], { env })
    expect(explained.code).toBe(0)
    expect(explained.out).toMatch(/^[\w-]+ comes first of [23]/m)
  })
})

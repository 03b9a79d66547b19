/** Every example runs in a process of its own and checks itself. */
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

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

/** Checking a configuration: sound, unsound with the place of each mistake, doubtful. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { folder, run, soundConfig, soundEnv } from '../../../test/command-line.ts'
import type { Folder } from '../../../test/command-line.ts'

let files: Folder
beforeAll(async () => {
  files = await folder()
})
afterAll(async () => files[Symbol.asyncDispose]())

const env = soundEnv

describe('a sound configuration', () => {
  it('is said to be sound, and what it has', async () => {
    const path = await files.write('sound.yaml', soundConfig)
    const { code, out, err } = await run(['check', path], { env })
    expect(code).toBe(0)
    expect(out.trimEnd().split('\n').at(-1)).toBe(
      `${path} is sound: 2 providers, 2 deployments, 3 pools, 3 policies; 0 errors, 0 warnings`,
    )
    expect(err).toBe('')
  })
  it('as JSON is one document and nothing else', async () => {
    const path = await files.write('sound.yaml', soundConfig)
    const { code, out } = await run(['check', path, '--json'], { env })
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({ file: path, sound: true, findings: [] })
  })
  it('with a warning stays sound, and the warning is told with its place', async () => {
    const idle = '  idle: { provider: openai, model: gpt-4o, price: { input: 1, output: 1 } }\n'
    const path = await files.write('doubtful.yaml', soundConfig.replace('pools:\n', `${idle}pools:\n`))
    const { code, out } = await run(['check', path], { env })
    expect(out).toMatch(new RegExp(`^${path}:7:\\d+: warning: deployments\\.idle: `))
    expect(out).toMatch(/is sound: .*; 0 errors, 1 warning$/m)
    expect(code).toBe(0)
  })
})

describe('an unsound configuration', () => {
  const broken = soundConfig
    .replace('candidates: [mini, sonnet], policy: cheapest', 'candidates: [mini, sonet], policy: cheapst')
    .replace('priority: 1 }', 'prioriti: 1 }')
  const line = (text: string): number => broken.slice(0, broken.indexOf(text)).split('\n').length

  it('is told mistake by mistake, each with line, column and the nearest right name', async () => {
    const path = await files.write('broken.yaml', broken)
    const { code, out } = await run(['check', path], { env })
    expect(code).toBe(1)
    const told = out.trimEnd().split('\n')
    const at = (needle: string): string | undefined => told.find(one => one.includes(needle))
    expect(at('sonet')).toMatch(
      new RegExp(`^${path}:${line('sonet')}:33: error: pools\\.support\\.candidates.*"sonnet"`),
    )
    expect(at('cheapst')).toMatch(
      new RegExp(`^${path}:${line('cheapst')}:\\d+: error: pools\\.support\\.policy.*"cheapest"`),
    )
    expect(at('prioriti')).toMatch(new RegExp(`^${path}:${line('prioriti')}:\\d+: error: .*"priority"`))
    expect(told.at(-1)).toBe(`${path} is not sound: 3 errors, 0 warnings`)
  })
  it('as JSON has the same findings with their places', async () => {
    const path = await files.write('broken.yaml', broken)
    const { code, out } = await run(['check', path, '--json'], { env })
    expect(code).toBe(1)
    const { sound, findings } = JSON.parse(out) as { readonly sound: boolean; readonly findings: readonly unknown[] }
    expect(sound).toBe(false)
    expect(findings).toHaveLength(3)
    expect(findings).toContainEqual(
      expect.objectContaining({
        severity: 'error',
        file: path,
        line: line('sonet'),
        column: 33,
        path: 'pools.support.candidates[1]',
      }),
    )
  })
  it('that is no YAML is told where it stops being any', async () => {
    const path = await files.write('no.yaml', 'providers:\n  openai: { type: openai\npools: {}\n')
    const { code, out } = await run(['check', path], { env })
    expect(code).toBe(1)
    expect(out).toMatch(new RegExp(`^${path}:[23]:\\d+: error: `))
  })
  it('whose secret is not in the environment names the variable', async () => {
    const path = await files.write('sound.yaml', soundConfig)
    const { code, out } = await run(['check', path], { env: { PROVIDER_KEY: soundEnv.PROVIDER_KEY } })
    expect(code).toBe(1)
    expect(out).toMatch(/:\d+:\d+: error: keys\.ci\.value: .*CI_KEY/)
  })
})

it.each([
  ['that is not there', () => `${files.path}/none.yaml`, 'there is no such file'],
  ['that is a folder', () => files.path, 'that is a folder'],
])('a file %s is a command that makes no sense', async (_what, path, why) => {
  const { code, out, err } = await run(['check', path()], { env })
  expect(err).toBe(`cannot read the configuration ${path()}: ${why}\n`)
  expect(code).toBe(2)
  expect(out).toBe('')
})

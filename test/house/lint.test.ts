/** Sizes and style: the linter finds nothing in the house, and finds each breach that is put before it. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from './sources.ts'

interface Finding {
  readonly code: string
  readonly filename: string
  readonly message: string
}

/** The linter's findings in a folder, by the configuration that lies there. */
const lint = (folder: string, ...only: readonly string[]): readonly Finding[] => {
  const path = `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`
  const run = spawnSync(process.execPath, [join(root, 'node_modules/oxlint/bin/oxlint'), '--format', 'json', ...only], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
  })
  const report: unknown = JSON.parse(run.stdout)
  if (report === null || typeof report !== 'object' || !('diagnostics' in report)) throw new Error(run.stderr)
  return report.diagnostics as readonly Finding[]
}

const repeat = (count: number, line: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => line(at)).join('\n')

/** Files that each break one rule. */
const breaches: Readonly<Record<string, readonly [rule: string, text: string]>> = {
  'src/domain/long.ts': ['max-lines', repeat(301, at => `export const a${at} = ${at}`)],
  'src/domain/big.ts': [
    'max-lines-per-function',
    `export const big = (a: number[]): void => {\n${repeat(61, at => `  a.push(${at})`)}\n}`,
  ],
  'src/domain/wide.ts': [
    'max-params',
    'export const wide = (a: 1, b: 1, c: 1, d: 1, e: 1): number => a + b + c + d + e',
  ],
  'src/domain/deep.ts': [
    'max-depth',
    'export const deep = (a: boolean): number => {\n  if (a) { if (a) { if (a) { if (a) return 1 } } }\n  return 0\n}',
  ],
  'src/domain/complex.ts': [
    'complexity',
    `export const complex = (a: number): number => {\n${repeat(12, at => `  if (a === ${at}) return ${at + 1}`)}\n  return 0\n}`,
  ],
  'src/domain/any.ts': ['no-explicit-any', 'export const any = (a: any): number => a.b'],
  'src/domain/face.ts': ['no-default-export', 'export default 1'],
  'src/domain/waiting.ts': ['no-async-await', 'export const wait = async (): Promise<number> => 1'],
  'src/domain/clock.ts': ['no-restricted-properties', 'export const clock = (): number => Date.now()'],
  'src/domain/world.ts': ['no-restricted-globals', 'export const world = (): unknown => fetch'],
  'src/domain/types.ts': ['consistent-type-imports', "import { A } from './a.ts'\nexport const b: A = 1"],
  'src/domain/a.ts': ['no-cycle', "import type { C } from './c.ts'\nexport type A = 1 | C"],
  'src/domain/c.ts': ['no-cycle', "import type { A } from './a.ts'\nexport type C = 2 | A"],
  'src/platform/floating.ts': [
    'no-floating-promises',
    'const work = async (): Promise<void> => {}\nexport const start = (): void => {\n  work()\n}',
  ],
  'src/platform/misused.ts': [
    'no-misused-promises',
    'const work = async (): Promise<boolean> => true\nexport const start = (): number => (work() ? 1 : 0)',
  ],
  'src/platform/ignored.ts': ['ban-ts-comment', '// @ts-ignore\nexport const a: string = 1'],
}

describe('the linter', () => {
  it('finds nothing in the house', () => {
    const found = lint(root).map(({ code, filename, message }) => `${filename}: ${code}: ${message}`)
    expect(found).toEqual([])
  })

  describe('sees a deliberate breach', () => {
    let folder = ''
    let found: readonly Finding[] = []
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'signalbox-lint-'))
      for (const file of ['.oxlintrc.json', 'tsconfig.json', 'package.json'])
        cpSync(join(root, file), join(folder, file))
      symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
      for (const [path, [, text]] of Object.entries(breaches)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true })
        writeFileSync(join(folder, path), `${text}\n`)
      }
      found = lint(folder, 'src')
    })
    afterAll(() => rmSync(folder, { recursive: true, force: true }))

    for (const [path, [rule]] of Object.entries(breaches)) {
      it(`of ${rule} in ${path}`, () => {
        const rules = found.filter(({ filename }) => filename.endsWith(path)).map(({ code }) => code)
        expect(rules).toEqual(expect.arrayContaining([expect.stringContaining(`(${rule})`)]))
      })
    }
  })
})

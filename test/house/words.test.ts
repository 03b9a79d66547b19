/** Names of files and words of comments: plain, and nothing that does not belong in the house. */
import { describe, expect, it } from 'vitest'
import { commentsOf, filesUnder, withoutComments } from './sources.ts'
import type { Source } from './sources.ts'

const emptyWords = [
  'utils',
  'util',
  'helpers',
  'helper',
  'common',
  'manager',
  'service',
  'handler',
  'handlers',
  'types',
  'misc',
  'shared',
  'lib',
  'base',
  'core',
]

/** What is wrong with a file's name. */
const misnamed = ({ path }: Source): readonly string[] => {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const stem = name.replace(/(?:\.(?:test|property\.test|test-d|example|contract|config))?\.[a-z]+$/, '')
  const barrel = stem === 'index' && !/^src\/(?:index\.ts|dialects\/[a-z-]+\/index\.ts)$/.test(path)
  return [
    ...(/^[a-z\d]+(?:-[a-z\d]+)*$/.test(stem) ? [] : [`${path}: not in kebab case`]),
    ...(stem.split('-').some(word => emptyWords.includes(word)) ? [`${path}: an empty word`] : []),
    ...(barrel ? [`${path}: a barrel file`] : []),
  ]
}

const unwanted: readonly (readonly [RegExp, string])[] = [
  [/\b(?:TODO|FIXME|XXX|HACK)\b/, 'a promise instead of work'],
  [/(?:^|[\s'"`(])\/(?:work|home|root|Users|opt)\/[\w.]/, 'a path of one machine'],
  [/(?:^|[\s'"`(])\/tmp\/[\w.]/, 'a path of one machine'],
  [/\bregistry\.(?:npmjs|yarnpkg)\b|\bnpm\.pkg\.github\b/, 'a package registry'],
  [/\bas any\b|\bas unknown as\b.*\bas\b/, 'a type that is claimed'],
]
const unwantedInComments: readonly (readonly [RegExp, string])[] = [
  [/@(?:param|returns?|type|author|since)\b/, 'the signature says it'],
  [/\b(?:issue|ticket|plan|step|part) #?\d+\b|(?:^|\s)#\d{1,6}\b/i, 'a number of a plan'],
  [
    /\b(?:generated|written|built|made) by (?:an? )?(?:ai|agent|assistant|model|helper|builder|claude|copilot)\b/i,
    'who built it',
  ],
  [/[-=*#]{8,}/, 'a banner'],
]

/** Lines with what does not belong there. */
const alien = ({ path, text }: Source): readonly string[] => {
  const comments = commentsOf(text).split('\n')
  return text
    .split('\n')
    .flatMap((line, at) => [
      ...unwanted.filter(([pattern]) => pattern.test(line)).map(([, why]) => `${path}:${at + 1}: ${why}`),
      ...unwantedInComments
        .filter(([pattern]) => pattern.test(comments[at] ?? ''))
        .map(([, why]) => `${path}:${at + 1}: ${why}`),
    ])
}

/** Lines that are code put out of use by comment signs. */
const dead = ({ path, text }: Source): readonly string[] =>
  commentsOf(text)
    .split('\n')
    .flatMap((line, at) =>
      /^\s*\/\/\s*(?:const|let|return|import|export|if \(|for \()\b.*[;{})']\s*$/.test(line)
        ? [`${path}:${at + 1}`]
        : [],
    )

const code = (): readonly Source[] =>
  ['src', 'scripts', 'bin', 'benchmarks', 'examples'].flatMap(folder =>
    filesUnder(folder, path => /\.(?:m?js|ts|sh)$/.test(path)),
  )

describe('names', () => {
  it('of files are plain words in kebab case', () => {
    expect(filesUnder('src').flatMap(misnamed)).toEqual([])
  })
  it('that say nothing are seen', () => {
    const wrong = [
      'src/a/utils.ts',
      'src/a/string-helpers.ts',
      'src/a/camelCase.ts',
      'src/a/index.ts',
      'src/a/types.ts',
      'src/a/key-manager.test.ts',
    ]
    for (const path of wrong) expect(misnamed({ path, text: '' }), path).not.toEqual([])
    for (const path of ['src/index.ts', 'src/dialects/openai-chat/index.ts', 'src/a/slate.property.test.ts']) {
      expect(misnamed({ path, text: '' })).toEqual([])
    }
  })
})

describe('words', () => {
  it('that do not belong in the sources are not there', () => {
    expect(code().flatMap(alien)).toEqual([])
  })
  it('of dead code are not there', () => {
    expect(code().flatMap(dead)).toEqual([])
    expect(dead({ path: 'a.ts', text: "// const a = f('x')\n// const is a word here\n" })).toEqual(['a.ts:1'])
  })
  it('that do not belong are seen', () => {
    const slash = '/'
    const wrong = [
      `// ${'TO'}DO later`,
      `const a = '${slash}home/me/x'`,
      `// see ${slash}work/thing`,
      `// ${'@'}param a the a`,
      `// as in issue ${7}`,
      '// ==================',
      `const a = b as${' '}any`,
      `// written by an${' '}assistant`,
    ]
    for (const text of wrong) expect(alien({ path: 'a.ts', text }), text).toHaveLength(1)
    expect(alien({ path: 'a.ts', text: '// a plain reason, since 2026-08\nconst step = 3\n' })).toEqual([])
  })
  it('in a string are no comment', () => {
    expect(withoutComments(`const a = '// not'`)).toBe(`const a = '// not'`)
  })
})

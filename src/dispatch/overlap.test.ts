/** What a continuation repeats is cut away, and nothing else. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Asked } from '../ports/provider.ts'
import { overlap } from './overlap.ts'

type GoesOn = NonNullable<Asked['goesOn']>
const told: GoesOn = { by: 'instruction', repeats: true }
const filled: GoesOn = { by: 'prefill', repeats: false }
const echoed: GoesOn = { by: 'prefill', repeats: true }

/** What is added to the text by these pieces. */
const added = (text: string, goesOn: GoesOn, pieces: readonly string[]): string => {
  const cut = overlap(text, goesOn)
  let out: string | undefined
  for (const piece of pieces) out = out === undefined ? cut.push(piece) : out + piece
  return out ?? cut.end()
}
const story = 'Once upon a time there was a quick brown fox that '

describe('a model that was told to go on', () => {
  it.each<[string, string, readonly string[], string]>([
    ['repeats the last words', story, ['a qui', 'ck brown fox that ', 'jumped'], 'jumped'],
    ['repeats them behind white space', story, ['\n\na quick brown fox that', ' jumped'], 'jumped'],
    ['repeats them without the space behind them', story.trimEnd(), ['quick brown fox that', ' jumped'], ' jumped'],
    ['repeats nothing', story, ['jumped'], 'jumped'],
    ['repeats only the space', story, [' jumped'], 'jumped'],
    ['begins the half of a word again', 'the qui', ['quick fox'], 'ck fox'],
    ['ends the half of a word', 'the qui', ['ck fox'], 'ck fox'],
    ['says a word twice that may be said twice', 'I am very', [' very', ' happy'], ' very happy'],
    ['begins with a few letters that end the text by chance', 'one, two, ', ['o, no'], 'o, no'],
    ['repeats all of a short text', 'Hi', ['Hi', ' there'], ' there'],
    ['repeats it all and adds nothing', story, [story.slice(-30)], ''],
    ['says less than it could repeat', story, ['that'], 'that'],
  ])('%s', (_, text, pieces, out) => {
    expect(added(text, told, pieces)).toBe(out)
  })
})

describe('a model that writes on behind its own words', () => {
  it.each<[string, string, GoesOn, readonly string[], string]>([
    ['goes on', 'ha ha', filled, [' ha ha'], ' ha ha'],
    ['writes the space that was cut from its words', story, filled, [' jumped'], 'jumped'],
    ['does not write it', story, filled, ['jumped'], 'jumped'],
    ['writes a part of it', 'a\n\n', filled, ['\n', 'b'], 'b'],
    ['writes another', 'a ', filled, ['\nb'], '\nb'],
    [
      'has what was given come again',
      story,
      echoed,
      [story.slice(0, 9), story.trimEnd().slice(9), ' jumped'],
      'jumped',
    ],
    ['does not, though it could have', story, echoed, ['Once', ' more'], 'Once more'],
    ['has it come again, and nothing more', story, echoed, [story.trimEnd()], ''],
  ])('%s', (_, text, goesOn, pieces, out) => {
    expect(added(text, goesOn, pieces)).toBe(out)
  })
})

describe('laws', () => {
  const cutUp = (text: string, sizes: readonly number[]): readonly string[] => {
    const pieces: string[] = []
    let at = 0
    for (let turn = 0; at < text.length; turn++) {
      const size = sizes[turn % sizes.length] ?? 1
      pieces.push(text.slice(at, at + size))
      at += size
    }
    return pieces
  }
  const word = fc.stringMatching(/^[a-z]{1,6}[ ,.\n]{1,2}$/)
  const prose = fc.array(word, { minLength: 1, maxLength: 60 }).map(words => words.join(''))
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 })
  const ways = fc.constantFrom(told, filled, echoed)

  it('however the continuation is cut, the same is added', () => {
    fc.assert(
      fc.property(prose, prose, sizes, ways, (text, next, lengths, goesOn) => {
        expect(added(text, goesOn, cutUp(next, lengths))).toBe(added(text, goesOn, [next]))
      }),
    )
  })
  it('what is added is always the end of what was said', () => {
    fc.assert(
      fc.property(prose, prose, sizes, ways, (text, next, lengths, goesOn) => {
        expect(next.endsWith(added(text, goesOn, cutUp(next, lengths)))).toBe(true)
      }),
    )
  })
  it('a long repetition is always found', () => {
    fc.assert(
      fc.property(prose, prose, sizes, fc.integer({ min: 12, max: 80 }), (text, rest, lengths, back) => {
        const next = text.slice(-back) + rest
        const out = added(text, told, cutUp(next, lengths))
        expect(out.length).toBeLessThanOrEqual(rest.length)
      }),
    )
  })
})

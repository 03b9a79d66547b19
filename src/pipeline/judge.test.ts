/** What a judge's word means. */
import { describe, expect, it } from 'vitest'
import { verdictIn } from './judge.ts'

describe('the word of a judge', () => {
  it.each([
    ['PASS', 'passed'],
    ['pass.', 'passed'],
    ['**FAIL**', 'rejected'],
    ['It names the wrong city.\n\nFAIL', 'rejected'],
    ['PASS, I think. Yes: PASS', 'passed'],
    ['PASS or FAIL?', 'unjudged'],
    ['It passes', 'unjudged'],
    ['I am afraid that this does not pass.', 'unjudged'],
    ['I cannot let it PASS.', 'unjudged'],
    ["It isn't complete. FAIL", 'rejected'],
    ['There is nothing that does not fit.\n\nPASS', 'passed'],
    ['', 'unjudged'],
  ])('%j: %s', (text, judgement) => {
    expect(verdictIn(text)).toBe(judgement)
  })
})

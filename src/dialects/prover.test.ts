/** Recorded proofs are told by their form, whatever surface they came from. */
import { describe, expect, it } from 'vitest'
import { recordings } from '../../test/recordings.ts'
import { isForeign as isForeignToAnthropic } from './anthropic-messages/signature.ts'
import { isForeign as isForeignToBedrock } from './bedrock-converse/signature.ts'
import { isForeign as isForeignToGemini } from './gemini/signature.ts'
import { isForeign as isForeignToResponses } from './openai-responses/proof.ts'
import { missingSignature, proverOf } from './prover.ts'
import type { Prover } from './prover.ts'

const names = ['signature', 'thoughtSignature', 'thought_signature', 'encrypted_content', 'data']
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object'

/** `data` is the name of many things, but a proof only within reasoning. */
const isProofAt = (name: string, inside: Readonly<Record<string, unknown>>): boolean =>
  names.includes(name) && (name !== 'data' || String(inside['type']).startsWith('redacted'))

const proofsIn = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(proofsIn)
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([name, one]) =>
    typeof one === 'string' ? (isProofAt(name, value) && one !== '' ? [one] : []) : proofsIn(one),
  )
}
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
const valuesIn = (text: string): readonly unknown[] =>
  [text, ...text.split('\n').map(line => line.replace(/^data: ?/, ''))].map(parsed)

/** Who made what these providers tell; those who host the models of several are left out. */
const makers: Readonly<Record<string, Prover>> = {
  anthropic: 'anthropic',
  bedrock: 'anthropic',
  gemini: 'google',
  vertex: 'google',
  openai: 'openai',
  azure: 'openai',
}

const recorded = [...recordings()].flatMap(({ provider, response }) => {
  const maker = makers[provider]
  return maker === undefined
    ? []
    : valuesIn(response.body.text ?? '')
        .flatMap(proofsIn)
        .map(proof => ({ maker, proof }))
})

describe('a recorded proof', () => {
  it('is told to be its maker’s, every one', () => {
    expect(recorded.filter(({ maker, proof }) => proverOf(proof) !== maker)).toEqual([])
    for (const maker of ['anthropic', 'google', 'openai'])
      expect(recorded.filter(one => one.maker === maker).length, maker).toBeGreaterThan(20)
  })
  it('is taken back by those who can have made it alone', () => {
    for (const { maker, proof } of recorded) {
      const foreign = [isForeignToAnthropic(proof), isForeignToBedrock(proof), isForeignToGemini(proof)]
      expect([...foreign, isForeignToResponses(proof)], proof.slice(0, 40)).toEqual([
        maker !== 'anthropic',
        maker !== 'anthropic',
        maker !== 'google',
        maker !== 'openai',
      ])
    }
  })
})

describe('a proof', () => {
  it('that Google documents in place of a missing one is Google’s', () => {
    expect(proverOf(missingSignature)).toBe('google')
    expect(proverOf(btoa(missingSignature))).toBe('google')
  })
  it('of no known form is nobody’s, and is kept from Gemini where it is no base64', () => {
    for (const proof of ['', '!', 'meLZxuxI3c8Ino9n7jY', 'sig-1']) expect(proverOf(proof), proof).toBeUndefined()
    expect([isForeignToGemini('!'), isForeignToAnthropic(''), isForeignToResponses('')]).toEqual([true, true, true])
  })
})

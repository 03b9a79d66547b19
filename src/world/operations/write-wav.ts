/** A sound as a WAV file: hums whose pitch comes from what is said. */
import { hashOf } from '../chance.ts'

/** Samples in a second, as OpenAI's voices have them. */
export const sampleRate = 24_000
/** How long a word is heard, in samples. */
const wordLength = sampleRate / 20

/** 16-bit samples, one hum for each word. */
export const samplesOf = (text: string): Buffer => {
  const words = text.split(/\s+/).filter(word => word !== '')
  const sound = Buffer.alloc(2 * wordLength * words.length)
  for (const [place, word] of words.entries()) {
    const step = (2 * Math.PI * (120 + (hashOf(word) % 200))) / sampleRate
    for (let nth = 0; nth < wordLength; nth++) {
      sound.writeInt16LE(Math.round(8_000 * Math.sin(nth * step)), 2 * (place * wordLength + nth))
    }
  }
  return sound
}

/** The head of a WAV file for so many bytes of samples. */
export const wavHead = (bytes: number): Buffer => {
  const head = Buffer.alloc(44)
  head.write('RIFF', 0, 'latin1')
  head.writeUInt32LE(36 + bytes, 4)
  head.write('WAVEfmt ', 8, 'latin1')
  head.writeUInt32LE(16, 16)
  // Plain samples of one channel.
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(sampleRate, 24)
  head.writeUInt32LE(2 * sampleRate, 28)
  head.writeUInt16LE(2, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36, 'latin1')
  head.writeUInt32LE(bytes, 40)
  return head
}

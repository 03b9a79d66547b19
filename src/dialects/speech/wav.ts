/** Bare samples as a WAV file. */

const headSize = 44
/** Each sample has 16 bits, of one channel. */
const bytesPerSample = 2

const write = (view: DataView, at: number, letters: string): void => {
  for (let place = 0; place < letters.length; place++) view.setUint8(at + place, letters.charCodeAt(place))
}

/** A file of samples of 16 bits, little end first, of one channel. */
export const wavOf = (samples: Uint8Array, rate: number): Uint8Array => {
  const file = new Uint8Array(headSize + samples.length)
  const view = new DataView(file.buffer)
  write(view, 0, 'RIFF')
  view.setUint32(4, headSize - 8 + samples.length, true)
  write(view, 8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, rate, true)
  view.setUint32(28, rate * bytesPerSample, true)
  view.setUint16(32, bytesPerSample, true)
  view.setUint16(34, 8 * bytesPerSample, true)
  write(view, 36, 'data')
  view.setUint32(40, samples.length, true)
  file.set(samples, headSize)
  return file
}

/** Numbers as people read them, the same on every machine. */

const trimmed = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)

/** A number with at most so many decimals, thousands set apart: `1,234.5`. */
export const decimal = (value: number, places: number): string => {
  const text = trimmed(value.toFixed(places))
  if (text.includes('e')) return text
  const point = text.indexOf('.')
  const whole = point < 0 ? text : text.slice(0, point)
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return point < 0 ? grouped : grouped + text.slice(point)
}

/** A whole number: `12,345`. */
export const whole = (value: number): string => decimal(value, 0)

/** Millionths of a dollar as they are: `212 µ$`. */
export const microDollars = (value: number): string => `${decimal(value, Math.abs(value) < 10 ? 2 : 0)} µ$`

/** Millionths of a dollar as dollars: `$0.0212`. */
export const dollars = (value: number): string => `$${decimal(value / 1e6, 6)}`

/** A time: `340 ms`, `1.5 s`. */
export const time = (value: number): string =>
  Math.abs(value) < 1000 ? `${decimal(value, 0)} ms` : `${decimal(value / 1000, 2)} s`

/** A share in [0, 1] as per cent: `12.5 %`. */
export const percent = (value: number): string => `${decimal(value * 100, 1)} %`

/** A list for the end of a sentence: `a, b and c`. */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`

/** The name that was probably meant. */

type Row = readonly number[]

/** How far apart the first `rows.length` signs of `from` are from every start of `to`; `rows` has it for fewer signs. */
const nextRow = (from: string, to: string, rows: readonly Row[]): Row => {
  const place = rows.length - 1
  const above = rows[place] ?? []
  const row = [rows.length]
  for (let column = 1; column <= to.length; column++) {
    const replaced = (above[column - 1] ?? 0) + Number(from[place] !== to[column - 1])
    const isSwapped = place > 0 && from[place] === to[column - 2] && from[place - 1] === to[column - 1]
    const swapped = isSwapped ? (rows[place - 1]?.[column - 2] ?? 0) + 1 : replaced
    row.push(Math.min((above[column] ?? 0) + 1, (row[column - 1] ?? 0) + 1, replaced, swapped))
  }
  return row
}

/** Insertions, deletions, replacements and swaps of neighbours that lead from one text to the other. */
const distance = (from: string, to: string): number => {
  const rows: Row[] = [Array.from({ length: to.length + 1 }, (_, place) => place)]
  while (rows.length <= from.length) rows.push(nextRow(from, to, rows))
  return rows.at(-1)?.at(-1) ?? 0
}

/** The longest name that is looked at; longer ones are nobody's slip of the pen. */
const longest = 64

/** The most similar of the names, if one is similar enough to have been meant. */
export const nearest = (name: string, names: Iterable<string>): string | undefined => {
  const meant = name.toLowerCase()
  if (meant.length > longest) return undefined
  let found: string | undefined
  let least = Math.max(1, Math.floor(meant.length / 3)) + 1
  for (const one of names) {
    const steps = one.length > longest ? longest : distance(meant, one.toLowerCase())
    if (steps < least) {
      least = steps
      found = one
    }
  }
  return found
}

/** `; did you mean "x"?` or nothing, to end a sentence that names what was not found. */
export const didYouMean = (name: string, names: Iterable<string>): string => {
  const found = nearest(name, names)
  return found === undefined ? '' : `; did you mean "${found}"?`
}

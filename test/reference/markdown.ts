/** The few forms that reference pages are written in. */

/** What stands on top of every page. */
export const madeOf = (source: string): string =>
  `<!-- Made from ${source} by \`node scripts/reference.mjs --write\`; a test holds it to the source. -->`

const row = (cells: readonly string[]): string => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`

/** A table with this head. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')

/** A type of several lines on one. */
export const onOneLine = (type: string): string =>
  type
    .trim()
    .replace(/(?<=[^{\s])\n\s*(?=\w)/g, '; ')
    .replace(/\s+/g, ' ')

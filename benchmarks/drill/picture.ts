/** Shares of traffic over time as small pictures: one band for each deployment, stacked. */

export interface Panel {
  readonly title: string
  /** Deployment to its share, from 0 to 1, one for every step of time. */
  readonly shares: ReadonlyMap<string, readonly number[]>
}

export interface PictureOptions {
  readonly lasts: number
  /** When one of them was ill, in seconds. */
  readonly ill?: { readonly id: string; readonly from: number; readonly to: number }
}

const colours = ['#d1495b', '#2e86ab', '#66a182', '#edae49', '#8d6a9f', '#5c6b73', '#c97b63', '#3d5a80', '#a8a878']
const [width, height, left, top, gap] = [640, 90, 8, 30, 34]

const points = (upper: readonly number[], lower: readonly number[]): string => {
  const at = (place: number, count: number): number => left + (width * place) / Math.max(1, count - 1)
  const there = upper.map((share, place) => [at(place, upper.length), height * (1 - share)])
  const back = lower.map((share, place) => [at(place, lower.length), height * (1 - share)]).reverse()
  return [...there, ...back].map(([x = 0, y = 0]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')
}

const panelOf = ({ title, shares }: Panel, y: number, { lasts, ill }: PictureOptions): string => {
  const bands: string[] = []
  let below: readonly number[] = [...shares.values()][0]?.map(() => 0) ?? []
  for (const [place, values] of [...shares.values()].entries()) {
    const under = below
    below = values.map((share, at) => Math.min(1, share + (under[at] ?? 0)))
    bands.push(`<polygon points="${points(below, under)}" fill="${colours[place % colours.length]}"/>`)
  }
  const x = (seconds: number): string => (left + (width * seconds) / lasts).toFixed(1)
  const edges = ill === undefined ? [] : [ill.from, ill.to]
  const lines = edges.map(
    at => `<line x1="${x(at)}" x2="${x(at)}" y1="0" y2="${height}" stroke="#111" stroke-dasharray="3 3"/>`,
  )
  return `<g transform="translate(0 ${y})"><text x="${left}" y="-6" font-weight="600">${title}</text>${bands.join('')}${lines.join('')}</g>`
}

/** Panels below each other with one legend. */
export const pictureOf = (panels: readonly Panel[], options: PictureOptions): string => {
  const names = [...(panels[0]?.shares.keys() ?? [])]
  const each = height + gap
  const full = top + panels.length * each + 16
  const legend = names.map((name, place) => {
    const x = left + place * (width / Math.max(4, names.length))
    return `<rect x="${x}" y="${full - 16}" width="10" height="10" fill="${colours[place % colours.length]}"/><text x="${x + 14}" y="${full - 7}">${name}</text>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width + 2 * left} ${full + 4}" font-family="system-ui, sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...panels.map((panel, place) => panelOf(panel, top + place * each, options)),
    ...legend,
    '</svg>',
    '',
  ].join('\n')
}

/** A picture that is drawn over itself while someone looks, and told in steps where nobody does. */
import type { Terminal } from './terminal.ts'

export interface LivePicture {
  /** `done` of `total`; the text is only made when it will be shown. */
  show(done: number, total: number, text: () => string): void
  /** Takes the moving picture away, so that the last one can be printed to stay. */
  clear(): void
}

/** Each redraw costs the terminal more than the house; so many milliseconds lie between two. */
const between = 100

/** Draws on the terminal's side channel, so that the answer can be piped. `now` is in milliseconds. */
export const livePicture = (terminal: Terminal, now: () => number): LivePicture => {
  let lines = 0
  let drawnAt = Number.NEGATIVE_INFINITY
  let told = 0
  const clear = (): void => {
    // Up over what was drawn, then clear to the end of the screen.
    if (lines > 0) terminal.err(`\u001b[${lines}F\u001b[J\u001b[1F`)
    lines = 0
  }
  return {
    show: (done, total, text) => {
      if (!terminal.isLive) {
        const tenth = Math.floor((10 * done) / total)
        if (tenth > told) terminal.err(`${done} of ${total}`)
        told = tenth
        return
      }
      if (now() - drawnAt < between) return
      drawnAt = now()
      clear()
      const drawn = text()
      terminal.err(drawn)
      lines = drawn.split('\n').length
    },
    clear,
  }
}

/** What a program says while it runs, and waiting until it has said something. */

export interface Said {
  readonly out: string
  readonly err: string
}

export interface Listening {
  readonly said: Said
  /** Adds what was said on one of its two channels. */
  add(channel: keyof Said, text: string): void
  /** Resolves with what the pattern found, on either channel; rejects with everything that was said if the program ends before. */
  until(pattern: RegExp, ended: Promise<unknown>): Promise<RegExpExecArray>
}

/** Hears one program. */
export const listening = (): Listening => {
  const said = { out: '', err: '' }
  const lookers = new Set<() => void>()
  return {
    said,
    add: (channel, text) => {
      said[channel] += text
      for (const look of lookers) look()
    },
    until: (pattern, ended) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(said.out) ?? pattern.exec(said.err)
          if (found === null) return
          lookers.delete(look)
          resolve(found)
        }
        lookers.add(look)
        look()
        const told = (): Error => new Error(`it ended without saying ${String(pattern)}: ${said.out}${said.err}`)
        ended.then(() => reject(told()), reject)
      }),
  }
}

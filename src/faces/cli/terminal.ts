/** Where a command speaks and what it is given: a test passes its own. */

export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Answers of a command, to be piped on. */
  out(text: string): void
  /** What is said beside the answer: progress, warnings, errors. */
  err(text: string): void
  /** True where a person looks at `err` and a line may be drawn over. */
  readonly isLive: boolean
  readonly columns: number
  /** Rejects never; resolves when the process is asked to stop. */
  stopped(): Promise<string>
}

/** Exit codes of every command. */
export const exits = { good: 0, finding: 1, usage: 2 } as const

/** A command that could not be carried out, with the words for it. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exit: number

  constructor(message: string, exit: number = exits.usage) {
    super(message)
    this.exit = exit
  }
}

const askedToStop = (): Promise<string> =>
  new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve(signal))
  })

/** Keeps a reader that has gone, such as `head`, from ending the process; a gateway must still drain when its `tee` is dead. */
const outliveReaders = (): void => {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.stderr.write(`the output cannot be written: ${error.message}\n`)
  })
  // Where nobody hears complaints, there is nobody to complain to.
  process.stderr.on('error', () => undefined)
}

/** The terminal of this process. */
export const processTerminal = (): Terminal => {
  outliveReaders()
  return {
    env: process.env,
    out: text => process.stdout.write(`${text}\n`),
    err: text => process.stderr.write(`${text}\n`),
    isLive: process.stderr.isTTY === true,
    columns: process.stderr.columns ?? 100,
    stopped: askedToStop,
  }
}

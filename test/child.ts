/** Child processes for tests: what they say, when they say it, and how they end. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import { listening } from './said.ts'

const root = join(import.meta.dirname, '..')

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface Child extends AsyncDisposable {
  readonly pid: number
  readonly ended: Promise<Ended>
  out(): string
  err(): string
  /** Settles once this was said on either channel, with what the pattern found; rejects if the process ends before. */
  until(pattern: RegExp): Promise<RegExpExecArray>
  kill(signal: NodeJS.Signals): void
  /** Closes our ends of what it says: from now on it speaks to nobody. */
  deafen(): void
}

interface Place {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
}

/** Only these of our own variables reach a child: the rest of the machine must not decide how a test ends. */
const inherited = ['PATH', 'HOME', 'TMPDIR', 'LANG']
const environment = (env: Place['env'] = {}): Record<string, string> => ({
  ...Object.fromEntries(
    inherited.flatMap(name => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  ),
  ...env,
})

const watched = (child: ChildProcess): Child => {
  const { said, add, until } = listening()
  for (const [channel, stream] of [
    ['out', child.stdout],
    ['err', child.stderr],
  ] as const) {
    stream?.setEncoding('utf8').on('data', (text: string) => add(channel, text))
  }
  // `close` comes after all that was said.
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  return {
    pid: child.pid ?? 0,
    ended,
    out: () => said.out,
    err: () => said.err,
    until: pattern => until(pattern, ended),
    kill: signal => void child.kill(signal),
    deafen: () => {
      child.stdout?.destroy()
      child.stderr?.destroy()
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await ended
    },
  }
}

/** Runs a program. */
export const runProgram = (program: string, args: readonly string[], { cwd, env }: Place): Child =>
  watched(spawn(program, [...args], { cwd, env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] }))

/** The command line as it is installed; it must have been built. */
export const runBuilt = (args: readonly string[], place: Place): Child =>
  runProgram(process.execPath, [join(root, 'bin', 'signalbox.js'), ...args], place)

/** The command line from its sources, which need no build. */
export const runSources = (args: readonly string[], place: Place): Child => {
  const main = pathToFileURL(join(root, 'src', 'faces', 'cli', 'main.ts')).href
  const start = `import { main } from '${main}'; process.exitCode = await main(process.argv.slice(1))`
  return runProgram(process.execPath, ['--input-type=module', '--eval', start, '--', ...args], place)
}

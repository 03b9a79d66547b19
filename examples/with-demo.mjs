/** Opens a demo house for an example: the recorded world on this machine, and a gateway in front of it. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const program = join(import.meta.dirname, '../bin/signalbox.js')

/** Runs the example with the address and the key of a house of its own, which is closed again whatever happens. */
export const withDemo = async example => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-example-'))
  const house = spawn(process.execPath, [program, 'demo', '--port', '0', '--pace', '0'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const over = new Promise(resolve => house.once('exit', resolve))
  try {
    await example(await opened(house))
  } finally {
    house.kill('SIGTERM')
    await over
    rmSync(folder, { recursive: true, force: true })
  }
}

const opened = async house => {
  let said = ''
  for await (const text of house.stdout) {
    said += text
    const url = /open at (\S+)/.exec(said)?.[1]
    const key = /Virtual key:\n(\S+)\n/.exec(said)?.[1]
    if (url !== undefined && key !== undefined) return { url, key }
  }
  throw new Error(`the demo house did not open: ${said}`)
}

#!/usr/bin/env node
/** Starts the command line on a Node that is new enough: this one, or the one that was installed along. */
import { spawn } from 'child_process'
import { existsSync } from 'fs'
import { createRequire } from 'module'
import { dirname, join } from 'path'
import { fileURLToPath } from 'url'

/** Older ones cannot run the sources' syntax and crash in the database's native code. */
const needed = [22, 22]

const isNewEnough = () => {
  const [major, minor] = process.versions.node.split('.').map(Number)
  return major > needed[0] || (major === needed[0] && minor >= needed[1])
}

/** The Node of the optional dependency, or undefined where none was installed for this machine. */
const bundledNode = () => {
  try {
    const found = createRequire(import.meta.url).resolve(
      'node-' + process.platform + '-' + process.arch + '/package.json',
    )
    const path = join(dirname(found), 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return existsSync(path) ? path : undefined
  } catch {
    // Not installed is an answer, too.
    return undefined
  }
}

const hand = node => {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // A terminal gives Ctrl-C to both of us; only where there is none must it be passed on.
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) child.kill('SIGINT')
  })
  child.on('error', error => {
    console.error('signalbox could not start ' + node + ': ' + error.message)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    process.exit(code === null ? (signal === 'SIGINT' ? 130 : 143) : code)
  })
}

const start = async () => {
  const main = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist', 'faces', 'cli', 'main.js')
  if (!existsSync(main)) {
    console.error('signalbox is not built yet: run `npm run build` first (' + main + ' is missing)')
    process.exit(1)
  }
  const face = await import('../dist/faces/cli/main.js')
  const code = await face.main(process.argv.slice(2))
  process.exitCode = code
  // What still holds the process open must not keep it for ever.
  setTimeout(() => process.exit(code), 1000).unref()
}

if (isNewEnough()) {
  await start()
} else {
  const node = bundledNode()
  if (node === undefined) {
    console.error(
      'signalbox needs Node ' +
        needed.join('.') +
        ' or newer; this is ' +
        process.versions.node +
        '. Install a newer Node, or install signalbox with its optional dependencies, which bring one along.',
    )
    process.exit(1)
  } else hand(node)
}

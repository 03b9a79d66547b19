/** The gateway as it is measured: in front of one OpenAI-compatible upstream, on $PORT, with as much switched on as $PROFILE says. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const bundled = join(here, `../node_modules/node-${process.platform}-${process.arch}/bin/node`)

/** An old Node hands over to the one that was installed along. */
const handOver = () => {
  const child = spawn(bundled, process.argv.slice(1), { stdio: 'inherit' })
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => child.kill(signal))
  child.on('exit', code => process.exit(code ?? 0))
}

const virtualKey = 'sk-virtual-0123456789abcdef0123456789abcdef'

/** Takes spans and says thank you: a collector that costs next to nothing. */
const spanSink = () =>
  new Promise(resolve => {
    const server = createServer((request, response) => {
      request.resume()
      request.on('end', () => response.writeHead(200, { 'content-length': 0 }).end())
    })
    server.listen(0, '127.0.0.1', () => resolve(server.address().port))
    server.unref()
  })

const start = async () => {
  const profile = process.env.PROFILE ?? 'full'
  const [port, upstream] = [Number(process.env.PORT ?? 4141), Number(process.env.UPSTREAM_PORT ?? 9100)]
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const { configOf, profiles } = await import('./profiles.mjs')
  if (!profiles.includes(profile)) throw new Error(`PROFILE is ${profile}; it is one of ${profiles.join(', ')}`)
  const env = { ...process.env, BENCH_KEY: virtualKey, BENCH_UPSTREAM_KEY: 'sk-upstream-0123456789abcdef' }
  const { readSettings } = await import('../dist/faces/cli/settings-file.js')
  const { runHouse } = await import('../dist/faces/cli/run-house.js')
  const { processTerminal } = await import('../dist/faces/cli/terminal.js')
  const text = configOf(profile, { port, upstream, folder, sink: await spanSink() })
  const { settings, findings } = readSettings(text, `profile ${profile}`, env)
  if (settings === undefined) throw new Error(JSON.stringify(findings))
  const terminal = { ...processTerminal(), env }
  const running = await runHouse(settings, terminal)
  console.log(`profile ${profile} on ${running.http.url}`)
  await terminal.stopped()
  await running.stop()
  process.exit(0)
}

if (Number(process.versions.node.split('.')[0]) < 22 && existsSync(bundled)) handOver()
else await start()

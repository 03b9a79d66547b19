/** A real Redis for tests, on a port of its own. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { program } from './install.ts'

export interface RealRedis {
  readonly url: string
  /** Killed at once. */
  kill(): Promise<void>
  /** Again at the same address; with what was saved, or empty. */
  start(): Promise<void>
  /** Stands still. */
  pause(): void
  resume(): void
  stop(): Promise<void>
}

const freePort = (): Promise<number> =>
  new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

const answers = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })

/** Opened; undefined where this machine has none and none can be installed. */
export const realRedis = async ({ saves = false }: { readonly saves?: boolean } = {}): Promise<
  RealRedis | undefined
> => {
  const path = await program(['redis-server', 'valkey-server'], 'redis-server')
  if (path === undefined) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-redis-'))
  const port = await freePort()
  let child: ChildProcess | undefined
  const start = async (): Promise<void> => {
    const keeps = saves ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--save', '', '--appendonly', 'no']
    const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder]
    child = spawn(path, [...place, ...keeps], { stdio: 'ignore' })
    for (let tries = 0; tries < 200; tries++) {
      if (await answers(port)) return
      await new Promise(resolve => setTimeout(resolve, 25))
    }
    throw new Error('redis did not start')
  }
  const kill = async (): Promise<void> => {
    const running = child
    child = undefined
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return
    const ended = new Promise(resolve => running.once('exit', resolve))
    running.kill('SIGKILL')
    await ended
  }
  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    start,
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    stop: async () => {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

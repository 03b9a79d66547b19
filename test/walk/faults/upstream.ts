/** An upstream of raw sockets that does to each request what its cell of the matrix says, and counts what it was asked. */
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createServer as createTlsServer } from 'node:tls'
import { certificateFor } from '../../certificate.ts'
import { tongues } from './answers.ts'
import type { TongueName } from './answers.ts'

/** One request as it came. */
export interface Asked {
  readonly cell: string
  readonly who: 'first' | 'spare'
  readonly tongue: TongueName
  readonly stream: boolean
  readonly body: string
}
export interface Call extends Asked {
  readonly socket: Socket
  /** Settles once the client has seen something of this answer, or will not. */
  readonly heard: Promise<void>
  /** Where redirects point. */
  readonly away: string
}

export interface Upstream {
  readonly port: number
  /** A port whose certificate nobody knows, and one that takes connections and never says a word. */
  readonly tlsPort: number
  readonly mutePort: number
  /** How many requests each cell's candidates got, as `cell who`. */
  readonly asked: ReadonlyMap<string, number>
  /** How many came to where redirects point. */
  strays(): number
  /** The client of this cell has seen something, or is done. */
  hear(cell: string): void
  close(): Promise<void>
}

/** A request that is whole, and how many bytes it takes. */
const requestIn = (bytes: Buffer): { readonly asked: Asked; readonly length: number } | undefined => {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const head = bytes.subarray(0, end).toString('latin1')
  const size = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0)
  const length = end + 4 + size
  if (bytes.length < length) return undefined
  const body = bytes.subarray(end + 4, length).toString()
  const path = head.split(' ', 2)[1] ?? ''
  const { model, stream }: { readonly model?: string; readonly stream?: boolean } = JSON.parse(body)
  const [plain = ''] = path.split('?', 1)
  const tongue = (Object.keys(tongues) as TongueName[]).find(name => tongues[name].at.test(plain)) ?? 'chat'
  const named = /\/models\/([^:/]+):/.exec(plain)?.[1] ?? model ?? ''
  const [, who = '', cell = ''] = /(first|spare)\.(.*)$/.exec(named) ?? []
  const asked: Asked = {
    cell,
    who: who === 'spare' ? 'spare' : 'first',
    tongue,
    stream: stream === true || plain.includes('streamGenerateContent'),
    body,
  }
  return { asked, length }
}

const listening = async (server: Server): Promise<number> => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** Keeps each server's connections, so that they can be closed. */
const keeping = (sockets: Set<Socket>, take: (socket: Socket) => void) => (socket: Socket) => {
  sockets.add(socket)
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('close', () => sockets.delete(socket))
  take(socket)
}

/** One promise for each cell, kept by whoever comes first. */
const hearing = () => {
  const all = new Map<string, { readonly promise: Promise<void>; readonly resolve: () => void }>()
  return (cell: string) => {
    const made = all.get(cell) ?? Promise.withResolvers<void>()
    all.set(cell, made)
    return made
  }
}

/** Opens it. */
export const openUpstream = async (answer: (call: Call) => void): Promise<Upstream> => {
  const sockets = new Set<Socket>()
  const asked = new Map<string, number>()
  const ears = hearing()
  let strays = 0
  const away = createServer(
    keeping(sockets, socket => {
      strays += 1
      socket.destroy()
    }),
  )
  const target = `http://127.0.0.1:${await listening(away)}/v1`
  /** Some clients are shown nothing until a call, or the last piece with its cost, is whole. */
  const heardOf = ({ cell }: Asked): Promise<void> => Promise.race([ears(cell).promise, sleep(1_500)])
  const take = (socket: Socket): void => {
    let bytes = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk])
      // A hello of TLS, say: servers of plain HTTP answer in their own way.
      if (!/^[A-Z]/.test(bytes.subarray(0, 1).toString('latin1')))
        return void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
      const found = requestIn(bytes)
      if (found === undefined) return
      bytes = bytes.subarray(found.length)
      const name = `${found.asked.cell} ${found.asked.who}`
      asked.set(name, (asked.get(name) ?? 0) + 1)
      answer({ ...found.asked, socket, heard: heardOf(found.asked), away: target })
    })
  }
  const plain = createServer(keeping(sockets, take))
  const tls = createTlsServer(certificateFor('localhost'), keeping(sockets, take))
  tls.on('tlsClientError', () => undefined)
  const mute = createServer(keeping(sockets, socket => void socket.resume()))
  const [port, tlsPort, mutePort] = [await listening(plain), await listening(tls), await listening(mute)]
  return {
    port,
    tlsPort,
    mutePort,
    asked,
    strays: () => strays,
    hear: cell => ears(cell).resolve(),
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await Promise.all([plain, tls, mute, away].map(one => new Promise(resolve => one.close(resolve))))
    },
  }
}

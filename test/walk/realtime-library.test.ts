/** A conversation held by a program that has the gateway as a library: it says, hears, and closes through the call and its sink. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Delivery } from '../../src/domain/delivery.ts'
import { localCaller } from '../../src/index.ts'
import type { Call } from '../../src/index.ts'
import type { Ending } from '../../src/ports/sink.ts'
import { openSocketUpstream } from '../socket-client.ts'
import type { SocketUpstream } from '../socket-client.ts'
import { openHouse, until } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'

let upstream: SocketUpstream
let house: OpenHouse
beforeAll(async () => {
  upstream = await openSocketUpstream()
  house = await openHouse({
    config: () =>
      [
        'providers:',
        `  openai: { type: openai, url: '${upstream.url}/v1', key: '\${WORLD_KEY}' }`,
        'deployments:',
        '  rt: { provider: openai, model: gpt-realtime }',
      ].join('\n'),
  })
})
afterAll(async () => {
  await house.close()
  upstream.close()
})

describe('a program', () => {
  it('holds a conversation', async () => {
    upstream.manner = line => {
      line.on('message', (data: Buffer) => line.send(`{"type":"echo","said":${data.toString()}}`))
    }
    const heard: string[] = []
    const endings: Ending[] = []
    const call: Call = house.running.house.gateway.handle(
      {
        body: {
          operation: 'realtime',
          target: 'rt',
          protocol: 'openai-realtime',
          stream: true,
          streamUsage: true,
          extensions: {},
        },
        caller: localCaller,
      },
      {
        begin: () => undefined,
        deliver: ({ bytes }: Delivery) => {
          if (bytes !== undefined) heard.push(Buffer.from(bytes).toString())
          return true
        },
        end: ending => void endings.push(ending),
      },
    )
    // Said before anybody could hear it: it waits.
    for (const said of ['1', '2']) call.send?.({ form: 'text', data: Buffer.from(said) })
    await until('both are answered', () => heard.length === 2)
    expect(heard).toEqual(['{"type":"echo","said":1}', '{"type":"echo","said":2}'])
    call.close?.({ code: 1000, reason: 'enough' })
    await until('the upstream hears it', () => upstream.closed.length === 1)
    expect(upstream.closed).toEqual([{ code: 1000, reason: 'enough' }])
    expect(endings).toHaveLength(1)
    expect(endings[0]?.failure).toBeUndefined()
  })
})

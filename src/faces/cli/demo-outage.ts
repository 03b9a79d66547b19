/** Takes a provider of the recorded world away for the middle third of a drive, to show where its traffic goes. */
import { CommandError, exits } from './terminal.ts'

export interface Outage {
  /** Called after each answer, with how many there are. */
  at(done: number): Promise<void>
  /** Whatever happened: the provider is there again. */
  end(): Promise<void>
}

const throwSwitch = async (world: string, provider: string, isDown: boolean): Promise<void> => {
  const answer = await fetch(`${world}/world/switches`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ provider, outage: isDown ? true : null }),
  })
  if (answer.ok) return
  throw new CommandError(`--outage ${provider}: ${await answer.text()}`, exits.usage)
}

/** An outage of this provider between a third and two thirds of so many answers; none where no provider is named. */
export const outageOf = async (world: string, provider: string | undefined, count: number): Promise<Outage> => {
  if (provider === undefined) return { at: async () => undefined, end: async () => undefined }
  // Tells at once of a provider that is not there.
  await throwSwitch(world, provider, false)
  const [from, until] = [Math.ceil(count / 3), Math.ceil((2 * count) / 3)]
  return {
    at: async done => {
      if (done === from) await throwSwitch(world, provider, true)
      else if (done === until) await throwSwitch(world, provider, false)
    },
    end: () => throwSwitch(world, provider, false),
  }
}

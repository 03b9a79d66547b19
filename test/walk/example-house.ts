/** A configuration of examples/ in front of the recorded world: its pools and policies as they are, its models recorded ones. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { isRecord } from '../../src/domain/json.ts'
import type { World } from '../../src/world/serve-world.ts'

const folder = join(import.meta.dirname, '../../examples')

const membersOf = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {})

/** What stands in for a deployment of an example: a recorded model of the same provider, by its id. */
export type StandIns = Readonly<Record<string, string>>

const deploymentOf = (world: World, written: unknown, id: string | undefined) => {
  const { provider, model: _model, ...own } = membersOf(written)
  const model = world.models.find(one => one.id === id && one.provider === provider)
  if (model === undefined) throw new Error(`the recorded world has no ${String(id)} of ${String(provider)}`)
  const { price, contextWindow, maxOutput } = model
  return { provider, model: id, price, contextWindow, maxOutput, accepts: ['text', 'tools', 'json-schema'], ...own }
}

/** The text of `examples/NAME` for `openHouse`, without its keys. A YAML reader reads JSON as well. */
export const exampleOn =
  (name: string, standIns: StandIns) =>
  (world: World): string => {
    const { providers, deployments, pools, policies } = membersOf(parse(readFileSync(join(folder, name), 'utf8')))
    const sections = {
      providers: Object.fromEntries(
        Object.entries(membersOf(providers)).map(([id, one]) => [
          id,
          { ...membersOf(one), url: world.base(id), key: '${WORLD_KEY}' },
        ]),
      ),
      deployments: Object.fromEntries(
        Object.entries(membersOf(deployments)).map(([id, one]) => [id, deploymentOf(world, one, standIns[id])]),
      ),
      pools,
      policies,
    }
    return Object.entries(sections)
      .map(([section, value]) => `${section}: ${JSON.stringify(value)}`)
      .join('\n')
  }

/** The world's own addresses: its switches and its log, over HTTP. */
import type { Checked } from '../domain/units.ts'
import type { Exchange } from './exchange.ts'
import type { Ground } from './ground.ts'
import { modelNamed } from './models.ts'
import { parseJson } from './parse-json.ts'
import { readChange } from './read-change.ts'
import { bases } from './surfaces.ts'
import type { SwitchTarget } from './switches.ts'

/** Larger changes are none. */
const mostBytes = 64 * 1024

type Act = (exchange: Exchange, ground: Ground) => void | Promise<void>

const json = { 'content-type': 'application/json' }
const say = (exchange: Exchange, status: number, value: unknown): void =>
  exchange.answer(status, json, JSON.stringify(value))
const sayWrong = (exchange: Exchange, { why, at }: { readonly why: string; readonly at?: string }): void =>
  say(exchange, 400, { error: why, ...(at !== undefined && { at }) })

const showSwitches: Act = (exchange, { switches }) => say(exchange, 200, { switches: switches.rows() })
const showRequests: Act = (exchange, { log }) =>
  say(exchange, 200, { requests: log.rows().filter(({ provider }) => provider !== undefined) })

/** The target with models by their own ids, or which name is unknown. */
const known = ({ provider, model }: SwitchTarget, { models }: Ground): Checked<SwitchTarget> => {
  const providers = Object.keys(bases)
  if (provider !== undefined && !providers.includes(provider)) {
    return { ok: false, why: `there is no provider "${provider}"; there are ${providers.join(', ')}`, at: 'provider' }
  }
  if (model === undefined) return { ok: true, value: provider === undefined ? {} : { provider } }
  const asked = provider === undefined ? providers : [provider]
  const found = asked.map(one => modelNamed(models, one, model)).find(one => one !== undefined)
  const there = models.filter(one => asked.includes(one.provider)).map(({ id }) => id)
  return found === undefined
    ? { ok: false, why: `there is no model "${model}"; there are ${there.join(', ')}`, at: 'model' }
    : { ok: true, value: { ...(provider !== undefined && { provider }), model: found.id } }
}

const throwSwitches: Act = async (exchange, ground) => {
  const bytes = await exchange.body(mostBytes)
  if (bytes === 'gone') return
  if (bytes === 'too-large') return sayWrong(exchange, { why: `a change has at most ${mostBytes} bytes` })
  const read = readChange(parseJson(bytes))
  if (!read.ok) return sayWrong(exchange, read)
  const target = known(read.value.target, ground)
  if (!target.ok) return sayWrong(exchange, target)
  ground.switches.change(target.value, read.value.change)
  return showSwitches(exchange, ground)
}

/** All of them, or those of one target, named in the query. */
const takeBack: Act = (exchange, ground) => {
  const provider = exchange.query.get('provider') ?? undefined
  const model = exchange.query.get('model') ?? undefined
  const named = { ...(provider !== undefined && { provider }), ...(model !== undefined && { model }) }
  const target = known(named, ground)
  if (!target.ok) return sayWrong(exchange, target)
  ground.switches.clear(Object.keys(named).length === 0 ? undefined : target.value)
  return showSwitches(exchange, ground)
}

const forget: Act = (exchange, { log }) => {
  log.clear()
  say(exchange, 200, { requests: [] })
}

const acts: Readonly<Record<string, Readonly<Record<string, Act>>>> = {
  '/world/switches': { GET: showSwitches, POST: throwSwitches, DELETE: takeBack },
  '/world/requests': { GET: showRequests, DELETE: forget },
}

/** Answers a request to the world itself. */
export const answerControl = async (exchange: Exchange, ground: Ground): Promise<void> => {
  const { method, path } = exchange
  const here = Object.hasOwn(acts, path) ? acts[path] : undefined
  if (here === undefined) {
    return say(exchange, 404, { error: `nothing is at ${path}; there are ${Object.keys(acts).join(', ')}` })
  }
  const act = Object.hasOwn(here, method) ? here[method] : undefined
  if (act !== undefined) return act(exchange, ground)
  const allowed = Object.keys(here).join(', ')
  exchange.answer(
    405,
    { ...json, allow: allowed },
    JSON.stringify({ error: `${path} takes ${allowed}, not ${method}` }),
  )
}

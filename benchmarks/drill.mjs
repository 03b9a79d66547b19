/** Drills: ten minutes of traffic each in a simulated world, ours beside others' algorithms; tables to benchmarks/drills/. */
import { parseArgs } from 'node:util'
import { runAll } from './drill/run-all.ts'

const { values } = parseArgs({
  options: {
    drill: { type: 'string', multiple: true, default: [] },
    contender: { type: 'string', multiple: true, default: [] },
    seeds: { type: 'string', default: '5' },
    first: { type: 'string', default: '1' },
    fast: { type: 'boolean', default: false },
    json: { type: 'string' },
    dry: { type: 'boolean', default: false },
  },
})

process.exitCode = await runAll({
  drills: values.drill,
  contenders: values.contender,
  seeds: Number(values.seeds),
  first: Number(values.first),
  share: values.fast ? 0.25 : 1,
  json: values.json,
  writes: !values.dry && !values.fast && values.contender.length === 0,
})

/** Metrics by the letter of the exposition format and the names and buckets of the conventions. */
import { readFileSync } from 'node:fs'
import * as official from '@opentelemetry/semantic-conventions/incubating'
import { describe, expect, it } from 'vitest'
import { at, attemptOf, fallbackStory, mini, settledEvent, shadowEvent } from '../../../test/story.ts'
import { hasShared, shared } from '../../../test/shared.ts'
import type { ModelId, PoolId } from '../../domain/ids.ts'
import { microUsd, tokens } from '../../domain/units.ts'
import { prometheusListener } from './prometheus.ts'

interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Reads exposition format 0.0.4 strictly: throws at any line that is none. */
const parse = (text: string) => {
  const types = new Map<string, string>()
  const helped = new Set<string>()
  const samples: Sample[] = []
  if (!text.endsWith('\n')) throw new Error('the last line does not end')
  for (const line of text.slice(0, -1).split('\n')) {
    const help = /^# HELP ([a-zA-Z_:][\w:]*) (.+)$/.exec(line)
    const type = /^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge|histogram)$/.exec(line)
    const sample = /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\S+)$/.exec(line)
    if (help?.[1] !== undefined) helped.add(help[1])
    else if (type?.[1] !== undefined && type[2] !== undefined) {
      if (types.has(type[1])) throw new Error(`${type[1]} has two types`)
      types.set(type[1], type[2])
    } else if (sample?.[1] !== undefined) {
      const pairs = [...(sample[2] ?? '').matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)]
      const labels = Object.fromEntries(
        pairs.map(pair => [
          pair[1] ?? '',
          (pair[2] ?? '').replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign)),
        ]),
      )
      const value = sample[3] === '+Inf' ? Infinity : Number(sample[3])
      if (Number.isNaN(value)) throw new Error(`no number: ${line}`)
      samples.push({ name: sample[1], labels, value })
    } else throw new Error(`no line of the format: ${line}`)
  }
  for (const { name } of samples) {
    const family = types.has(name) ? name : name.replace(/_(?:bucket|sum|count)$/, '')
    if (!types.has(family) || !helped.has(family)) throw new Error(`${name} has no type or no help`)
  }
  return { types, samples }
}

const after = (...stories: readonly Parameters<typeof settledEvent>[0][]) => {
  const listener = prometheusListener()
  for (const story of stories) listener.hear(settledEvent(story))
  const { types, samples } = parse(listener.text())
  const value = (name: string, labels: Readonly<Record<string, string>> = {}): number | undefined =>
    samples.find(
      one => one.name === name && Object.entries(labels).every(([key, wanted]) => one.labels[key] === wanted),
    )?.value
  return { listener, types, samples, value }
}

describe('metrics', () => {
  it('are well formed before the first request', () => {
    const { types, samples } = after()
    expect(samples).toEqual([])
    expect([...types.keys()]).toEqual(
      expect.arrayContaining(['signalbox_requests_total', 'gen_ai_client_operation_duration_seconds']),
    )
  })
  it('count requests, attempts, steps down and cost', () => {
    const { value } = after({}, {}, fallbackStory())
    expect(value('signalbox_requests_total', { pool: 'support', status: '200' })).toBe(3)
    expect(value('signalbox_attempts_total', { deployment: 'mini', outcome: 'ok' })).toBe(2)
    expect(value('signalbox_attempts_total', { deployment: 'mini', outcome: 'upstream-overloaded' })).toBe(1)
    expect(value('signalbox_attempts_total', { deployment: 'sonnet', outcome: 'ok' })).toBe(1)
    expect(value('signalbox_fallbacks_total', { pool: 'support', reason: 'upstream_5xx' })).toBe(1)
    expect(value('signalbox_cost_usd_total', { model: 'gpt-4o-mini' })).toBe(0.004008)
  })
  it('count copies that nobody was shown, and their cost, apart from requests', () => {
    const listener = prometheusListener()
    const { shadow, request } = shadowEvent()
    listener.hear(shadowEvent())
    listener.hear({ type: 'shadow-skipped', at: at(0), request, shadow: shadow.shadow, why: 'spent' })
    const { samples } = parse(listener.text())
    const told = samples.filter(({ name, value }) => /shadow|cost_usd|requests_total/.test(name) && value > 0)
    expect(told.map(({ name, labels, value }) => [name, labels['outcome'] ?? labels['model'], value])).toEqual([
      ['signalbox_shadows_total', 'ok', 1],
      ['signalbox_shadows_total', 'spent', 1],
      ['signalbox_shadow_cost_usd_total', 'claude-sonnet-4', 0.0003],
    ])
  })
  it('sum money exactly', () => {
    const one = { cost: { amount: microUsd(100_001), source: 'usage' } } as const
    expect(after(...Array.from({ length: 300 }, () => one)).value('signalbox_cost_usd_total')).toBe(30.0003)
  })
  it('measure attempts, requests, the first token and each after it, in seconds', () => {
    const { value } = after({})
    const model = { gen_ai_operation_name: 'chat', gen_ai_provider_name: 'openai', gen_ai_request_model: 'gpt-4o-mini' }
    expect(
      value('gen_ai_client_operation_duration_seconds_sum', {
        ...model,
        gen_ai_response_model: 'gpt-4o-mini-2024-07-18',
        error_type: '',
      }),
    ).toBe(0.7)
    expect(value('gen_ai_server_request_duration_seconds_sum', model)).toBe(0.81)
    expect(value('gen_ai_server_time_to_first_token_seconds_sum', model)).toBe(0.3)
    expect(value('gen_ai_server_time_per_output_token_seconds_sum', model)).toBe(0.01)
    expect(value('gen_ai_client_token_usage_sum', { ...model, gen_ai_token_type: 'input' })).toBe(1000)
    expect(value('gen_ai_client_token_usage_sum', { ...model, gen_ai_token_type: 'output' })).toBe(51)
    expect(value('signalbox_overhead_seconds_sum', { pool: 'support' })).toBe(0.00025)
  })
  it('put a value on a border into the bucket that it borders, and count upwards', () => {
    const { samples } = after({ endedAt: at(640) }, { endedAt: at(641) }, { endedAt: at(200_000) })
    const buckets = samples.filter(one => one.name === 'gen_ai_server_request_duration_seconds_bucket')
    expect(buckets.map(({ labels, value }) => [labels['le'], value])).toEqual([
      ...['0.01', '0.02', '0.04', '0.08', '0.16', '0.32'].map(le => [le, 0]),
      ['0.64', 1],
      ...['1.28', '2.56', '5.12', '10.24', '20.48', '40.96', '81.92'].map(le => [le, 2]),
      ['+Inf', 3],
    ])
  })
  it('measure no first token where nothing was streamed, and none between tokens where there was one', () => {
    const whole = after({ streamed: false })
    expect(whole.value('gen_ai_server_time_to_first_token_seconds_count')).toBeUndefined()
    const usage = {
      input: tokens(1),
      inputCached: tokens(0),
      inputCacheWritten: tokens(0),
      output: tokens(1),
      reasoning: tokens(0),
    }
    const short = after({ attempts: [attemptOf({ usage })] })
    expect(short.value('gen_ai_server_time_to_first_token_seconds_count')).toBe(1)
    expect(short.value('gen_ai_server_time_per_output_token_seconds_count')).toBeUndefined()
  })
  it('tell failures by their kind', () => {
    const { value } = after({
      failure: { kind: 'target-unknown', message: 'no' },
      attempts: [],
      served: undefined,
      decision: undefined,
      pool: undefined,
    })
    expect(value('signalbox_requests_total', { pool: '', status: '404' })).toBe(1)
    expect(value('gen_ai_server_request_duration_seconds_count', { error_type: 'model_not_found' })).toBe(1)
  })
  it('read what others keep when they are asked for', () => {
    const listener = prometheusListener()
    let lost = 3
    listener.watchLosses('journal', () => lost)
    listener.watchLosses('spans', () => 0)
    listener.watchInFlight(() => 7)
    lost = 4
    const { samples } = parse(listener.text())
    expect(samples).toEqual([
      { name: 'signalbox_requests_in_flight', labels: {}, value: 7 },
      { name: 'signalbox_telemetry_dropped_total', labels: { listener: 'journal' }, value: 4 },
      { name: 'signalbox_telemetry_dropped_total', labels: { listener: 'spans' }, value: 0 },
    ])
  })
  it('have a bounded number of series: what is too much counts as other', () => {
    const listener = prometheusListener()
    for (let turn = 0; turn < 1500; turn += 1) listener.hear(settledEvent({ pool: `pool-${turn}` as PoolId }))
    const requests = parse(listener.text()).samples.filter(one => one.name === 'signalbox_requests_total')
    expect(requests).toHaveLength(1001)
    expect(requests.find(one => one.labels['pool'] === 'other')?.value).toBe(500)
    expect(requests.reduce((sum, one) => sum + one.value, 0)).toBe(1500)
  })
  it('survive labels with quotes, backslashes, line ends and no end', () => {
    const model = 'a"b\\c\nd'
    const { samples } = after(
      { attempts: [attemptOf({ candidate: { ...mini, model: model as ModelId } })] },
      { attempts: [attemptOf({ candidate: { ...mini, model: 'x'.repeat(500) as ModelId } })] },
    )
    const models = new Set(samples.map(one => one.labels['gen_ai_request_model']).filter(one => one !== undefined))
    expect([...models]).toEqual([model, 'x'.repeat(128)])
  })
  it('ignore numbers that are none', () => {
    const usage = {
      input: tokens(Number.NaN),
      inputCached: tokens(0),
      inputCacheWritten: tokens(0),
      output: tokens(5),
      reasoning: tokens(0),
    }
    const { value } = after({
      attempts: [attemptOf({ usage })],
      cost: { amount: microUsd(Number.NaN), source: 'usage' },
    })
    expect(value('gen_ai_client_token_usage_sum', { gen_ai_token_type: 'input' })).toBeUndefined()
    expect(value('signalbox_cost_usd_total') ?? 0).toBe(0)
  })
})

describe('names and buckets', () => {
  it('of the GenAI metrics are the official ones, with the unit behind', () => {
    const known = Object.values(official).flatMap((value: unknown) =>
      typeof value === 'string' ? value.replaceAll('.', '_') : [],
    )
    const ours = [...after({}).types.keys()].filter(name => name.startsWith('gen_ai_'))
    expect(ours).toHaveLength(5)
    for (const name of ours) expect(known).toContain(name.replace(/_seconds$/, ''))
  })
  it.skipIf(!hasShared)('are those of the specification', () => {
    const page = readFileSync(`${shared}/reference/protocols.md`, 'utf8')
    const rows = new Map(
      [...page.matchAll(/^\| (gen_ai\.[a-z_.]+)[^|]*\|[^|]*\| ([\d. ]+|as duration) \|$/gm)].map(row => [
        row[1],
        row[2]?.trim(),
      ]),
    )
    const { samples } = after({})
    const buckets = (name: string): string =>
      [...new Set(samples.filter(one => one.name === `${name}_bucket`).map(one => one.labels['le']))]
        .filter(le => le !== '+Inf')
        .join(' ')
    const duration = rows.get('gen_ai.client.operation.duration')
    expect(buckets('gen_ai_client_operation_duration_seconds')).toBe(duration)
    expect(rows.get('gen_ai.server.request.duration')).toBe('as duration')
    expect(buckets('gen_ai_server_request_duration_seconds')).toBe(duration)
    expect(buckets('gen_ai_client_token_usage')).toBe(rows.get('gen_ai.client.token.usage'))
    expect(buckets('gen_ai_server_time_to_first_token_seconds')).toBe(rows.get('gen_ai.server.time_to_first_token'))
    expect(buckets('gen_ai_server_time_per_output_token_seconds')).toBe(rows.get('gen_ai.server.time_per_output_token'))
  })
})

/** The OpenAPI document of the admin API: sound by itself, and true of every operation that it names. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAdmin } from '../../../test/admin-house.ts'
import type { OpenedAdmin } from '../../../test/admin-house.ts'
import { furnish, soundRequests } from '../../../test/admin-requests.ts'
import { tracesOf } from '../../../test/admin-traces.ts'

type Json = Readonly<Record<string, unknown>>
interface Parameter {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly schema: Json
}
interface Described {
  readonly operationId: string
  readonly summary: string
  readonly parameters: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Json }>> }
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Json }>> }>
  >
}

const ajv = new Ajv2020({ strict: false, allErrors: true })
formats.default(ajv)

let admin: OpenedAdmin
let document: Json
let described: readonly (readonly [string, string, Described])[]

const usage = {
  async *query() {
    yield {
      hour: Date.UTC(2026, 0, 1) as never,
      names: { team: '=search', model: 'gpt-4o-mini' },
      requests: 2,
      attempts: 3,
      failures: 0,
      inputTokens: 10,
      cachedTokens: 0,
      outputTokens: 20,
      cost: 1_234_567 as never,
      unpriced: 0,
    }
  },
}

beforeAll(async () => {
  admin = await openAdmin({ traces: tracesOf(6), usage })
  await furnish(admin)
  const told = await admin.ask('GET', '/openapi.json', { key: '' })
  expect(told.status).toBe(200)
  document = told.body
  const paths = document['paths'] as Readonly<Record<string, Readonly<Record<string, Described>>>>
  described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => [method, path, one] as const),
  )
})
afterAll(() => admin.close())

/** Every `$ref` in a value. */
const referencesIn = (value: unknown): readonly string[] => {
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([name, member]) =>
    name === '$ref' && typeof member === 'string' ? [member] : referencesIn(member),
  )
}

const followed = (reference: string): unknown =>
  reference
    .slice(2)
    .split('/')
    .reduce<unknown>((value, part) => (value as Json | undefined)?.[part], document)

describe('the document', () => {
  it('is OpenAPI 3.1, with names that are there once, and references that lead somewhere', () => {
    expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Signalbox admin API' } })
    expect((document['info'] as Json)['version']).toMatch(/^\d/)
    const names = described.map(([, , one]) => one.operationId)
    expect(new Set(names).size).toBe(names.length)
    for (const reference of new Set(referencesIn(document))) expect(followed(reference), reference).toBeDefined()
    for (const [method, path, one] of described) {
      expect(['get', 'post', 'put', 'patch', 'delete']).toContain(method)
      expect(one.summary.length, path).toBeGreaterThan(5)
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const told = one.parameters.filter(parameter => parameter.in === 'path')
      expect(told.map(({ name }) => name)).toEqual(named)
      expect(told.every(({ required }) => required)).toBe(true)
      expect(Object.keys(one.responses)).toEqual(expect.arrayContaining(['400', '401', '403', '404']))
    }
  })
  it('has schemas that can be compiled, and bodies that take no stray member', () => {
    for (const [, path, { parameters, requestBody, responses }] of described) {
      for (const { schema } of parameters) ajv.compile(schema)
      const body = requestBody?.content['application/json']?.schema
      if (body !== undefined) {
        ajv.compile(body)
        expect(body['additionalProperties'], path).toBe(false)
      }
      for (const { content } of Object.values(responses)) {
        const schema = content?.['application/json']?.schema
        if (schema !== undefined && schema['$ref'] === undefined) ajv.compile(schema)
      }
    }
  })
  it('names all that is answered, and everything that it names is answered as it says', async () => {
    expect(described.map(([, , one]) => one.operationId).sort()).toEqual(Object.keys(soundRequests).sort())
    for (const [method, path, one] of described) {
      const prepare = soundRequests[one.operationId]
      if (prepare === undefined) throw new Error(one.operationId)
      const sound = await prepare(admin)
      expect(sound.method.toLowerCase(), path).toBe(method)
      const parts = (sound.path.split('?')[0] ?? '').split('/')
      expect(parts).toHaveLength(path.split('/').length)
      const told = await admin.ask(sound.method, sound.path, sound.body === undefined ? {} : { body: sound.body })
      const answer = one.responses[String(told.status)]
      expect(answer, `${one.operationId}: ${told.status} ${told.text.slice(0, 300)}`).toBeDefined()
      expect(told.status).toBeLessThan(300)
      const schema = answer?.content?.['application/json']?.schema
      if (schema === undefined) expect(told.text).toBe('')
      else {
        const isRight = ajv.compile(schema)
        expect(isRight(told.body), `${one.operationId}: ${ajv.errorsText(isRight.errors)}`).toBe(true)
      }
      const body = one.requestBody?.content['application/json']?.schema
      expect(body === undefined, one.operationId).toBe(sound.body === undefined)
      if (body !== undefined) expect(ajv.validate(body, sound.body), one.operationId).toBe(true)
    }
    expect(admin.alarms).toEqual([])
  })
  it('describes the failures that are answered', async () => {
    const schema = followed('#/components/schemas/Error') as Json
    const isRight = ajv.compile(schema)
    const failures = [
      await admin.ask('GET', '/teams/none'),
      await admin.ask('GET', '/none'),
      await admin.ask('PATCH', '/teams'),
      await admin.ask('POST', '/keys', { raw: '{' }),
      await admin.ask('GET', '/keys', { key: '' }),
    ]
    expect(failures.map(({ status }) => status)).toEqual([404, 404, 405, 400, 401])
    for (const { body } of failures) expect(isRight(body)).toBe(true)
    expect(failures[2]?.headers.get('allow')).toBe('GET')
    expect(failures[4]?.headers.get('www-authenticate')).toContain('Bearer')
  })
})

describe('usage', () => {
  const path = '/usage?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z&by=team,model'
  it('is told as JSON, lines of JSON and CSV that no spreadsheet takes for a formula', async () => {
    const json = await admin.ask('GET', path)
    expect(json.body['data']).toMatchObject([{ team: '=search', requests: 2, usd: '1.234567' }])
    const lines = await admin.ask('GET', `${path}&format=jsonl`)
    expect(JSON.parse(lines.text.trim())).toMatchObject({ model: 'gpt-4o-mini' })
    const csv = await admin.ask('GET', `${path}&format=csv`)
    expect(csv.headers.get('content-type')).toContain('text/csv')
    expect(csv.headers.get('content-disposition')).toBe('attachment; filename="usage.csv"')
    const [head, first] = csv.text.split('\r\n')
    expect(head).toContain('"team","model","requests"')
    expect(first).toContain('"\'=search"')
    expect(first).toContain('"1.234567"')
  })
  it('refuses what nobody can split by', async () => {
    for (const more of ['&by=secret', '&by=tag:', '&where=team', '&where=x=y', '&every=fortnight', '&format=xlsx']) {
      expect((await admin.ask('GET', `${path.split('&by')[0] ?? ''}${more}`)).status, more).toBe(400)
    }
  })
})

describe('policies', () => {
  const source = (at: number) => ({ steps: [{ use: 'quality-floor', with: { at } }, { use: 'cheap' }] })
  it('have versions that never change, are tried, put in force and taken back', async () => {
    const first = await admin.ask('POST', '/policies/mine/versions', { body: { policy: source(0.8), note: 'one' } })
    expect(first.body).toMatchObject({ version: 1, note: 'one', by: 'root', policy: { name: 'mine' } })
    await admin.ask('POST', '/policies/mine/versions', { body: { policy: source(0.9) } })
    expect((await admin.ask('GET', '/policies/mine')).body).not.toHaveProperty('published')
    const diff = await admin.ask('GET', '/policies/mine/diff?from=1&to=2')
    expect(diff.body['differences']).toEqual([{ path: 'steps[0].with.at', before: 0.8, after: 0.9 }])
    const one = await admin.ask('POST', '/policies/mine/publish', { body: { version: 1 } })
    expect(one.body).toMatchObject({ published: 1, latest: 2 })
    await admin.ask('POST', '/policies/mine/publish', { body: { version: 2 } })
    const back = await admin.ask('POST', '/policies/mine/rollback')
    expect(back.body).toMatchObject({ published: 1, earlier: [] })
    expect((await admin.ask('POST', '/policies/mine/rollback')).status).toBe(409)
    expect((await admin.ask('POST', '/policies/mine/publish', { body: { version: 3 } })).status).toBe(404)
    expect((await admin.ask('GET', '/policies/mine/versions')).body['data']).toHaveLength(2)
  })
  it('are tried on the last decisions before they are stored at all', async () => {
    const policy = { steps: [{ use: 'cheap', with: { withoutFloor: true } }] }
    const told = await admin.ask('POST', '/policies/other/dry-run', { body: { policy, last: 4 } })
    expect(told.body).toMatchObject({ decisions: 4, comparison: { decisions: 4 } })
    expect((await admin.ask('GET', '/policies/other')).status).toBe(404)
  })
  it('that are unsound are refused with their place', async () => {
    const wrong: readonly (readonly [object, string])[] = [
      [{ steps: [{ use: 'cheep' }] }, 'policy.steps[0].use'],
      [{ execution: { mode: 'race' } }, 'policy.steps'],
      [{ steps: [{ use: 'cheap' }], fallback: ['nobody'] }, 'policy.fallback'],
      [{ steps: [{ use: 'cheap' }], seeed: 'user' }, 'policy.seeed'],
    ]
    for (const [policy, place] of wrong) {
      const told = await admin.ask('POST', '/policies/wrong/versions', { body: { policy } })
      expect(told.status).toBe(400)
      expect((told.body['error'] as Json)['param']).toBe(place)
    }
    expect((await admin.ask('POST', '/policies/plain/versions', { body: { policy: source(0.5) } })).status).toBe(409)
    expect((await admin.ask('GET', '/policies/plain')).body).toMatchObject({ origin: 'file' })
  })
})

describe('decisions', () => {
  it('are listed page by page, filtered, and each is told with its facts', async () => {
    const all = await admin.ask('GET', '/decisions?limit=4')
    expect((all.body['data'] as readonly Json[]).map(({ id }) => id)).toEqual(['dec_1', 'dec_2', 'dec_3', 'dec_4'])
    const rest = await admin.ask('GET', `/decisions?limit=4&after=${String(all.body['next'])}`)
    expect((rest.body['data'] as readonly Json[]).map(({ id }) => id)).toEqual(['dec_5', 'dec_6'])
    expect(rest.body).not.toHaveProperty('next')
    const own = await admin.ask('GET', '/decisions?team=foreign')
    expect((own.body['data'] as readonly Json[]).map(({ id }) => id)).toEqual(['dec_2', 'dec_4', 'dec_6'])
    const one = await admin.ask('GET', '/decisions/dec_2')
    expect(one.body).toMatchObject({ id: 'dec_2', words: 'in words', trace: { facts: { pool: 'support' } } })
  })
})

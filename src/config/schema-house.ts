/** What a configuration file may say of keys, tenancy, server, store and telemetry. */
import type * as z from 'zod'
import {
  address,
  amount,
  flag,
  leaf,
  listOf,
  named,
  nameList,
  oneOf,
  optionalLeaf,
  time,
  whole,
  word,
} from './kinds.ts'
import { headers, secret } from './schema-models.ts'
import { entries, shape } from './shape.ts'

const budget = shape(
  {
    usd: leaf(amount('US dollars', 1_000_000_000), 'US dollars.'),
    per: leaf(oneOf('minute', 'hour', 'day', 'week', 'month', 'total'), 'How long they last.'),
  },
  { what: 'a budget such as { usd: 5, per: month }', about: 'What may be spent.' },
)

const organisation = shape(
  { budget: budget.optional() },
  { what: 'an organisation such as { budget: { usd: 5000, per: month } }', about: 'The highest level of tenancy.' },
)
const team = shape(
  { organisation: optionalLeaf(word, 'The name of an organisation above.'), budget: budget.optional() },
  { what: 'a team such as { organisation: acme }', about: 'Part of an organisation.' },
)
/** Organisations and teams. */
export const tenancy = shape(
  {
    organisations: entries(organisation, { what: 'organisations by name', about: 'Organisations by name.' }).optional(),
    teams: entries(team, { what: 'teams by name', about: 'Teams by name.' }).optional(),
  },
  {
    what: 'a tenancy with organisations and teams',
    about: 'Organisation, team, user, key: every level must have room.',
  },
)

const allow = shape(
  {
    pools: nameList('Names of pools; * for all.'),
    models: nameList('Models, also as provider/model; * for all.'),
    providers: nameList('Names of providers; * for all.'),
    policies: nameList('Policies that may be asked for by name; * for all.'),
    operations: nameList('What may be asked: chat, embeddings, passthrough, …; * for all.'),
  },
  {
    what: "what may be used, such as { pools: [support], providers: ['*'] }",
    about: 'What the key may use; what is left out is not limited.',
  },
)
const keyLimits = shape(
  {
    rpm: optionalLeaf(whole(1), 'Requests per minute.'),
    tpm: optionalLeaf(whole(1), 'Tokens per minute.'),
    concurrent: optionalLeaf(whole(1), 'Requests at the same time.'),
  },
  { what: 'limits such as { rpm: 600 }', about: 'How much the key may ask for.' },
)
const key = shape(
  {
    value: leaf(secret, 'The key itself, by reference; 20 characters or more.'),
    team: optionalLeaf(word, 'The team that it belongs to.'),
    user: optionalLeaf(word, 'The user whom it belongs to.'),
    allow: allow.optional(),
    budget: budget.optional(),
    limits: keyLimits.optional(),
    admin: optionalLeaf(flag, 'Whether it may use the admin API.'),
  },
  { what: 'a key such as { value: ${CI_KEY}, team: search }', about: 'A key of this gateway, not of a provider.' },
)
/** Virtual keys by name. */
export const keys = entries(key, {
  what: 'keys by name, such as ci: { value: ${CI_KEY} }',
  about: 'Who may call. Without any key, everybody on this machine may, and nobody else.',
})

const origins = listOf({
  what: '* or an origin such as https://app.example.com',
  json: { type: 'string' },
  read: value =>
    typeof value === 'string' && (value === '*' || /^https?:\/\/[^\s/]+$/i.test(value)) ? value : undefined,
})
/** Where the gateway listens. */
export const server = shape(
  {
    host: optionalLeaf(
      named('an address such as 127.0.0.1'),
      'The address to listen at; 127.0.0.1 if left out. Others need a key.',
    ),
    port: optionalLeaf(whole(0, 65_535), 'The port; 4141 if left out, 0 for any free one.'),
    maxBodyMb: optionalLeaf(
      amount('megabytes', 1024, 0.001),
      'The largest request body, in megabytes; 32 if left out.',
    ),
    maxUploadMb: optionalLeaf(
      amount('megabytes', 102_400, 0.001),
      'The largest form with files, in megabytes; 512 if left out. What does not fit into a small window waits in the folder for temporary files.',
    ),
    cors: optionalLeaf(origins, 'Origins that browsers may call from; * for any, which is meant if left out.'),
    drain: optionalLeaf(time(0), 'How long streams may go on after the process was asked to stop; 30s if left out.'),
  },
  { what: 'a server such as { host: 127.0.0.1, port: 4141 }', about: 'Where the gateway listens and what it takes.' },
)

const isStore = (value: unknown, pattern: RegExp): value is string => typeof value === 'string' && pattern.test(value)
/** Where things are kept. */
export const store = shape(
  {
    durable: optionalLeaf(
      {
        what: 'memory or sqlite:PATH, such as sqlite:./.signalbox/state.db',
        json: { type: 'string', pattern: '^(memory|sqlite:.+)$|\\$\\{' },
        read: value => (isStore(value, /^(?:memory|sqlite:[^\p{Cc}?#]+)$/u) ? value : undefined),
      },
      'What must last: decisions and outcomes. sqlite:./.signalbox/state.db if left out.',
    ),
    shared: optionalLeaf(
      {
        what: 'memory, or redis://HOST:PORT',
        json: { type: 'string', pattern: '^(memory|rediss?://.+)$|\\$\\{' },
        read: value => (isStore(value, /^(?:memory|rediss?:\/\/\S+)$/) ? value : undefined),
      },
      'What several processes share: memory, which means that they share nothing.',
    ),
  },
  { what: 'a store such as { durable: sqlite:./.signalbox/state.db }', about: 'Where things are kept.' },
)

/** What is told, and to whom. */
export const telemetry = shape(
  {
    otlp: optionalLeaf(address, 'The base address of an OTLP/HTTP receiver, such as http://127.0.0.1:4318.'),
    headers: headers('Sent with every export, such as authorization.'),
    content: optionalLeaf(oneOf('off', 'on'), 'Whether prompts and answers are told; off if left out.'),
    compat: optionalLeaf(flag, 'Adds names that other tools read, such as gen_ai.system.'),
    log: optionalLeaf(oneOf('off', 'error', 'info'), 'What is logged; info if left out.'),
    journal: optionalLeaf(
      oneOf('off', 'on'),
      'Whether decisions and outcomes are kept in the store, where /v1/decisions and replay find them; on if left out.',
    ),
  },
  {
    what: 'a telemetry such as { otlp: http://127.0.0.1:4318 }',
    about: 'What is told of decisions, attempts and outcomes.',
  },
)

/** A key as a file has it. */
export type KeyEntry = z.output<typeof key>

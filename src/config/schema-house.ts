/** What a configuration file may say of keys, server, store and telemetry. */
import type * as z from 'zod'
import {
  address,
  amount,
  flag,
  fraction,
  leaf,
  listOf,
  named,
  oneOf,
  optionalLeaf,
  time,
  whole,
  word,
} from './kinds.ts'
import type { Kind } from './kinds.ts'
import { isNetwork } from './network.ts'
import { allow } from './schema-allow.ts'
import { headers, secret } from './schema-models.ts'
import { describing, instant, limiting } from './schema-tenancy.ts'
import { entries, shape } from './shape.ts'

const roles = ['owner', 'admin', 'editor', 'viewer'] as const
const adminRole: Kind<(typeof roles)[number] | boolean> = {
  what: `true, false, ${roles.join(', ')}`,
  json: { anyOf: [{ type: 'boolean' }, { enum: roles }, { type: 'string', pattern: '\\$\\{' }] },
  read: value => (typeof value === 'boolean' ? value : roles.find(role => role === value)),
}

/** An address of version 4 or 6, with or without the length of its prefix. */
const networkAddress: Kind<string> = {
  what: 'an address or a range such as 10.0.0.0/8',
  json: { type: 'string' },
  read: value => (typeof value === 'string' && isNetwork(value) ? value : undefined),
}

const key = shape(
  {
    value: leaf(secret, 'The key itself, by reference; 20 characters or more.'),
    organisation: optionalLeaf(word, 'The organisation that it belongs to, where there is no team.'),
    team: optionalLeaf(word, 'The team that it belongs to.'),
    user: optionalLeaf(word, 'The user whom it belongs to.'),
    ...describing,
    allow: allow.optional(),
    addresses: optionalLeaf(
      listOf(networkAddress),
      'Addresses and ranges, such as 10.0.0.0/8, from which it may be used; from everywhere if left out.',
    ),
    expires: optionalLeaf(instant, 'Until when it is good; for ever if left out.'),
    guardrails: optionalLeaf(word, 'The set of guardrails that its requests pass through.'),
    ...limiting,
    admin: optionalLeaf(adminRole, 'What it may do in the admin API: true, or a role such as viewer.'),
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

const onLoss = shape(
  {
    budgets: leaf(
      {
        what: 'refuse, or a share such as 10%',
        json: { anyOf: [{ enum: ['refuse'] }, fraction.json] },
        read: value => (value === 'refuse' ? value : fraction.read(value)),
      },
      'refuse: whoever has a hard limit is refused; a share: each process may spend this share of what was left.',
    ),
  },
  { what: 'onLoss: { budgets: refuse }', about: 'What holds while the shared store cannot be asked.' },
)

const isStore = (value: unknown, pattern: RegExp): value is string => typeof value === 'string' && pattern.test(value)
/** Where things are kept. */
export const store = shape(
  {
    durable: optionalLeaf(
      {
        what: 'memory, sqlite:PATH or postgres://HOST/DATABASE, such as sqlite:./.signalbox/state.db',
        json: { type: 'string', pattern: '^(memory|sqlite:.+|postgres(ql)?://.+)$|\\$\\{' },
        read: value =>
          isStore(value, /^(?:memory|sqlite:[^\p{Cc}?#]+|postgres(?:ql)?:\/\/\S+)$/u) ? value : undefined,
      },
      'What must last: decisions, outcomes, keys, usage. sqlite:./.signalbox/state.db if left out.',
    ),
    shared: optionalLeaf(
      {
        what: 'memory, or redis://HOST:PORT',
        json: { type: 'string', pattern: '^(memory|rediss?://.+)$|\\$\\{' },
        read: value => (isStore(value, /^(?:memory|rediss?:\/\/\S+)$/) ? value : undefined),
      },
      'What several processes share now: budgets in flight, windows, what is known of providers. memory if left out: processes share by the durable store.',
    ),
    onLoss: onLoss.optional(),
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

/** What a configuration file may say of who may use how much: budgets, rate limits, and whose they are. */
import * as z from 'zod'
import { amount, flag, fraction, leaf, listOf, oneOf, optionalLeaf, tokenCount, whole, word, text } from './kinds.ts'
import type { Kind } from './kinds.ts'
import { allow } from './schema-allow.ts'
import { entries, shape } from './shape.ts'

const isDate = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/
/** An instant in ISO 8601; without a zone it is UTC. */
export const instant: Kind<number> = {
  what: 'a date such as 2027-01-31 or 2027-01-31T18:00:00Z',
  json: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\d|\\$\\{' },
  read: value => {
    if (typeof value !== 'string' || !isDate.test(value)) return undefined
    const hasZone = /(?:Z|[+-]\d\d:\d\d)$/.test(value.slice(10))
    const at = Date.parse(hasZone || value.length === 10 ? value : `${value.replace(' ', 'T')}Z`)
    return Number.isNaN(at) ? undefined : at
  },
}

/** One share or several. */
const shares: Kind<readonly number[]> = {
  what: 'a share such as 80%, or a list of them',
  json: { anyOf: [{ type: 'array', items: fraction.json }, fraction.json] },
  read: value => {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value]
    const found = list.map(one => fraction.read(one)).filter(one => one !== undefined && one > 0)
    return found.length === list.length ? found.filter(one => one !== undefined) : undefined
  },
}

const dollars = amount('US dollars', 1_000_000_000)
const amounts = {
  usd: optionalLeaf(dollars, 'US dollars.'),
  tokens: optionalLeaf(tokenCount, 'Tokens, input and output.'),
  inputTokens: optionalLeaf(tokenCount, 'Input tokens.'),
  outputTokens: optionalLeaf(tokenCount, 'Output tokens.'),
  requests: optionalLeaf(whole(1), 'Requests.'),
}

const override = shape(
  {
    ...amounts,
    from: optionalLeaf(instant, 'From when; at once if left out.'),
    until: leaf(instant, 'Until when.'),
  },
  {
    what: 'an override such as { usd: 1000, until: 2027-01-31 }',
    about: 'Another amount for a while, of the same measure.',
  },
)

const budget = shape(
  {
    ...amounts,
    per: leaf(
      oneOf('minute', 'hour', 'day', 'week', 'month', 'quarter', 'year', 'total'),
      'How long it lasts; total: for ever.',
    ),
    window: optionalLeaf(
      oneOf('calendar', 'rolling'),
      'calendar: begins anew with each period; rolling: looks back by its length. calendar if left out, rolling for a minute or an hour.',
    ),
    zone: optionalLeaf(word, 'The time zone in which days begin, such as Europe/Berlin; UTC if left out.'),
    soft: optionalLeaf(shares, 'Shares at which it is told, such as 80%.'),
    hard: optionalLeaf(flag, 'Whether what goes beyond is refused; true if left out.'),
    override: override.optional(),
  },
  { what: 'a budget such as { usd: 5, per: month }', about: 'What may be spent: one of usd, tokens and requests.' },
)

const rate = (what: string): z.ZodOptional<z.ZodType<number>> => optionalLeaf(whole(1), what)
const rates = shape(
  {
    rpm: rate('Requests in a minute.'),
    rph: rate('Requests in an hour.'),
    rpd: rate('Requests in a day.'),
    tpm: rate('Tokens in a minute.'),
    tph: rate('Tokens in an hour.'),
    tpd: rate('Tokens in a day.'),
    itpm: rate('Input tokens in a minute.'),
    itph: rate('Input tokens in an hour.'),
    itpd: rate('Input tokens in a day.'),
    otpm: rate('Output tokens in a minute.'),
    otph: rate('Output tokens in an hour.'),
    otpd: rate('Output tokens in a day.'),
    concurrent: rate('Requests at the same time.'),
  },
  { what: 'limits such as { rpm: 600, tpm: 100000 }', about: 'How much may be asked for, looking back from now.' },
)

/** What limits anything, by members that an entry may have. */
export const limiting = {
  budget: budget.optional(),
  budgets: z
    .array(budget, { error: 'a list of budgets' })
    .max(16, 'at most 16 budgets')
    .optional()
    .meta({ description: 'Several budgets, each of which must have room.' }),
  limits: rates.optional(),
}
/** What is known of anything beside. */
export const describing = {
  name: optionalLeaf(text, 'What people call it.'),
  metadata: z
    .record(z.string().max(128), leaf(text, 'A value.'), { error: 'values by name' })
    .optional()
    .meta({ description: 'Anything else that is known of it.' }),
}

const organisation = shape(
  { ...describing, allow: allow.optional(), ...limiting },
  { what: 'an organisation such as { budget: { usd: 5000, per: month } }', about: 'The highest level of tenancy.' },
)
const team = shape(
  {
    organisation: optionalLeaf(word, 'The name of an organisation above.'),
    ...describing,
    allow: allow.optional(),
    ...limiting,
  },
  { what: 'a team such as { organisation: acme }', about: 'Part of an organisation.' },
)
const user = shape(
  {
    team: optionalLeaf(word, 'The team of the user.'),
    organisation: optionalLeaf(word, 'The organisation, where there is no team.'),
    ...describing,
    allow: allow.optional(),
    ...limiting,
  },
  { what: 'a user such as { team: search }', about: 'Somebody who has keys, or whom applications name.' },
)
const subject = shape(limiting, {
  what: 'a budget or limits, such as { budget: { usd: 100, per: day } }',
  about: 'What may be used of it, or by it.',
})

const all = (what: string): { readonly what: string; readonly about: string; readonly names: 'any' } => ({
  what: `${what} by name`,
  about: `${what} by name; * for each of them.`,
  names: 'any',
})

/** Organisations, teams, users, and whatever else is limited. */
export const tenancy = shape(
  {
    organisations: entries(organisation, { what: 'organisations by name', about: 'Organisations by name.' }).optional(),
    teams: entries(team, { what: 'teams by name', about: 'Teams by name.' }).optional(),
    users: entries(user, all('Users')).optional(),
    pools: entries(subject, all('Pools')).optional(),
    providers: entries(subject, all('Providers')).optional(),
    models: entries(subject, all('Models')).optional(),
    tags: entries(subject, {
      what: 'tags as name=value, or name=* for each value of its own',
      about: 'Tags as name=value; name=* for each value of its own.',
      names: 'any',
    }).optional(),
    runs: entries(subject, all('Runs')).optional(),
  },
  {
    what: 'a tenancy with organisations and teams',
    about: 'Organisation, team, user, key: every level must have room.',
  },
)

const claims = shape(
  {
    organisation: optionalLeaf(word, 'The claim that names the organisation.'),
    team: optionalLeaf(word, 'The claim that names the team.'),
    user: optionalLeaf(word, 'The claim that names the user; sub if left out.'),
    pools: optionalLeaf(word, 'The claim that lists the pools that may be used.'),
    role: optionalLeaf(word, 'The claim that names the role in the admin API.'),
    key: optionalLeaf(word, 'The claim that stands for a key.'),
  },
  { what: 'claims such as { team: groups.0 }', about: 'Which claims say who it is, as paths such as realm.team.' },
)
const issuer = shape(
  {
    issuer: leaf(text, 'The iss claim, to the letter.'),
    audience: leaf(listOf(text), 'One of these must be in aud.'),
    jwks: optionalLeaf(text, 'Where its keys are; found by OpenID discovery if left out.'),
    algorithms: optionalLeaf(
      listOf(oneOf('RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA')),
      'Signatures that are taken; RS256 and ES256 if left out.',
    ),
    claims: claims.optional(),
    team: optionalLeaf(word, 'The team of all who come with its tokens.'),
    organisation: optionalLeaf(word, 'The organisation of all who come with its tokens.'),
    allow: allow.optional(),
  },
  {
    what: 'an issuer such as { issuer: https://login.example.com, audience: signalbox }',
    about: 'Whose signed tokens (JWT) are callers.',
  },
)
/** Issuers of tokens by name. */
export const issuers = entries(issuer, { what: 'issuers by name', about: 'Issuers of signed tokens by name.' })

/** Where soft limits are told. */
export const webhooks = z
  .array(
    shape(
      {
        url: leaf(
          {
            what: 'an http or https address',
            json: { type: 'string', pattern: '^https?://|\\$\\{' },
            read: value =>
              typeof value === 'string' && /^https?:\/\/\S+$/.test(value) && URL.canParse(value) ? value : undefined,
          },
          'The address that is posted to.',
        ),
        secret: optionalLeaf(text, 'Signs what is sent, by reference.'),
      },
      { what: 'a webhook such as { url: https://example.com/hook }', about: 'Where soft limits are told.' },
    ),
    { error: 'a list of webhooks' },
  )
  .max(16, 'at most 16 webhooks')
  .meta({ description: 'Where limits that come near their end are told, as signed POSTs.' })

export type BudgetEntry = z.output<typeof budget>
export type LimitingEntry = z.output<typeof subject>
export type TenancyEntry = z.output<typeof tenancy>
export type IssuerEntry = z.output<typeof issuer>

/** The plan of the house as data: who may import whom, who knows no siblings, who is quiet. */

/** A room may import itself and the rooms named here, and nothing else. */
export const plan: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  ports: ['domain'],
  accounting: ['domain'],
  state: ['domain'],
  dialects: ['domain', 'ports'],
  providers: ['domain', 'ports', 'dialects'],
  routing: ['domain', 'ports'],
  guardrails: ['domain', 'ports'],
  checks: ['domain', 'ports'],
  signals: ['domain', 'ports', 'state', 'accounting'],
  dispatch: ['domain', 'ports'],
  tenancy: ['domain', 'ports', 'accounting'],
  admin: ['domain', 'ports', 'tenancy', 'config', 'routing'],
  learning: ['domain', 'ports', 'routing'],
  config: ['domain', 'ports', 'routing'],
  world: ['domain', 'ports', 'dialects'],
  pipeline: ['domain', 'ports', 'routing', 'signals', 'dispatch', 'checks', 'accounting', 'state'],
  platform: ['domain', 'ports', 'accounting'],
  faces: ['domain', 'ports', 'dialects', 'world', 'config', 'tenancy', 'admin', 'gateway.ts', 'standalone.ts'],
  'gateway.ts': [
    'domain',
    'ports',
    'config',
    'providers',
    'dialects',
    'routing',
    'signals',
    'guardrails',
    'state',
    'accounting',
    'learning',
    'tenancy',
    'pipeline',
  ],
  'standalone.ts': ['domain', 'ports', 'config', 'tenancy', 'admin', 'gateway.ts', 'platform'],
  'index.ts': ['domain', 'ports', 'gateway.ts'],
}

/** Rooms that only compute: no waiting, no clock, no chance, no network, no package but one that only computes. */
export const quiet: readonly string[] = ['domain', 'ports', 'accounting', 'state', 'dialects', 'providers', 'routing']

/** Packages that only compute, and so may be used where nothing else is: they neither wait nor reach out. */
export const quietPackages: readonly string[] = ['re2js']

/** Folders in which each file or folder stands alone, but for the folder's own registry and the shared files at its top. */
export const siblings: readonly { readonly folder: string; readonly shared: readonly string[] }[] = [
  {
    folder: 'dialects',
    shared: [
      'block-order.ts',
      'closed-schema.ts',
      'effort.ts',
      'event-stream.ts',
      'fields.ts',
      'findings.ts',
      'framing.ts',
      'garbled.ts',
      'json-array.ts',
      'json-text.ts',
      'mend.ts',
      'object-schema.ts',
      'openai-error.ts',
      'openai-kin.ts',
      'openai-models.ts',
      'own-members.ts',
      'passing.ts',
      'prover.ts',
      'schema-words.ts',
      'stop-word.ts',
      'strict-schema.ts',
      'tell-cost.ts',
      'token-count.ts',
    ],
  },
  { folder: 'routing/strategies', shared: [] },
  { folder: 'platform/stores', shared: [] },
  { folder: 'platform/meters', shared: [] },
  { folder: 'platform/channels', shared: [] },
  { folder: 'platform/telemetry', shared: [] },
]

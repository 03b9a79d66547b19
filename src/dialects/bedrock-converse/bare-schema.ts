/** A schema of a tool's input for those models of Bedrock that take little at its root. */
import { isRecord } from '../../domain/json.ts'

const bare = new Set(['type', 'properties', 'required'])
/** Without the members at the root that some models refuse; definitions stay, since the schema would mean nothing without. */
export const bareSchema = (schema: unknown): unknown =>
  isRecord(schema)
    ? Object.fromEntries(
        Object.entries(schema).filter(([key]) => bare.has(key) || key === '$defs' || key === 'definitions'),
      )
    : schema

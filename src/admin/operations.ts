/** Everything that can be done through the admin API, by name. */
import { auditOperations } from './audit-operations.ts'
import { decisionOperations } from './decisions.ts'
import { houseViews } from './house-views.ts'
import { keyOperations } from './keys.ts'
import { limitOperations } from './limits.ts'
import type { Operation } from './operation.ts'
import { policyOperations } from './policies.ts'
import { resetLimit } from './reset-limit.ts'
import { subjectOperations } from './subjects.ts'
import { usageOperations } from './usage-operations.ts'

export const operations: ReadonlyMap<string, Operation> = new Map(
  [
    ...houseViews,
    ...subjectOperations,
    ...keyOperations,
    ...limitOperations,
    resetLimit,
    ...policyOperations,
    ...decisionOperations,
    ...usageOperations,
    ...auditOperations,
  ].map(one => [one.name, one]),
)

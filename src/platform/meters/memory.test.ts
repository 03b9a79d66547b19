/** Meters in memory keep the laws. */
import { metersContract } from '../../../test/contract/meters.contract.ts'
import { memoryMeters } from './memory.ts'

metersContract('memory', { make: memoryMeters })

/** The store in memory keeps the laws. */
import { storeContract } from '../../../test/contract/store.contract.ts'
import { memoryStore } from './memory.ts'

storeContract('memoryStore', { make: memoryStore })

import { env } from 'cloudflare:workers'
import { describe } from 'vitest'
import { r2DocumentStore } from '../../shared/adapters/document-stores/r2.ts'
import { documentStoreContract } from '../contract/document-store.ts'

describe('DocumentStore contract: shared/adapters/document-stores/r2.ts', () => {
  documentStoreContract(r2DocumentStore(env.DOCUMENTS))
})

import { OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi'
import {
  createKeyRoute,
  createTenantRoute,
  listKeysRoute,
  listTenantsRoute,
  revokeKeyRoute,
} from '../../../shared/api/access.ts'
import { queryRoute, routeRoute } from '../../../shared/api/ask.ts'
import { auditRoute } from '../../../shared/api/audit.ts'
import {
  deleteCollectionRoute,
  getCollectionRoute,
  listCollectionsRoute,
  putCollectionRoute,
} from '../../../shared/api/collections.ts'
import { LIMITS } from '../../../shared/api/common.ts'
import {
  deleteDocumentRoute,
  getContentRoute,
  getDocumentRoute,
  getJobRoute,
  jobEventsRoute,
  listDocumentsRoute,
  postDocumentsDocumented,
  putDocumentRoute,
} from '../../../shared/api/documents.ts'
import {
  deleteEndpointRoute,
  drainEndpointRoute,
  getEndpointRoute,
  listEndpointsRoute,
  patchEndpointRoute,
  putEndpointRoute,
  undrainEndpointRoute,
} from '../../../shared/api/endpoints.ts'
import { listFeedbackRoute, postFeedbackRoute } from '../../../shared/api/feedback.ts'
import { healthRoute, readyRoute } from '../../../shared/api/health.ts'
import { getLimitsRoute, putLimitsRoute } from '../../../shared/api/limits.ts'
import { getConfigurationRoute, listMatrixRoute, planRoute } from '../../../shared/api/matrix.ts'
import { getBudgetsRoute, putBudgetRoute, usageRoute } from '../../../shared/api/money.ts'
import { chatRoute, modelsRoute } from '../../../shared/api/openai.ts'
import {
  deletePolicyRoute,
  getPolicyRoute,
  listPoliciesRoute,
  putPolicyRoute,
} from '../../../shared/api/policies.ts'
import { searchRoute } from '../../../shared/api/search.ts'
import {
  deleteTemplateRoute,
  getTemplateRoute,
  listTemplatesRoute,
  putTemplateRoute,
} from '../../../shared/api/templates.ts'
import { ERROR_CODES } from '../../../shared/errors.ts'

/** Every public route, whichever Worker serves it, under its operationId and in the order of the reference. */
export const ROUTES = {
  query: queryRoute,
  route: routeRoute,
  search: searchRoute,
  createChatCompletion: chatRoute,
  listModels: modelsRoute,
  giveFeedback: postFeedbackRoute,
  listFeedback: listFeedbackRoute,
  putDocument: putDocumentRoute,
  getDocument: getDocumentRoute,
  deleteDocument: deleteDocumentRoute,
  addDocuments: postDocumentsDocumented,
  listDocuments: listDocumentsRoute,
  getContent: getContentRoute,
  putCollection: putCollectionRoute,
  getCollection: getCollectionRoute,
  deleteCollection: deleteCollectionRoute,
  listCollections: listCollectionsRoute,
  getJob: getJobRoute,
  followJob: jobEventsRoute,
  putEndpoint: putEndpointRoute,
  patchEndpoint: patchEndpointRoute,
  getEndpoint: getEndpointRoute,
  deleteEndpoint: deleteEndpointRoute,
  listEndpoints: listEndpointsRoute,
  drainEndpoint: drainEndpointRoute,
  undrainEndpoint: undrainEndpointRoute,
  putPolicy: putPolicyRoute,
  getPolicy: getPolicyRoute,
  deletePolicy: deletePolicyRoute,
  listPolicies: listPoliciesRoute,
  putTemplate: putTemplateRoute,
  getTemplate: getTemplateRoute,
  deleteTemplate: deleteTemplateRoute,
  listTemplates: listTemplatesRoute,
  plan: planRoute,
  getConfiguration: getConfigurationRoute,
  listMatrix: listMatrixRoute,
  createKey: createKeyRoute,
  listKeys: listKeysRoute,
  revokeKey: revokeKeyRoute,
  createTenant: createTenantRoute,
  listTenants: listTenantsRoute,
  listAudit: auditRoute,
  putBudget: putBudgetRoute,
  getBudgets: getBudgetsRoute,
  putLimits: putLimitsRoute,
  getLimits: getLimitsRoute,
  getUsage: usageRoute,
  health: healthRoute,
  ready: readyRoute,
} as const

const TAGS = [
  { name: 'Ask', description: 'Questions with cited answers, and search without a model.' },
  { name: 'OpenAI', description: 'For OpenAI clients: point their base URL at `/v1` of this server.' },
  {
    name: 'Feedback',
    description: 'Which answers were right: kept with the answers, exported as cases to evaluate by.',
  },
  {
    name: 'Documents',
    description:
      'Documents live in collections. Indexing runs in the background; readers see one whole version at any time.',
  },
  {
    name: 'Endpoints',
    description: 'The model servers that answers are generated on. Only the tenant `system` changes them.',
  },
  {
    name: 'Policies',
    description: 'How requests are routed, as data: what counts, who may stand in, how long to wait.',
  },
  {
    name: 'Templates',
    description: "What models are told beside the common rules: built in, or the tenant's own in versions.",
  },
  {
    name: 'Matrix',
    description:
      'What runs where: 96 configurations of tier, GPU and level with verdict, estimates and costs. The same for every tenant.',
  },
  { name: 'Access', description: 'Tenants, their keys, and who changed what.' },
  { name: 'Money', description: 'Limits, and what was spent: exact to the nano-dollar.' },
  { name: 'Health', description: 'For load balancers and probes. No key is needed.' },
]

/** What the router itself reads of every POST, before any route. */
const idempotencyHeader = z.object({
  'Idempotency-Key': z.string().min(1).max(LIMITS.idempotencyKeyChars).optional().openapi({
    description:
      'The first result of this key is given again for 24 hours, with `idempotent-replayed: true`, when the same request is sent again.',
  }),
})

/** OpenAPI 3.1 from the schemas that validate requests. The server is relative: whoever serves this document serves the API. */
export function openApiDocument(version: string) {
  const { openAPIRegistry, getOpenAPI31Document } = new OpenAPIHono()
  openAPIRegistry.registerComponent('securitySchemes', 'apiKey', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'flk_<env>_<id>_<secret>_<crc>',
    description:
      'A key of a tenant. The roles of an operation are the scopes of which the key needs one; `admin` includes all.',
  })
  for (const [operationId, route] of Object.entries(ROUTES)) {
    // What runs when the route is called is no part of its description.
    const { middleware: _, request, ...described }: RouteConfig = route
    const headers = route.method === 'post' ? { headers: idempotencyHeader } : {}
    openAPIRegistry.registerPath({ ...described, operationId, request: { ...request, ...headers } })
  }
  return getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Fairlead',
      version,
      description:
        'Documents in, cited answers out. Every answer carries `x-request-id`; every error has a code from a closed list, `x-error-codes` in this document. 429 and 503 carry `Retry-After` when the wait is known.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/' }],
    tags: TAGS,
    'x-error-codes': ERROR_CODES,
  })
}

export type ApiDocument = ReturnType<typeof openApiDocument>
export type Schema = NonNullable<NonNullable<ApiDocument['components']>['schemas']>[string]

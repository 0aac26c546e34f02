// The layers of docs/handbook/architecture.md as rules. scripts/check.ts also asserts that modules were seen at all.
module.exports = {
  forbidden: [
    { name: 'domain-is-pure', severity: 'error', from: { path: '^shared/domain/' }, to: { pathNot: '^(shared/domain|node_modules/stemmer)/' } },
    { name: 'ports-know-only-domain', severity: 'error', from: { path: '^shared/ports/' }, to: { pathNot: '^shared/(ports|domain)/' } },
    { name: 'api-knows-only-domain-and-errors', severity: 'error', from: { path: '^shared/api/' }, to: { path: '^(shared|workers|cli)/', pathNot: '^shared/(api|domain|errors)' } },
    { name: 'http-stays-low', severity: 'error', from: { path: '^shared/http/' }, to: { path: '^shared/(adapters|db|api)/' } },
    { name: 'db-knows-only-domain', severity: 'error', from: { path: '^shared/db/' }, to: { path: '^shared/', pathNot: '^shared/(db|domain|errors)' } },
    { name: 'adapters-do-not-know-each-other', severity: 'error', from: { path: '^shared/adapters/([^/]+)/([^/]+)\\.ts$' }, to: { path: '^shared/adapters/', pathNot: '^shared/adapters/$1/$2' } },
    { name: 'shared-never-imports-workers', severity: 'error', from: { path: '^shared/' }, to: { path: '^(workers|cli|bench|scripts|infra)/' } },
    { name: 'workers-are-islands', severity: 'error', from: { path: '^workers/([^/]+)/' }, to: { path: '^(workers|cli|bench|scripts|infra)/', pathNot: '^workers/$1/' } },
    { name: 'only-deps-picks-adapters', severity: 'error', from: { path: '^workers/[^/]+/(routes|objects|jobs)/' }, to: { path: '^shared/(adapters|registry)/' } },
    { name: 'registry-picks-adapters-and-no-more', severity: 'error', from: { path: '^shared/registry/' }, to: { path: '^shared/(db|api|http/api-app)' } },
    { name: 'adapters-do-not-know-the-registry', severity: 'error', from: { path: '^shared/(adapters|http)/' }, to: { path: '^shared/registry/' } },
    { name: 'infra-reads-only-shared', severity: 'error', from: { path: '^infra/' }, to: { path: '^(workers|cli|bench|scripts|test)/' } },
    // A type that names an object class and a class that names the type are no cycle at run time.
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: 'node_modules|worker-configuration',
    doNotFollow: { path: 'node_modules' },
  },
}

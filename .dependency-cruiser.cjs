// The directions of the house. Each rule says what it protects; `npm run check` runs them.
const tests = "\\.test\\.ts$"

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "domain-imports-nothing",
      comment: "The domain is pure: no package, no platform, no other folder.",
      severity: "error",
      from: { path: "^domain/", pathNot: tests },
      to: { pathNot: "^domain/" },
    },
    {
      name: "db-imports-domain-only",
      severity: "error",
      from: { path: "^db/", pathNot: tests },
      to: { path: "^(edge|processor|client|local|e2e|bench|infra)/" },
    },
    {
      name: "edge-never-imports-processor-or-tools",
      severity: "error",
      from: { path: "^edge/", pathNot: tests },
      to: { path: "^(processor|client|local|e2e|bench|infra)/" },
    },
    {
      name: "processor-never-imports-edge-or-tools",
      severity: "error",
      from: { path: "^processor/", pathNot: tests },
      to: { path: "^(edge|client|local|e2e|bench|infra)/" },
    },
    {
      name: "edge-slices-never-import-each-other",
      severity: "error",
      from: { path: "^edge/(commands|queries)/([^/]+)/", pathNot: tests },
      to: { path: "^edge/(commands|queries|live|auth)/", pathNot: "^edge/$1/$2/" },
    },
    {
      name: "processor-slices-never-import-each-other",
      severity: "error",
      from: {
        path: "^processor/(process-photo|relay-events|sweep|dead-letters|operate|deliver-webhooks)/",
        pathNot: tests,
      },
      to: {
        path: "^processor/(process-photo|relay-events|sweep|dead-letters|operate|deliver-webhooks)/",
        pathNot: "^processor/$1/",
      },
    },
    {
      name: "platform-knows-no-slice",
      severity: "error",
      from: { path: "^(edge|processor)/platform/" },
      to: { path: "^(edge|processor)/", pathNot: "^$1/platform/" },
    },
    {
      name: "client-imports-only-types-of-the-contract",
      comment: "The SDK ships to browsers and phones: it may know the shapes of the edge, never its code.",
      severity: "error",
      from: { path: "^client/", pathNot: tests },
      to: { path: "^(domain|db|edge|processor|local|e2e|bench|infra)/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "client-reads-schemas-only",
      severity: "error",
      from: { path: "^client/", pathNot: tests },
      to: { path: "^(db|processor|local|e2e|bench|infra)/|^edge/(?!.*schema\\.ts$)" },
    },
    {
      name: "nobody-imports-tools",
      severity: "error",
      from: { path: "^(domain|db|edge|processor|client)/", pathNot: tests },
      to: { path: "^(local|e2e|bench|docs)/" },
    },
    { name: "no-circles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-unresolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^(cloudflare:|node:)" },
    },
  ],
  options: {
    parser: "swc",
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(node_modules|\\.local|out|\\.wrangler)/" },
    enhancedResolveOptions: {
      extensions: [".ts", ".js", ".json", ".cjs", ".mjs"],
      exportsFields: ["exports"],
      conditionNames: ["workerd", "import", "node", "default", "types"],
    },
  },
}

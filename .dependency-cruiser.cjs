// The allowed import directions, by pattern, so that a new folder is covered without a new rule.
const tests = "\\.test\\.ts$"

// Every top-level folder with code.
const folders = "domain|aws|db|edge|processor|client|local|infra|acceptance|e2e|bench|docs"

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
      name: "aws-and-db-import-domain-only",
      comment: "The two shared floors know neither each other nor a deployable.",
      severity: "error",
      from: { path: "^(aws|db)/", pathNot: tests },
      to: { path: `^(${folders})/`, pathNot: "^(domain|$1)/" },
    },
    {
      name: "deployables-never-import-each-other",
      severity: "error",
      from: { path: "^(edge|processor)/", pathNot: tests },
      to: { path: `^(${folders})/`, pathNot: "^(domain|aws|db|$1)/" },
    },
    {
      name: "edge-slices-never-import-each-other",
      comment: "A slice is a folder with a route.ts; what several slices need lives one level above them.",
      severity: "error",
      from: { path: "^edge/(commands|queries|auth|live)/([^/]+)/", pathNot: tests },
      to: { path: "^edge/(commands|queries|auth|live)/", pathNot: "^edge/($1/$2/|(auth|live)/[^/]+\\.ts$)" },
    },
    {
      name: "edge-slices-use-shared-files-of-their-own-area-only",
      severity: "error",
      from: { path: "^edge/(commands|queries|auth|live)/", pathNot: tests },
      to: { path: "^edge/(auth|live)/[^/]+\\.ts$", pathNot: "^edge/$1/" },
    },
    {
      name: "processor-slices-never-import-each-other",
      comment: "Every folder of the processor but the platform is a slice.",
      severity: "error",
      from: { path: "^processor/(?!platform/)([^/]+)/", pathNot: tests },
      to: { path: "^processor/[^/]+/", pathNot: "^processor/($1|platform)/" },
    },
    {
      name: "shared-folders-import-no-slice",
      severity: "error",
      from: { path: "^(edge/(http|clients|keys)|processor/platform)/", pathNot: tests },
      to: {
        path: "^(edge|processor)/",
        pathNot:
          "^(edge/(http|clients|keys)/|edge/(config|new-id|new-webhook-secret)\\.ts$|processor/platform/)",
      },
    },
    {
      name: "client-imports-nothing-of-the-server",
      comment: "The packages ship to other people: their types come from docs/openapi.json.",
      severity: "error",
      from: { path: "^client/", pathNot: `${tests}|/testing/` },
      to: { path: `^(${folders})/`, pathNot: "^client/" },
    },
    {
      name: "client-packages-use-only-the-sdk",
      comment: "Through its name, as their users do.",
      severity: "error",
      from: { path: "^client/([^/]+)/", pathNot: `${tests}|/testing/` },
      to: { path: "^client/", pathNot: "^client/($1|sdk)/" },
    },
    {
      name: "test-support-stays-in-tests",
      severity: "error",
      from: { path: "^(domain|aws|db|edge|processor|client)/", pathNot: `${tests}|/testing/` },
      to: { path: "/testing/" },
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
    exclude: { path: "^(node_modules|\\.local|out|\\.wrangler|edge/public|edge/reference/static)/|/dist/" },
    enhancedResolveOptions: {
      extensions: [".ts", ".js", ".json", ".cjs", ".mjs"],
      exportsFields: ["exports"],
      conditionNames: ["workerd", "import", "node", "default", "types"],
    },
  },
}

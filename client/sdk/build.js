import { execFileSync } from "node:child_process"
import { readFileSync, rmSync, writeFileSync } from "node:fs"

// Compiles the package to dist/.
rmSync("dist", { recursive: true, force: true })
execFileSync("tsc", ["-p", "tsconfig.build.json"], { stdio: "inherit", shell: process.platform === "win32" })

// TypeScript rewrites extensions in imports only. Bundlers need the worker's name as a literal.
const hasher = "dist/platform/worker-hasher.js"
writeFileSync(hasher, readFileSync(hasher, "utf8").replace("./hash-worker.ts", "./hash-worker.js"))

import { sourceFiles, styleViolations } from "./style.ts"

// Part of `npm run check`: prints every violation of the rules in style.ts and fails if there is one.
const violations = styleViolations(sourceFiles())
for (const violation of violations) process.stderr.write(`${violation}\n`)
process.exitCode = violations.length > 0 ? 1 : 0

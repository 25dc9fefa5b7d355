import { parseArgs } from "node:util"
import { runChaos } from "./chaos.ts"

// `npm run test:chaos [-- --seed N --photos N --seconds N]`: the long form of e2e/chaos.full.test.ts.

const { values } = parseArgs({
  options: { seed: { type: "string" }, photos: { type: "string" }, seconds: { type: "string" } },
})
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000))
const photos = Number(values.photos ?? 300)
const faultsMs = Number(values.seconds ?? 60) * 1000
console.log(`npm run test:chaos -- --seed ${seed} --photos ${photos} --seconds ${faultsMs / 1000}`)

const violations = await runChaos({ seed, photos, faultsMs, recoveryMs: 180_000, log: console.log })
for (const violation of violations) console.error(violation)
console.log(
  violations.length === 0
    ? `${photos} photos, all in the expected final status`
    : `${violations.length} violations`,
)
process.exit(violations.length === 0 ? 0 : 1)

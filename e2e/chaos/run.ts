import { parseArgs } from "node:util"
import { runChaos } from "./chaos.ts"

// `npm run test:chaos [-- --seed N --photos N --seconds N]`: the long form of e2e/chaos.full.test.ts.

const { values } = parseArgs({
  options: { seed: { type: "string" }, photos: { type: "string" }, seconds: { type: "string" } },
})
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000))
const photos = Number(values.photos ?? 300)
const turmoilMs = Number(values.seconds ?? 60) * 1000
console.log(`npm run test:chaos -- --seed ${seed} --photos ${photos} --seconds ${turmoilMs / 1000}`)

const faults = await runChaos({ seed, photos, turmoilMs, recoveryMs: 180_000, say: console.log })
for (const fault of faults) console.error(fault)
console.log(
  faults.length === 0 ? `${photos} photos, all in the right final state` : `${faults.length} faults`,
)
process.exit(faults.length === 0 ? 0 : 1)

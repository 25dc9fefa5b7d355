import { onceInterrupted } from "./process/interrupt.ts"
import { localDirectory, settingsOf } from "./settings.ts"
import { startSystem } from "./system.ts"

const settings = settingsOf(process.env)
const system = await startSystem(settings).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
onceInterrupted(async () => {
  console.log("\nStopping …")
  await system.stop()
  console.log("Stopped. The data stays in .local/ until `npm run local:reset`.")
})

console.log(`
  edge       ${system.edgeUrl}
  S3         ${system.s3Endpoint}
  SQS        ${system.sqsEndpoint}
  Postgres   ${system.databaseUrl}
  processor  ${system.processorUrl}/healthz
  logs       ${localDirectory}/logs

Try it:

  curl -s ${system.edgeUrl}/auth/register -H 'content-type: application/json' -d '{"email":"ada@example.com","password":"correct horse"}'
  curl -s -X POST -u 'ada@example.com:correct horse' ${system.edgeUrl}/auth/token

ready ${system.edgeUrl}`)

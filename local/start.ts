import { exitWithMessage } from "./process/exit-with-message.ts"
import { onceInterrupted } from "./process/interrupt.ts"
import { localDirectory, settingsOf } from "./settings.ts"
import { startSystem } from "./system.ts"
import { uploadSampleCommand } from "./upload-sample-command.ts"

const settings = settingsOf(process.env)
const system = await startSystem(settings).catch(exitWithMessage)
onceInterrupted(async () => {
  console.log("\nStopping …")
  await system.stop()
  console.log("Stopped. The data is kept in .local/; `npm run local:reset` deletes it.")
})

console.log(`
  edge       ${system.edgeUrl}
  S3         ${system.s3Endpoint}
  SQS        ${system.sqsEndpoint}
  Postgres   ${system.databaseUrl}
  processor  ${system.processorUrl}/healthz
  reference  ${system.edgeUrl}/docs
  logs       ${localDirectory}/logs

Create an account and get a token (README.md shows how to upload a photo):

  curl -s ${system.edgeUrl}/auth/register -H 'content-type: application/json' -d '{"email":"ada@example.com","password":"correct horse battery staple"}'
  curl -s -X POST -u 'ada@example.com:correct horse battery staple' ${system.edgeUrl}/auth/token

Or upload a photo from the command line, in the same directory:

  ${uploadSampleCommand(system.edgeUrl)}

ready ${system.edgeUrl}`)

import { parseArgs } from "node:util"
import { createClient, folderStorage } from "../../client/sdk/src/node.ts"

// A client in a separate process, for tests that kill it. It continues an unfinished upload, or else starts one.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    edge: { type: "string" },
    email: { type: "string" },
    password: { type: "string" },
    state: { type: "string" },
  },
})
const { edge = "", email = "", password = "", state = "" } = values
const client = createClient({ baseUrl: edge, email, password, storage: folderStorage(state) })
const [unfinished] = await client.findUnfinished()
process.stdout.write(`${unfinished ? `missing ${unfinished.missing.length}` : "new"}\n`)
const job = unfinished ? unfinished.resume(positionals) : client.upload(positionals)
const { completed, failed } = await job.done
process.stdout.write(`completed ${completed.length} failed ${failed.length} jobs ${job.jobIds.length}\n`)

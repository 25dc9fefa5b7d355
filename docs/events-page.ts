import { z } from "zod"
import { cloudEventType } from "../domain/cloud-event.ts"
import { eventTypes } from "../domain/events.ts"
import { eventPayloads, eventSchema, schemaFile } from "./event-payloads.ts"

const intro = `<!-- Written by \`npm run docs\` from docs/event-payloads.ts. -->

# Events

Every change of a job or a photo is told as a CloudEvent 1.0, written in the statement that makes it true and published
at least once: an \`id\` that was seen before is no news. Events of one job come in the order of \`sequence\`.

They go to the live channels of their user, to an EventBridge bus where one is configured (\`EVENT_BUS_NAME\`), and to the
user's webhooks (\`POST /commands/webhooks\`), there as \`application/cloudevents+json\` with the headers \`webhook-id\`,
\`webhook-timestamp\` and \`webhook-signature\` of [Standard Webhooks](https://www.standardwebhooks.com). A delivery that is
not answered 2xx within 15 s is tried again for some three days; 410 disables the webhook.
`

/** Every event: its type, when it is told, what its data holds. */
export const eventsPage = (): string => {
  const rows = eventTypes.map((type) => {
    const { when, data } = eventPayloads[type]
    const members = Object.keys(data.shape).map((name) => `\`${name}\``)
    return `| \`${cloudEventType(type)}\` | ${when} | ${members.join(" ")} | [schema](schemas/${schemaFile(type)}) |`
  })
  const table = ["| type | when | data | |", "|---|---|---|---|", ...rows]
  return `${intro}\n${table.join("\n")}\n`
}

/** The JSON Schema of every event, by file name. */
export const eventSchemas = (): Record<string, string> =>
  Object.fromEntries(
    eventTypes.map((type) => {
      const schema = { title: type, ...z.toJSONSchema(eventSchema(type), { io: "input" }) }
      return [`schemas/${schemaFile(type)}`, `${JSON.stringify(schema, null, 2)}\n`]
    }),
  )

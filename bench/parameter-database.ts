import postgres from "postgres"
import type { Database } from "../db/statement.ts"

/** The baseline: the same statement with the document as a parameter, on a separate connection. */
export const openParameterDatabase = (url: string): Database => {
  const client = postgres(url, { max: 1, fetch_types: false })
  return {
    run: async (statement, input) => {
      const text = statement.text.replaceAll("$1", () => "$1::text")
      const rows = await client.unsafe(text, [JSON.stringify(input)])
      return statement.output.parse(rows[0]?.result)
    },
  }
}

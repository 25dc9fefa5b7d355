import type postgres from "postgres"
import * as z from "zod"
import type { Statement } from "../statement.ts"

const planNode = z.looseObject({
  "Node Type": z.string(),
  "Relation Name": z.string().optional(),
  "Actual Loops": z.number().optional(),
  "Rows Removed by Filter": z.number().optional(),
  get Plans() {
    return z.array(planNode).optional()
  },
})
type PlanNode = z.infer<typeof planNode>
const explained = z.tuple([z.object({ "QUERY PLAN": z.tuple([z.object({ Plan: planNode })]) })])

export type PlanMode = "force_custom_plan" | "force_generic_plan"

/**
 * Returns the nodes of a statement's plan when it is prepared with the document as a parameter, as in the processor.
 * Postgres chooses between a plan for this document and a generic plan, so tests check both. The statement is executed
 * and rolled back.
 */
export const nodesOfPlan = async <Input>(
  sql: postgres.Sql,
  statement: Statement<Input, unknown>,
  input: Input,
  mode: PlanMode,
): Promise<PlanNode[]> => {
  let plan: PlanNode | undefined
  const text = statement.text.replaceAll("$1", () => "$1::text")
  const parameters = text.includes("$1") ? `('${JSON.stringify(input).replaceAll("'", "''")}')` : ""
  try {
    await sql.begin(async (transaction) => {
      await transaction.unsafe(`set local plan_cache_mode = ${mode}`)
      await transaction.unsafe(`prepare examined ${parameters && "(text)"} as ${text}`)
      const result = await transaction.unsafe(
        `explain (analyze, timing off, format json) execute examined ${parameters}`,
      )
      plan = explained.parse([...result])[0]["QUERY PLAN"][0].Plan
      throw new RolledBack()
    })
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error
  } finally {
    // A prepared statement is kept after the end of its transaction.
    await sql.unsafe("deallocate all")
  }
  return plan ? withChildren(plan) : []
}

class RolledBack extends Error {}

const withChildren = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(withChildren)]

/** Returns the tables that a plan reads completely: by a sequential scan, or by a filter over very many rows. */
export const tablesReadWhole = (
  nodes: readonly PlanNode[],
  { smallTables, maxFilteredRows }: { smallTables: readonly string[]; maxFilteredRows: number },
): string[] =>
  nodes.flatMap((node) => {
    const table = node["Relation Name"]
    if (table === undefined || smallTables.includes(table)) return []
    const filtered = (node["Rows Removed by Filter"] ?? 0) * (node["Actual Loops"] ?? 1)
    return node["Node Type"] === "Seq Scan" || filtered > maxFilteredRows ? [table] : []
  })

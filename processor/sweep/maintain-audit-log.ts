import * as z from "zod"
import { statementOf } from "../../db/statement.ts"
import type { SweepContext, TaskCounts } from "./sweep-context.ts"

/** Partitions created in advance. If the sweep is down for longer than this, rows go to the default partition. */
const monthsAhead = 2

/** Number of full months before the current one that the audit log keeps. */
const monthsKept = 13

/** Creates partitions of the audit log in advance and drops those past their retention. */
export const maintainAuditLog = async ({ database }: SweepContext): Promise<TaskCounts> =>
  database.run(maintain, { monthsAhead, monthsKept })

const maintain = statementOf<{ monthsAhead: number; monthsKept: number }>()(
  z.record(z.string(), z.number()),
  `
  select maintain_audit_log(
    ($1::jsonb->>'monthsAhead')::int, ($1::jsonb->>'monthsKept')::int) as result`,
)

import * as z from "zod"
import { statementOf } from "../../db/statement.ts"
import type { SweepContext, TaskCounts } from "./sweep-context.ts"

/** Partitions that exist before their month begins: the sweep may be down that long before rows need the default one. */
const monthsAhead = 2

/** Whole months before this one that the audit log keeps. */
const monthsKept = 13

/** Creates the audit log's partitions ahead of time and drops those past their retention. */
export const maintainAuditLog = async ({ database }: SweepContext): Promise<TaskCounts> =>
  database.run(maintain, { monthsAhead, monthsKept })

const maintain = statementOf<{ monthsAhead: number; monthsKept: number }>()(
  z.record(z.string(), z.number()),
  `
  select maintain_audit_log(
    ($1::jsonb->>'monthsAhead')::int, ($1::jsonb->>'monthsKept')::int) as result`,
)

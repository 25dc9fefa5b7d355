import fc from "fast-check"

const actions = [
  "progress",
  "finalize",
  "claim",
  "complete",
  "fail",
  "release",
  "expireLease",
  "cancel",
  "reopen",
] as const
/** A command that changes a photo or its job. `photo` is its index in the job. */
export type PhotoCommand =
  | { action: (typeof actions)[number]; photo: number; attempt: number }
  | { action: "cancelJob" | "finalizeJob" | "declareHash"; photo: number; attempt: number }

const command = fc.record({
  // Rare, because a cancelled job accepts no further commands.
  action: fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(...actions) },
    { weight: 1, arbitrary: fc.constant("cancelJob" as const) },
    { weight: 3, arbitrary: fc.constant("finalizeJob" as const) },
    { weight: 3, arbitrary: fc.constant("declareHash" as const) },
  ),
  photo: fc.nat(3),
  attempt: fc.integer({ min: 1, max: 3 }),
})
/** Rounds of commands. The commands of a round run concurrently, and a round may contain a command several times. */
export const photoCommandRounds = fc.array(fc.array(command, { minLength: 1, maxLength: 5 }), {
  minLength: 1,
  maxLength: 14,
})

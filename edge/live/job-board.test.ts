import fc from "fast-check"
import { expect, test } from "vitest"
import { canBecome, type PhotoStatus, photoStatuses } from "../../domain/photo-status.ts"
import { newId } from "../new-id.ts"
import { applyEvent, applyProgress, liveJobOf, newBoard } from "./job-board.ts"

const bytes = 1000
const photoIds = [newId.photo(), newId.photo(), newId.photo()]

const step = fc.record({
  photo: fc.nat(photoIds.length - 1),
  change: fc.oneof(
    fc.record({ bytesSent: fc.nat(bytes * 2) }),
    // An event contains what a client reported, which can be less than what was published before.
    fc.record({ status: fc.constantFrom(...photoStatuses), bytesSent: fc.nat(bytes) }),
  ),
})

test("a job's bytesSent never decreases, regardless of the outcomes of its photos", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const board = newBoard(
        newId.job(),
        photoIds.map((photoId) => ({ photoId, status: "QUEUED", bytes, bytesSent: 0, failureReason: null })),
      )
      const statuses = new Map<string, PhotoStatus>()
      let before = 0
      for (const [index, { photo, change }] of steps.entries()) {
        const photoId = photoIds[photo] ?? newId.photo()
        if ("status" in change) {
          const from = statuses.get(photoId) ?? "QUEUED"
          const isReopening = canBecome(from, change.status, "recovery")
          if (!isReopening && !canBecome(from, change.status)) continue
          applyEvent(board, { photoId, ...change, failureReason: null, sequence: index + 1, isReopening })
          statuses.set(photoId, change.status)
        } else applyProgress(board, { photoId, ...change })
        const { bytesSent } = liveJobOf(board)
        expect(bytesSent).toBeGreaterThanOrEqual(before)
        before = bytesSent
      }
    }),
  )
})

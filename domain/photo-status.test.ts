import { describe, expect, test } from "vitest"
import { canBecome, isTerminalPhoto, isUploadPending, photoStatuses, sourcesOf } from "./photo-status.ts"

describe("a photo's status", () => {
  test("changes from QUEUED to UPLOADING, PROCESSING and COMPLETED", () => {
    expect(canBecome("QUEUED", "UPLOADING")).toBe(true)
    expect(canBecome("UPLOADING", "PROCESSING")).toBe(true)
    expect(canBecome("PROCESSING", "COMPLETED")).toBe(true)
  })

  test("may skip UPLOADING, because progress reports are best effort", () => {
    expect(canBecome("QUEUED", "PROCESSING")).toBe(true)
  })

  test("never becomes COMPLETED without processing", () => {
    expect(sourcesOf("COMPLETED")).toEqual(["PROCESSING"])
  })

  test("can become FAILED or CANCELLED from every status that is not terminal", () => {
    const open = photoStatuses.filter((status) => !isTerminalPhoto(status))
    expect(sourcesOf("FAILED")).toEqual(open)
    expect(sourcesOf("CANCELLED")).toEqual(open)
  })

  test("has a pending upload in QUEUED and UPLOADING only", () => {
    expect(photoStatuses.filter(isUploadPending)).toEqual(["QUEUED", "UPLOADING"])
  })

  test("does not leave a final status in the regular lifecycle", () => {
    for (const from of photoStatuses.filter(isTerminalPhoto))
      for (const to of photoStatuses) expect(canBecome(from, to)).toBe(false)
  })

  test("becomes DUPLICATE only before its file is stored", () => {
    expect(sourcesOf("DUPLICATE")).toEqual(["QUEUED", "UPLOADING"])
  })

  test("leaves DUPLICATE only when its original is lost, and leaves no other status for that", () => {
    const losses = photoStatuses.flatMap((from) =>
      photoStatuses.filter((to) => canBecome(from, to, "originalLost")).map((to) => [from, to]),
    )
    expect(losses).toEqual([
      ["DUPLICATE", "QUEUED"],
      ["DUPLICATE", "CANCELLED"],
    ])
  })

  test("leaves a final status by recovery only from FAILED to PROCESSING", () => {
    const recoveries = photoStatuses.flatMap((from) =>
      photoStatuses.filter((to) => canBecome(from, to, "recovery")).map((to) => [from, to]),
    )
    expect(recoveries).toEqual([["FAILED", "PROCESSING"]])
    expect(sourcesOf("PROCESSING", "recovery")).toEqual(["FAILED"])
  })
})

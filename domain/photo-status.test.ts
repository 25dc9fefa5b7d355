import { describe, expect, test } from "vitest"
import { canBecome, isTerminalPhoto, photoStatuses, sourcesOf, waitsForBytes } from "./photo-status.ts"

describe("a photo's status", () => {
  test("goes from QUEUED through UPLOADING and PROCESSING to COMPLETED", () => {
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

  test("waits for bytes in QUEUED and UPLOADING only", () => {
    expect(photoStatuses.filter(waitsForBytes)).toEqual(["QUEUED", "UPLOADING"])
  })

  test("never leaves a terminal status in the ordinary lifecycle", () => {
    for (const from of photoStatuses.filter(isTerminalPhoto))
      for (const to of photoStatuses) expect(canBecome(from, to)).toBe(false)
  })

  test("leaves a terminal status by recovery only, and only from FAILED to PROCESSING", () => {
    const recoveries = photoStatuses.flatMap((from) =>
      photoStatuses.filter((to) => canBecome(from, to, "recovery")).map((to) => [from, to]),
    )
    expect(recoveries).toEqual([["FAILED", "PROCESSING"]])
    expect(sourcesOf("PROCESSING", "recovery")).toEqual(["FAILED"])
  })
})

import { describe, expect, test } from "vitest"
import { canBecome, isTerminalPhoto, photoStatuses, sourcesOf, waitsForBytes } from "./photo-status.ts"

describe("a photo's status", () => {
  test("goes from QUEUED over UPLOADING and PROCESSING to COMPLETED", () => {
    expect(canBecome("QUEUED", "UPLOADING")).toBe(true)
    expect(canBecome("UPLOADING", "PROCESSING")).toBe(true)
    expect(canBecome("PROCESSING", "COMPLETED")).toBe(true)
  })

  test("may skip UPLOADING, since progress ticks are best effort", () => {
    expect(canBecome("QUEUED", "PROCESSING")).toBe(true)
  })

  test("never completes without having been processed", () => {
    expect(sourcesOf("COMPLETED")).toEqual(["PROCESSING"])
  })

  test("can be failed or cancelled from every state that is not terminal", () => {
    const living = photoStatuses.filter((status) => !isTerminalPhoto(status))
    expect(sourcesOf("FAILED")).toEqual(living)
    expect(sourcesOf("CANCELLED")).toEqual(living)
  })

  test("waits for bytes until they are there", () => {
    expect(photoStatuses.filter(waitsForBytes)).toEqual(["QUEUED", "UPLOADING"])
  })

  test("never leaves a terminal state", () => {
    for (const from of photoStatuses.filter(isTerminalPhoto))
      for (const to of photoStatuses) expect(canBecome(from, to)).toBe(false)
  })
})

import type { Upload, UploadFileState, UploadResult } from "rapid-photo-upload-sdk"
import { expect, test } from "vitest"
import { createUploadSession } from "./upload-session.ts"

const fileOf = (status: UploadFileState["status"], bytesSent: number, bytesTotal = 100): UploadFileState => ({
  id: `${status}-${bytesSent}`,
  filename: "a.jpg",
  path: null,
  mimeType: "image/jpeg",
  status,
  bytesSent,
  bytesTotal,
  photoId: null,
  duplicateOf: null,
  sha256: null,
  failure: null,
  thumbnails: [],
})

/** A client whose uploads have the states that the test gives them. */
const controlledClient = () => {
  const listeners: Record<string, (() => void)[]> = {}
  const cancelled: string[] = []
  let files: readonly UploadFileState[] = []
  const upload = {
    get progress() {
      const bytesSent = files.reduce((sum, file) => sum + file.bytesSent, 0)
      return { files, bytesSent, bytesTotal: 100 * files.length, bytesPerSecond: 50, remainingMs: null }
    },
    isPaused: false,
    done: new Promise<UploadResult>(() => {}),
    on: (type: string, listener: () => void) => {
      listeners[type] = [...(listeners[type] ?? []), listener]
      return () => {}
    },
    cancel: () => cancelled.push("upload"),
    retryFailed: () => 1,
  }
  return {
    client: { upload: () => upload as unknown as Upload },
    cancelled,
    emit: (type: string, newFiles: readonly UploadFileState[]) => {
      files = newFiles
      for (const listener of listeners[type] ?? []) listener()
    },
  }
}

test("without files nothing is pending and nothing is settled", () => {
  const { client } = controlledClient()
  expect(createUploadSession(client).getState()).toMatchObject({
    averageProgress: 0,
    isPending: false,
    isSettled: false,
    allSucceeded: false,
  })
})

test("the progress is the mean of the files, and the remaining time follows from the rate", () => {
  const { client, emit } = controlledClient()
  const session = createUploadSession(client)
  void session.upload([])
  emit("progress", [
    fileOf("uploading", 50),
    fileOf("waiting", 0),
    fileOf("uploaded", 100),
    fileOf("failed", 0, 0),
  ])
  const { averageProgress, remainingMs, isPending, isSettled } = session.getState()
  expect(averageProgress).toBe((0.5 + 0 + 1 + 1) / 4)
  expect(remainingMs).toBe(5000)
  expect({ isPending, isSettled }).toEqual({ isPending: true, isSettled: false })
})

test("an upload is settled when it is done; duplicates are successes; a retry makes it pending again", () => {
  const { client, emit } = controlledClient()
  const session = createUploadSession(client)
  void session.upload([])
  emit("done", [fileOf("completed", 100), fileOf("duplicate", 100)])
  expect(session.getState()).toMatchObject({ isSettled: true, allSucceeded: true, hasFailedFiles: false })
  emit("progress", [fileOf("completed", 100), fileOf("failed", 0)])
  expect(session.getState()).toMatchObject({ allSucceeded: false, hasFailedFiles: true })
  void session.retry()
  expect(session.getState()).toMatchObject({ isSettled: false, isPending: true })
})

test("the state is the same object between changes, and listeners hear of each change", () => {
  const { client, emit } = controlledClient()
  const session = createUploadSession(client)
  let changes = 0
  const unsubscribe = session.subscribe(() => {
    changes += 1
  })
  void session.upload([])
  expect(session.getState()).toBe(session.getState())
  emit("progress", [fileOf("uploading", 1)])
  expect(changes).toBe(2)
  unsubscribe()
  emit("progress", [fileOf("uploading", 2)])
  expect(changes).toBe(2)
})

test("reset cancels a pending upload and forgets its files", () => {
  const { client, cancelled, emit } = controlledClient()
  const session = createUploadSession(client)
  void session.upload([])
  emit("progress", [fileOf("uploading", 1)])
  session.reset()
  expect(cancelled).toEqual(["upload"])
  expect(session.getState().files).toEqual([])
})

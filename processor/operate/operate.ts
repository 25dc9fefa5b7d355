import type { Database } from "../../db/statement.ts"
import { isJobId, isPhotoId } from "../../domain/ids.ts"
import type { WorkQueue } from "../platform/work-queue.ts"
import { reopenPhotos, type Selection, selectStanding, unparkEvents } from "./sql.ts"

/** What an operator can say, and what it does. */
export const usage = `Usage: npm run ops -- COMMAND
  status                              photos by status, messages in the queue, dead letters, and each sink's waiting,
                                      failing and parked events
  redrive                             take up every photo whose message came to the dead-letter queue
  reprocess PHOTO_ID | JOB_ID | failed   take up failed photos: one, those of a job, or all
  unpark                              attempt parked events again`

export type OperateDependencies = { database: Database; workQueue: WorkQueue }

/** Carries out a command. Null: it is not one. */
export const operate = async (
  { database, workQueue }: OperateDependencies,
  [command, argument, ...rest]: readonly string[],
): Promise<object | null> => {
  if (rest.length > 0) return null
  switch (command) {
    case "status":
      return argument === undefined ? status() : null
    case "unpark":
      return argument === undefined ? database.run(unparkEvents, {}) : null
    case "redrive":
      return argument === undefined ? takeUp({ ...nothing, scope: "dead-lettered" }) : null
    case "reprocess": {
      const selection = selectionOf(argument ?? "")
      return selection && takeUp(selection)
    }
    default:
      return null
  }

  async function status(): Promise<object> {
    const [standing, messages] = await Promise.all([database.run(selectStanding, {}), workQueue.depth()])
    return { ...standing, messages }
  }

  async function takeUp(selection: Selection): Promise<object> {
    const { photos, jobs } = await database.run(reopenPhotos, selection)
    // After the commit: a message that is lost is sent again by the sweep.
    for (const photo of photos) await workQueue.enqueue(photo)
    return { photosTakenUp: photos.length, jobsReopened: jobs.length }
  }
}

const nothing: Selection = { photoId: null, jobId: null, scope: null }

const selectionOf = (argument: string): Selection | null => {
  if (argument === "failed") return { ...nothing, scope: "failed" }
  if (isPhotoId(argument)) return { ...nothing, photoId: argument }
  return isJobId(argument) ? { ...nothing, jobId: argument } : null
}

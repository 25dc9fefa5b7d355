import type { JobId } from "../../domain/ids.ts"
import type { JobBoard } from "./job-board.ts"

/** Maximum number of boards in memory. Above it, the least recently used board is dropped and reloaded when needed. */
const maxBoards = 50

export type BoardCache = {
  /** Returns the board of a job, which is loaded if it is not in memory; null if there is no such job. */
  get: (jobId: JobId, load: () => Promise<JobBoard | null>) => Promise<JobBoard | null>
  /** All boards in memory. */
  all: () => Iterable<JobBoard>
}

export const newBoardCache = (capacity = maxBoards): BoardCache => {
  // In the order of last use, the most recent last.
  const boards = new Map<JobId, JobBoard>()
  const loading = new Map<JobId, Promise<JobBoard | null>>()

  const keep = (board: JobBoard): void => {
    boards.delete(board.jobId)
    boards.set(board.jobId, board)
    const [leastRecent] = boards.keys()
    if (boards.size > capacity && leastRecent) boards.delete(leastRecent)
  }

  return {
    all: () => boards.values(),
    get: async (jobId, load) => {
      const known = boards.get(jobId)
      if (known) {
        keep(known)
        return known
      }
      // Concurrent calls share one load: with two boards of one job, events would update only one of them.
      const pending = loading.get(jobId) ?? load()
      loading.set(jobId, pending)
      try {
        const board = await pending
        if (board && loading.get(jobId) === pending) keep(board)
        return board
      } finally {
        if (loading.get(jobId) === pending) loading.delete(jobId)
      }
    },
  }
}

import { useMemo, useSyncExternalStore } from "react"
import {
  createUploadSession,
  type UploadClient,
  type UploadSession,
  type UploadState,
} from "./upload-session.ts"

export type UploadControls = {
  /** Starts at once. Resolves when the server has processed every file, and never rejects because of one file. */
  upload: UploadSession["upload"]
  pause: () => void
  /** Continues after `pause`. */
  resume: () => void
  /** Cancels every file without a final status. */
  cancel: () => void
  cancelFile: (id: string) => void
  /** Sends the failed files again. Resolves when every file has a final status. */
  retry: () => Promise<void>
  /** Cancels what is pending and forgets all files. */
  reset: () => void
}

/**
 * Uploads files and returns their state. The component renders again at most ten times a second. The controls stay
 * the same objects. An upload continues when its component is unmounted.
 * @param client created once, outside of components
 * @example
 * const { upload, averageProgress, isSettled, failedFiles } = useUpload(client)
 * return <input type="file" multiple onChange={(event) => upload(event.currentTarget.files ?? [])} />
 */
export const useUpload = (client: UploadClient): UploadState & UploadControls => {
  const session = useMemo(() => createUploadSession(client), [client])
  const state = useSyncExternalStore(session.subscribe, session.getState, session.getState)
  const { upload, pause, resume, cancel, cancelFile, retry, reset } = session
  return { ...state, upload, pause, resume, cancel, cancelFile, retry, reset }
}

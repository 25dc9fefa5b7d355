import { useEffect, useState } from "preact/hooks"
import type { PhotoResponse } from "rapid-photo-upload-sdk"
import { problemText } from "../session/problem-text.ts"
import { api } from "../session/session.ts"

/** Reads a photo, and again when `version` changes. */
export const usePhoto = (photoId: string): { details: PhotoResponse | null; failure: string } => {
  const [state, setState] = useState<{ photoId: string; details: PhotoResponse | null; failure: string }>({
    photoId,
    details: null,
    failure: "",
  })
  useEffect(() => {
    let isCurrent = true
    api.getPhoto(photoId).then(
      (details) => isCurrent && setState({ photoId, details, failure: "" }),
      (error: unknown) => isCurrent && setState({ photoId, details: null, failure: problemText(error) }),
    )
    return () => {
      isCurrent = false
    }
  }, [photoId])
  return state.photoId === photoId ? state : { details: null, failure: "" }
}

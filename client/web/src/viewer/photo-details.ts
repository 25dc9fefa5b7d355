import { useEffect, useState } from "preact/hooks"
import type { PhotoResponse } from "rapid-photo-upload-sdk"
import { problemText } from "../session/problem-text.ts"
import { api } from "../session/session.ts"

/** What XMP and IPTC say about a photo. */
export type Annotations = {
  title: string | null
  caption: string | null
  keywords: string[]
  rating: number | null
  creator: string | null
}

export type PhotoDetails = PhotoResponse & { annotations?: Annotations | null }

/** Reads a photo, and again when `version` changes. */
export const usePhoto = (photoId: string): { details: PhotoDetails | null; failure: string } => {
  const [state, setState] = useState<{ photoId: string; details: PhotoDetails | null; failure: string }>({
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

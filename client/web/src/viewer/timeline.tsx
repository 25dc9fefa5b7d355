import { useEffect, useState } from "preact/hooks"
import type { PhotoTimelineResponse } from "rapid-photo-upload-sdk"
import { api } from "../session/session.ts"
import { formatInstant } from "../ui/format.ts"

/** What happened to the photo on the server. */
export const Timeline = ({ photoId }: { photoId: string }) => {
  const [entries, setEntries] = useState<PhotoTimelineResponse["entries"]>([])
  useEffect(() => {
    let isCurrent = true
    api.getPhotoTimeline(photoId).then(
      (timeline) => isCurrent && setEntries(timeline.entries),
      () => {},
    )
    return () => {
      isCurrent = false
    }
  }, [photoId])
  if (entries.length === 0) return null
  return (
    <section>
      <h3>History</h3>
      <ol class="timeline">
        {entries.map(({ at, kind, text }) => (
          <li key={`${at} ${kind}`}>
            <span>{text}</span>
            <time class="quiet small" dateTime={at}>
              {formatInstant(at)}
            </time>
          </li>
        ))}
      </ol>
    </section>
  )
}

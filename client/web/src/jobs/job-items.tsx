import { useState } from "preact/hooks"
import type { UploadJobSnapshot } from "rapid-photo-upload-sdk"
import { formatBytes } from "../ui/format.ts"
import { Link } from "../ui/link.tsx"

type Item = UploadJobSnapshot["items"][number]

/** Rows that a page of the table shows. */
const pageSize = 50

const outcomes: Record<Item["status"], string> = {
  QUEUED: "Waiting for upload",
  UPLOADING: "Uploading",
  PROCESSING: "Processing",
  COMPLETED: "Stored",
  DUPLICATE: "Already here",
  FAILED: "Failed",
  CANCELLED: "Cancelled",
}

/** The files of an upload; those that are not stored come first. */
export const JobItems = ({ items }: { items: readonly Item[] }) => {
  const [shown, setShown] = useState(pageSize)
  const isStored = ({ status }: Item) => status === "COMPLETED" || status === "DUPLICATE"
  const sorted = items.toSorted((a, b) => Number(isStored(a)) - Number(isStored(b)))
  return (
    <>
      <table class="items">
        <caption class="visually-hidden">Files of this upload</caption>
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col">Size</th>
            <th scope="col">Result</th>
          </tr>
        </thead>
        <tbody>
          {sorted.slice(0, shown).map((item) => (
            <tr key={item.photoId} class={`item-${item.status.toLowerCase()}`}>
              <th scope="row">
                {isStored(item) ? (
                  <Link href={`/photos/${item.duplicateOf ?? item.photoId}`}>{item.filename}</Link>
                ) : (
                  item.filename
                )}
              </th>
              <td>{formatBytes(item.bytes)}</td>
              <td>{outcomes[item.status]}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown < sorted.length && (
        <button type="button" class="button" onClick={() => setShown(shown + 10 * pageSize)}>
          Show more
        </button>
      )}
    </>
  )
}

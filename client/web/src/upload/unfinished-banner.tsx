import type { UnfinishedUpload } from "rapid-photo-upload-sdk"
import { formatCount, formatInstant } from "../ui/format.ts"
import { Icon } from "../ui/icon.tsx"
import { loadUnfinished, startUpload, unfinished } from "./uploads.ts"

/** Uploads that an earlier page did not finish, and what to do about them. */
export const UnfinishedBanner = () => (
  <>
    {unfinished.value.map((upload) => (
      <Unfinished key={upload.uploadId} upload={upload} />
    ))}
  </>
)

const Unfinished = ({ upload }: { upload: UnfinishedUpload }) => {
  const { createdAt, missing } = upload
  return (
    <section class="banner banner-wide" aria-label="Unfinished upload">
      <Icon name="rotate-cw" />
      <p>
        The upload of {formatInstant(createdAt)} was interrupted.{" "}
        {missing.length > 0
          ? `Drop the same folder again: only the ${formatCount(missing.length, "missing photo")} will be sent.`
          : "All of its photos were sent."}
      </p>
      {missing.length === 0 && (
        <button type="button" class="button small" onClick={() => startUpload([], { continues: upload })}>
          Show the result
        </button>
      )}
      <button type="button" class="button small" onClick={() => upload.discard().then(loadUnfinished)}>
        Discard
      </button>
    </section>
  )
}

import { useState } from "preact/hooks"
import { account } from "../session/account.ts"
import { quotaText } from "../session/account-menu.tsx"
import { Dialog } from "../ui/dialog.tsx"
import { formatBytes, formatCount } from "../ui/format.ts"
import { Icon } from "../ui/icon.tsx"
import type { ChosenFiles, NotAcceptedKind } from "./accepted-files.ts"
import { chosen } from "./chosen.ts"
import { continuationOf } from "./continuation.ts"
import { startUpload, unfinished } from "./uploads.ts"

const kindTexts: Record<NotAcceptedKind, string> = {
  video: "Videos",
  raw: "Raw files",
  document: "Other files",
  empty: "Empty files",
  "too large": "Files above 100 MiB",
}

/** What is about to be sent. Nothing is sent before the user confirms it. */
export const SummaryDialog = () => {
  const files = chosen.value
  const [tags, setTags] = useState("")
  if (!files) return null
  const { accepted, bytes, folder } = files
  const continues = continuationOf(unfinished.value, accepted)
  const left = spaceLeft()
  const isTooMuch = left !== null && bytes > left
  const close = () => {
    chosen.value = null
    setTags("")
  }
  const start = () => {
    const labels = tags.split(",").flatMap((text) => text.trim() || [])
    startUpload(accepted, { ...(labels.length > 0 && { tags: labels }), ...(continues && { continues }) })
    close()
  }
  return (
    <Dialog title={folder ? `Upload “${folder}”` : "Upload photos"} onClose={close} class="summary">
      <p class="summary-figures">
        <strong>{formatCount(accepted.length, "photo")}</strong> · {formatBytes(bytes)}
      </p>
      {continues && (
        <p class="note">
          <Icon name="rotate-cw" /> Continues an earlier upload: only{" "}
          {formatCount(continues.missing.length, "missing photo")} will be sent again.
        </p>
      )}
      <NotAccepted files={files} />
      {account.value && (
        <p class={isTooMuch ? "failure-text" : "quiet"}>
          {isTooMuch && <Icon name="triangle-alert" />} {quotaText(account.value)}
          {left !== null && ` · ${formatBytes(Math.max(0, left - bytes))} left after this upload`}
          {isTooMuch && ". Some photos will not fit."}
        </p>
      )}
      <p class="quiet small">
        Photos that you uploaded before are recognised by their content and not sent again.
      </p>
      <label>
        Tags for all of them (optional, separated by commas)
        <input type="text" value={tags} onInput={({ currentTarget }) => setTags(currentTarget.value)} />
      </label>
      <footer class="dialog-actions">
        <button type="button" class="button" onClick={close}>
          Cancel
        </button>
        <button type="button" class="button primary" disabled={accepted.length === 0} onClick={start}>
          <Icon name="upload" /> Upload {formatCount(accepted.length, "photo")}
        </button>
      </footer>
    </Dialog>
  )
}

/** The files that are not sent, by reason and with their names. */
const NotAccepted = ({ files: { notAccepted } }: { files: ChosenFiles }) => (
  <>
    {[...Map.groupBy(notAccepted, ({ kind }) => kind)].map(([kind, members]) => (
      <details key={kind} class="note">
        <summary>
          <Icon name="ban" /> {kindTexts[kind]} are not accepted: {members.length}
        </summary>
        <ul>
          {members.slice(0, 100).map(({ file }) => (
            <li key={file.webkitRelativePath || file.name}>{file.webkitRelativePath || file.name}</li>
          ))}
          {members.length > 100 && <li>and {members.length - 100} more</li>}
        </ul>
      </details>
    ))}
  </>
)

const spaceLeft = (): number | null => {
  const known = account.value
  return known && known.limitBytes !== null ? known.limitBytes - known.usedBytes : null
}

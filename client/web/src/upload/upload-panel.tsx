import { signal } from "@preact/signals"
import { ConfirmDialog } from "../ui/confirm-dialog.tsx"
import { formatBytes, formatCount, formatRemaining } from "../ui/format.ts"
import { Icon } from "../ui/icon.tsx"
import { IconButton } from "../ui/icon-button.tsx"
import { Banners } from "./banners.tsx"
import { groupFiles } from "./file-groups.ts"
import { PanelGroup } from "./panel-group.tsx"
import { openCount, type Totals } from "./totals.ts"
import {
  allFiles,
  cancelAll,
  dismissFinished,
  isActive,
  isPaused,
  retryFailed,
  runs,
  setPaused,
  totals,
} from "./uploads.ts"
import { VerdictView } from "./verdict-view.tsx"

export const isMinimised = signal(false)
const isCancelAsked = signal(false)

/** The state of all uploads of this page. Stays while the user looks at other routes. */
export const UploadPanel = () => {
  if (runs.value.length === 0) return null
  if (isMinimised.value) return <Pill />
  const files = allFiles.value
  const failed = files.filter(({ failure }) => failure?.isRetryable).length
  return (
    <section class="panel" aria-label="Uploads">
      <header class="panel-header">
        <h2>{headline(totals.value, isPaused.value)}</h2>
        <IconButton
          icon="minimize-2"
          label="Minimise"
          onClick={() => {
            isMinimised.value = true
          }}
        />
        {!isActive.value && <IconButton icon="x" label="Close" onClick={dismissFinished} />}
      </header>
      <PanelProgress />
      <Banners />
      <div class="panel-body">
        {runs.value.map((run) => (
          <VerdictView key={run.upload.jobIds[0] ?? ""} run={run} />
        ))}
        {failed > 0 && (
          <button type="button" class="button wide" onClick={retryFailed}>
            <Icon name="rotate-cw" /> Retry all failed ({failed})
          </button>
        )}
        {groupFiles(files).map((group) => (
          <PanelGroup key={group.key} group={group} />
        ))}
      </div>
      {isCancelAsked.value && (
        <ConfirmDialog
          title="Cancel the upload?"
          text="Photos that are not stored yet will not be uploaded. Stored photos stay."
          action="Cancel the upload"
          dismiss="Continue uploading"
          onConfirm={cancelAll}
          onClose={() => {
            isCancelAsked.value = false
          }}
        />
      )}
    </section>
  )
}

const PanelProgress = () => {
  const all = totals.value
  if (!isActive.value) return null
  const facts = [
    `${formatBytes(all.bytesSent)} of ${formatBytes(all.bytesTotal)}`,
    !isPaused.value && all.bytesPerSecond > 0 && all.sentShare < 1 && `${formatBytes(all.bytesPerSecond)}/s`,
    !isPaused.value && all.remainingMs !== null && all.sentShare < 1 && formatRemaining(all.remainingMs),
  ].filter(Boolean)
  return (
    <div class="panel-progress">
      <div class="bars">
        <progress class="bar bar-sent" max={1} value={all.sentShare} aria-label="Sent" />
        <progress class="bar bar-safe" max={1} value={all.finalShare} aria-label="Finished" />
      </div>
      <span class="quiet small">{facts.join(" · ")}</span>
      <div class="panel-actions">
        <button type="button" class="button small" onClick={() => setPaused(!isPaused.value)}>
          <Icon name={isPaused.value ? "play" : "pause"} size={16} /> {isPaused.value ? "Resume" : "Pause"}
        </button>
        <button
          type="button"
          class="button small"
          onClick={() => {
            isCancelAsked.value = true
          }}
        >
          <Icon name="x" size={16} /> Cancel
        </button>
      </div>
    </div>
  )
}

/** The panel when it is minimised. */
const Pill = () => {
  const { finalShare } = totals.value
  const text = headline(totals.value, isPaused.value)
  return (
    <button
      type="button"
      class="pill"
      onClick={() => {
        isMinimised.value = false
      }}
    >
      <svg class="ring" viewBox="0 0 36 36" aria-hidden="true">
        <circle class="ring-back" cx="18" cy="18" r="14" />
        <circle
          class="ring-value"
          cx="18"
          cy="18"
          r="14"
          stroke-dasharray="88"
          stroke-dashoffset={88 * (1 - finalShare)}
        />
      </svg>
      {text}
      <Icon name="chevron-up" size={16} />
    </button>
  )
}

const headline = (all: Totals, isStopped: boolean): string => {
  const { counts } = all
  const unsent = counts.waiting + counts.hashing + counts.uploading
  const done = counts.completed + counts.duplicate
  if (openCount(all) === 0)
    return counts.failed > 0
      ? `${formatCount(counts.failed, "photo")} failed, ${done.toLocaleString("en")} stored`
      : `${formatCount(done, "photo")} stored`
  if (unsent === 0)
    return `Processing ${(counts.uploaded + counts.processing).toLocaleString("en")} of ${formatCount(all.files, "photo")}`
  const sent = all.files - unsent
  return `${isStopped ? "Paused" : "Uploading"}: ${sent.toLocaleString("en")} of ${formatCount(all.files, "photo")} sent`
}

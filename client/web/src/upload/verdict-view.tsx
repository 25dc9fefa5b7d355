import { formatCount } from "../ui/format.ts"
import { Icon } from "../ui/icon.tsx"
import { Link } from "../ui/link.tsx"
import type { UploadRun } from "./upload-run.ts"

/** What the user may rely on after an upload. Appears only when the receipts support it. */
export const VerdictView = ({ run }: { run: UploadRun }) => {
  const verdict = run.verdict.value
  const [jobId] = run.result.value?.jobIds ?? []
  if (!verdict) return null
  const link = jobId && <Link href={`/uploads/${jobId}`}>Show the receipt</Link>
  switch (verdict.kind) {
    case "safe":
      return (
        <div class="verdict verdict-safe">
          <Icon name="shield-check" size={24} />
          <p>
            <strong>
              {verdict.count === 1
                ? "The photo is safely stored. You may delete the original."
                : `All ${formatCount(verdict.count, "photo")} are safely stored. You may delete the originals.`}
            </strong>
            {verdict.duplicates > 0 && ` ${verdict.duplicates} of them were already here.`} {link}
          </p>
        </div>
      )
    case "partial":
      return (
        <div class="verdict verdict-partial">
          <Icon name="triangle-alert" size={24} />
          <p>
            <strong>
              {formatCount(verdict.notStored.length, "photo")} {verdict.notStored.length === 1 ? "is" : "are"}{" "}
              not stored. Keep the originals.
            </strong>{" "}
            {verdict.stored !== null &&
              `${formatCount(verdict.stored, "photo")} ${verdict.stored === 1 ? "is" : "are"} safely stored. `}
            {link}
          </p>
        </div>
      )
    case "unknown":
      return (
        <div class="verdict">
          <Icon name="info" size={24} />
          <p>
            The upload is finished, but its receipt cannot be read yet. Keep the originals until it can.{" "}
            {link}
          </p>
        </div>
      )
  }
}

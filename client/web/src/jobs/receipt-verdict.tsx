import { formatCount } from "../ui/format.ts"
import { Icon } from "../ui/icon.tsx"
import type { ReceiptManifest } from "../upload/verdict.ts"

/** What a receipt says about the originals. */
export const ReceiptVerdict = ({ manifest: { isSafe, items, counts } }: { manifest: ReceiptManifest }) => {
  const missing = items.filter(({ isStored }) => !isStored).length
  return isSafe ? (
    <div class="verdict verdict-safe">
      <Icon name="shield-check" size={24} />
      <p>
        <strong>
          All {formatCount(items.length, "photo")} are safely stored. You may delete the originals.
        </strong>
      </p>
    </div>
  ) : (
    <div class="verdict verdict-partial">
      <Icon name="triangle-alert" size={24} />
      <p>
        <strong>
          {formatCount(missing, "photo")} {missing === 1 ? "is" : "are"} not stored. Keep the originals.
        </strong>
        {counts.deleted > 0 &&
          ` ${formatCount(counts.deleted, "photo")} of this upload ${counts.deleted === 1 ? "was" : "were"} deleted after it.`}
      </p>
    </div>
  )
}

import type { UploadFileState } from "rapid-photo-upload-sdk"

const radius = 14
const circumference = 2 * Math.PI * radius

/** Sent bytes as a ring; a second, thinner ring turns while the server processes the photo. */
export const ProgressRing = ({ file }: { file: UploadFileState }) => {
  const isProcessing = file.status === "uploaded" || file.status === "processing"
  const share = file.bytesTotal > 0 ? file.bytesSent / file.bytesTotal : 0
  return (
    <svg class={`ring ${isProcessing ? "ring-processing" : ""}`} viewBox="0 0 36 36" aria-hidden="true">
      <circle class="ring-back" cx="18" cy="18" r={radius} />
      <circle
        class="ring-value"
        cx="18"
        cy="18"
        r={radius}
        stroke-dasharray={circumference}
        stroke-dashoffset={isProcessing ? circumference * 0.75 : circumference * (1 - share)}
      />
    </svg>
  )
}

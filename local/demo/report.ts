import type { PhotoResponse } from "../../client/sdk/src/api/contract.ts"
import type { DemoOutcome, DemoSnapshot } from "./run-demo.ts"

/** Prints the job, the EXIF and thumbnails of one photo, every rejected or failed file, and the result as the last line. */
export const printReport = ({ snapshot, seconds, thumbnailFolder }: DemoOutcome): void => {
  const completed = snapshot.photos.filter(isCompleted)
  for (const { items, ...job } of snapshot.jobs)
    console.log(`\nJob ${job.jobId} (${items.length} photos):\n${JSON.stringify(job, null, 2)}`)
  const example = completed.find((photo) => photo.exifJson?.make) ?? completed[0]
  if (example) printPhoto(example, thumbnailFolder)
  for (const photo of snapshot.photos)
    if (photo.status === "FAILED" || photo.status === "REJECTED")
      console.log(`${photo.status} ${photo.filename}: ${photo.failureReason} – ${photo.failureDetail}`)
  console.log(resultLine(snapshot, completed.length, seconds))
}

const isCompleted = (photo: DemoSnapshot["photos"][number]): photo is PhotoResponse =>
  photo.status === "COMPLETED"

const printPhoto = (photo: PhotoResponse, thumbnailFolder: string): void => {
  console.log(`\nEXIF of ${photo.filename} (${photo.width} × ${photo.height}):`)
  console.log(JSON.stringify(photo.exifJson, null, 2))
  for (const { variant, width, height, bytes } of photo.thumbnails)
    console.log(`Thumbnail ${variant}: ${width} × ${height}, ${bytes} bytes`)
  console.log(`All thumbnails are saved in ${thumbnailFolder}\n`)
}

const resultLine = ({ jobs, photos }: DemoSnapshot, completed: number, seconds: number): string => {
  const result = `${completed} of ${photos.length} COMPLETED`
  const status = jobs.map((job) => job.status).join(", ") || "not created: every file was rejected"
  const errors = completed === photos.length ? "" : `, job ${status}`
  return `${result} in ${seconds.toFixed(1)} s from the start of the upload to the last completion${errors}`
}

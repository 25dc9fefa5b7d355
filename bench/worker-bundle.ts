import { maxWorkerGzipBytes, measureWorkerBundle } from "../local/worker-bundle.ts"

const kibibytes = (bytes: number) => (bytes / 1024).toFixed(1)

const { bytes, gzipBytes } = await measureWorkerBundle()
console.log("| Worker bundle | KiB |\n|---|---|")
console.log(`| minified | ${kibibytes(bytes)} |`)
console.log(`| minified, gzip | ${kibibytes(gzipBytes)} |`)
console.log(`| limit, gzip | ${kibibytes(maxWorkerGzipBytes)} |`)
if (gzipBytes > maxWorkerGzipBytes) process.exitCode = 1

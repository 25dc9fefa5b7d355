import { html, raw } from "hono/html"
import type { HtmlEscapedString } from "hono/utils/html"
import type { ReceiptManifest } from "./schema.ts"

// No other file and no script: a saved page looks the same, and the policy can forbid everything but this text.
const stylesheet = `
body { font: 15px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; margin: 2rem auto; max-width: 75rem; padding: 0 1rem }
h1 { font-size: 1.5rem; font-weight: 600; margin: 0 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem }
dt { font-weight: 600 }
dd { margin: 0; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100%; font-size: 13px }
caption { text-align: left; font-weight: 600; padding: .5rem 0 }
th, td { text-align: left; vertical-align: top; padding: .35rem .5rem; border-bottom: 1px solid #bbb; overflow-wrap: anywhere }
td.bytes { text-align: right; white-space: nowrap }
code { font: 12px/1.4 ui-monospace, monospace }
@media print { body { margin: 0; max-width: none } tr { break-inside: avoid } thead { display: table-header-group } }
`

/** The Content-Security-Policy of the page: its own stylesheet and nothing else. */
export const receiptPagePolicy = async (): Promise<string> => {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(stylesheet))
  const hash = btoa(String.fromCharCode(...new Uint8Array(digest)))
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
}

type Page = HtmlEscapedString | Promise<HtmlEscapedString>

/** A receipt as a page to print. Every value is escaped by `html`. */
export const receiptPage = (manifest: ReceiptManifest, manifestSha256: string): Page => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Receipt for upload job ${manifest.jobId}</title>
<style>${raw(stylesheet)}</style>
</head>
<body>
<main>
<h1>Upload receipt</h1>
<p><strong>${verdictOf(manifest)}</strong></p>
<dl>
<dt>Upload job</dt><dd>${manifest.jobId}</dd>
<dt>Status</dt><dd>${manifest.jobStatus}</dd>
<dt>Account</dt><dd>${manifest.userId}</dd>
<dt>Created</dt><dd>${manifest.createdAt}</dd>
<dt>Finished</dt><dd>${manifest.completedAt ?? "–"}</dd>
<dt>Issuer</dt><dd>${manifest.issuer}</dd>
<dt>SHA-256 of the manifest</dt><dd><code>${manifestSha256}</code></dd>
</dl>
<table>
<caption>Files</caption>
<thead>
<tr><th scope="col">File</th><th scope="col">Stored</th><th scope="col">Outcome</th><th scope="col">Bytes</th><th scope="col">SHA-256</th><th scope="col">Photo</th><th scope="col">Finished</th></tr>
</thead>
<tbody>
${manifest.items.map(rowOf)}
</tbody>
</table>
<p>This page is a copy for reading. The JSON form of the receipt has the signed manifest with the SHA-256 above.</p>
</main>
</body>
</html>
`

const rowOf = (item: ReceiptManifest["items"][number]): Page => html`<tr>
<td>${item.path === null ? "" : `${item.path}/`}${item.filename}</td>
<td>${item.isStored ? "yes" : "no"}</td>
<td>${outcomeOf(item)}</td>
<td class="bytes">${item.bytes}</td>
<td><code>${item.sha256 ?? "–"}</code></td>
<td><code>${item.photoId}</code></td>
<td>${item.completedAt ?? "–"}</td>
</tr>
`

const outcomeOf = ({ outcome, duplicateOf, reason, deletedAt }: ReceiptManifest["items"][number]): string =>
  [
    outcome,
    ...(duplicateOf === null ? [] : [`same content as ${duplicateOf}`]),
    ...(reason === null ? [] : [reason.code, reason.detail ?? ""]),
    ...(deletedAt === null ? [] : [`deleted ${deletedAt}`]),
  ]
    .filter((part) => part !== "")
    .join(", ")

/** Claims that all photos are stored only if the manifest does. */
const verdictOf = ({ isSafe, items }: ReceiptManifest): string => {
  if (isSafe)
    return items.length === 1
      ? "The photo is safely stored."
      : `All ${items.length} photos are safely stored.`
  const stored = items.filter(({ isStored }) => isStored).length
  return `${stored} of ${items.length} photos are safely stored. Keep the originals of the others.`
}

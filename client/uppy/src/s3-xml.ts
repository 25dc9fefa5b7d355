/**
 * S3's XML responses as `data:` URLs. @uppy/aws-s3 sends the requests that create, list, complete and abort a
 * multipart upload to S3 itself. Here the API has done that already, and the plugin only reads its result.
 */
const xmlUrl = (xml: string): string => `data:application/xml,${encodeURIComponent(xml)}`

const escaped = (text: string): string =>
  text.replace(/[&<>]/g, (character) => `&#${character.codePointAt(0)};`)

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html */
export const createdUrl = (uploadId: string): string =>
  xmlUrl(
    `<InitiateMultipartUploadResult><UploadId>${escaped(uploadId)}</UploadId></InitiateMultipartUploadResult>`,
  )

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html The ETags are placeholders: they return in the
 * request that completes the upload, which the API answers from its own list.
 */
export const storedPartsUrl = (partNumbers: readonly number[]): string => {
  const parts = partNumbers.map(
    (partNumber) => `<Part><PartNumber>${partNumber}</PartNumber><ETag>stored</ETag></Part>`,
  )
  return xmlUrl(`<ListPartsResult>${parts.join("")}</ListPartsResult>`)
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html */
export const completedUrl = (key: string): string =>
  xmlUrl(
    `<CompleteMultipartUploadResult><Location>${escaped(key)}</Location><Key>${escaped(key)}</Key></CompleteMultipartUploadResult>`,
  )

/** An empty response. */
export const emptyUrl = xmlUrl("<Empty/>")

import type { AwsS3Options } from "@uppy/aws-s3"
import type { Body, Meta } from "@uppy/core"
import type { ApiClient } from "rapid-photo-upload-sdk/api"
import type { PresignedUrls } from "./presigned-urls.ts"
import { repeating } from "./repeating.ts"
import { completedUrl, createdUrl, emptyUrl, storedPartsUrl } from "./s3-xml.ts"

/** `signRequest` of @uppy/aws-s3. Its package does not export the type. */
export type SignRequest = Extract<
  AwsS3Options<Meta, Body>,
  { signRequest: (...parameters: never[]) => unknown }
>["signRequest"]

/**
 * Returns the function that @uppy/aws-s3 calls before each of its requests to S3. PUTs get a presigned URL. The other
 * requests are sent to the API here, and @uppy/aws-s3 reads S3's response from a `data:` URL. A key is a photoId.
 */
export const signRequest =
  (api: ApiClient, urls: PresignedUrls, jobOf: (photoId: string) => string): SignRequest =>
  async (request) => {
    const { method, key: photoId } = request
    const uploadId = "uploadId" in request ? request.uploadId : null
    switch (method) {
      case "PUT":
        if ("partNumber" in request) return urls.part(photoId, request.partNumber)
        return (await urls.wholeFile(photoId, jobOf(photoId))) ?? { url: emptyUrl }
      case "POST": {
        if (uploadId === null) return { url: createdUrl((await urls.openMultipart(photoId)).uploadId) }
        await repeating(() => api.finalizeUpload(photoId))
        return { url: completedUrl(photoId) }
      }
      case "GET": {
        const { parts } = await urls.openMultipart(photoId)
        return { url: storedPartsUrl(parts.filter((part) => part.isStored).map((part) => part.partNumber)) }
      }
      case "DELETE":
        // The plugin cancels the photo when its file is removed, which aborts the multipart upload too.
        return { url: emptyUrl }
    }
  }

import type { AwsS3Options } from "@uppy/aws-s3"
import type { Body, Meta } from "@uppy/core"
import type { ApiClient } from "rapid-photo-upload-sdk/api"
import type { PresignedUrls } from "./presigned-urls.ts"
import { isProblem, repeating } from "./repeating.ts"
import { completedUrl, createdUrl, emptyUrl, storedPartsUrl } from "./s3-xml.ts"

/** `signRequest` of @uppy/aws-s3. Its package does not export the type. */
export type SignRequest = Extract<
  AwsS3Options<Meta, Body>,
  { signRequest: (...parameters: never[]) => unknown }
>["signRequest"]

/** What Uppy's files say about a photo. */
export type PhotoLookup = {
  jobOf: (photoId: string) => string
  partCountOf: (photoId: string) => number
}

/**
 * Returns the function that @uppy/aws-s3 calls before each of its requests to S3. PUTs get a presigned URL. The other
 * requests are sent to the API here, and @uppy/aws-s3 reads S3's response from a `data:` URL. A key is a photoId.
 */
export const signRequest = (
  api: ApiClient,
  urls: PresignedUrls,
  { jobOf, partCountOf }: PhotoLookup,
): SignRequest => {
  const storedParts = async (photoId: string): Promise<number[]> => {
    try {
      const { parts } = await urls.openMultipart(photoId)
      return parts.filter((part) => part.isStored).map((part) => part.partNumber)
    } catch (error) {
      if (!isProblem(error, "already-uploaded")) throw error
      // The upload was completed, and its response was lost in a reload. To complete it again has no effect.
      return Array.from({ length: partCountOf(photoId) }, (_, index) => index + 1)
    }
  }
  return async (request) => {
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
        return { url: storedPartsUrl(await storedParts(photoId)) }
      }
      case "DELETE":
        // The plugin cancels the photo when its file is removed, which aborts the multipart upload too.
        return { url: emptyUrl }
    }
  }
}

import AwsS3 from "@uppy/aws-s3"
import { BasePlugin, type Body, type Meta, type PluginOpts, type Uppy } from "@uppy/core"
import type { ApiClient } from "rapid-photo-upload-sdk/api"
import { awaitProcessing } from "./await-processing.ts"
import { type UploadConfirmations, uploadConfirmations } from "./confirm-uploads.ts"
import { declareFiles, type JobOptions, partBytes } from "./declare-files.ts"
import { type AnyMeta, existingFiles, failFile, type PhotoFile, type PhotoUppy } from "./photo-meta.ts"
import { type PresignedUrls, presignedUrls } from "./presigned-urls.ts"
import { type UploadRecovery, uploadRecovery } from "./recover-uploads.ts"
import { signRequest } from "./sign-request.ts"

export type RapidPhotoUploadOptions = PluginOpts &
  JobOptions & {
    /** A signed-in API client: `createApiClient(…)`, or `createClient(…).api`, which also refreshes its token. */
    api: ApiClient
    /** The largest number of files that are sent at once. Default 6. */
    limit?: number
  }

const texts = {
  declaring: "Preparing upload…",
  processing: "Processing…",
  notCompleted: "The server did not complete the photo.",
  fileMissing: "The file is no longer available. Select it again.",
}

/**
 * Uploads Uppy's files as photos. Installs @uppy/aws-s3 and connects it to the API.
 * @example
 * new Uppy().use(Dashboard, { inline: true, target: "#photos" }).use(RapidPhotoUpload, { api })
 */
export class RapidPhotoUpload<M extends Meta, B extends Body> extends BasePlugin<
  RapidPhotoUploadOptions,
  M,
  B
> {
  readonly #uppy: PhotoUppy
  readonly #urls: PresignedUrls
  readonly #confirmations: UploadConfirmations
  readonly #recovery: UploadRecovery

  constructor(uppy: Uppy<M, B>, options: RapidPhotoUploadOptions) {
    super(uppy, options)
    this.id = options.id ?? "RapidPhotoUpload"
    this.type = "modifier"
    this.defaultLocale = { strings: texts }
    this.i18nInit()
    // Its own fields of `meta` are optional, so that every Uppy has them.
    this.#uppy = uppy as unknown as PhotoUppy
    this.#urls = presignedUrls(options.api)
    this.#confirmations = uploadConfirmations(options.api)
    this.#recovery = uploadRecovery(this.#uppy, this.#urls)
  }

  override install(): void {
    const { api, limit } = this.opts
    this.#uppy.use(AwsS3<AnyMeta, Body>, {
      signRequest: signRequest(api, this.#urls, {
        jobOf: (photoId) => this.#fileOf(photoId)?.meta.jobId ?? "",
        partCountOf: (photoId) => Math.ceil((this.#fileOf(photoId)?.size ?? 0) / partBytes),
      }),
      generateObjectKey: ({ meta }) => meta.photoId ?? "",
      shouldUseMultipart: ({ meta }) => meta.isMultipart === true,
      getChunkSize: () => partBytes,
      allowedMetaFields: false,
      ...(limit !== undefined && { limit }),
    })
    this.#uppy.addPreProcessor(this.#declare)
    this.#uppy.addPostProcessor(this.#finish)
    this.#uppy.on("upload-error", this.#recovery.onError)
    this.#uppy.on("upload-success", this.#confirm)
    this.#uppy.on("file-removed", this.#cancel)
    this.#uppy.on("complete", this.#recovery.reset)
  }

  override uninstall(): void {
    this.#uppy.removePreProcessor(this.#declare)
    this.#uppy.removePostProcessor(this.#finish)
    this.#uppy.off("upload-error", this.#recovery.onError)
    this.#uppy.off("upload-success", this.#confirm)
    this.#uppy.off("file-removed", this.#cancel)
    this.#uppy.off("complete", this.#recovery.reset)
    const awsS3 = this.#uppy.getPlugin("AwsS3")
    if (awsS3) this.#uppy.removePlugin(awsS3)
  }

  readonly #declare = async (fileIds: string[]): Promise<void> => {
    const { api, importKeywords } = this.opts
    const files = existingFiles(this.#uppy, fileIds)
    const message = this.i18n("declaring")
    for (const file of files) this.#uppy.emit("preprocess-progress", file, { mode: "indeterminate", message })
    const options = importKeywords === undefined ? {} : { importKeywords }
    try {
      await declareFiles(this.#uppy, api, fileIds, options, this.#urls.add)
    } finally {
      for (const file of files) this.#uppy.emit("preprocess-complete", file)
    }
  }

  readonly #finish = async (fileIds: string[]): Promise<void> => {
    await this.#recovery.resend(fileIds)
    for (const file of existingFiles(this.#uppy, fileIds))
      if (!file.progress.uploadComplete && !file.error)
        // Uppy counts it as successful: https://uppy.io/docs/golden-retriever/ calls such files ghosts.
        failFile(this.#uppy, file, this.i18n("fileMissing"), {})
    await this.#confirmations.flush()
    await awaitProcessing(this.#uppy, this.opts.api, fileIds, {
      processing: this.i18n("processing"),
      notCompleted: this.i18n("notCompleted"),
    })
  }

  readonly #confirm = (file: PhotoFile | undefined): void => {
    const { photoId, jobId, isMultipart } = file?.meta ?? {}
    // A file in parts was confirmed when its upload was completed.
    if (photoId && jobId && !isMultipart) this.#confirmations.add(jobId, photoId)
  }

  /** Cancels the photo of a removed file. An uploaded photo stays: Uppy also removes files when its list is cleared. */
  readonly #cancel = ({ meta, progress }: PhotoFile): void => {
    if (meta.photoId && !progress.uploadComplete) this.opts.api.cancelPhoto(meta.photoId).catch(() => {})
  }

  readonly #fileOf = (photoId: string): PhotoFile | undefined =>
    this.#uppy.getFiles().find(({ meta }) => meta.photoId === photoId)
}

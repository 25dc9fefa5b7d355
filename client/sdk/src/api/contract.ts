import type { operations } from "./openapi.ts"

type Operation = keyof operations

/** The JSON body of an operation's success responses. */
type ResponseOf<Name extends Operation, Status extends number = 200> = operations[Name] extends {
  responses: { [S in Status]: { content: { "application/json": infer Body } } }
}
  ? Body
  : never

/** The JSON body of an operation's request. */
type RequestOf<Name extends Operation> = operations[Name] extends {
  requestBody?: { content: { "application/json": infer Body } }
}
  ? Body
  : never

export type RegisterRequest = RequestOf<"register">
export type RegisterResponse = ResponseOf<"register", 201>
export type TokenResponse = ResponseOf<"issueToken">
export type CreateUploadJobRequest = Omit<RequestOf<"createUploadJob">, "dryRun">
export type CreateUploadJobResponse = ResponseOf<"createUploadJob", 201>
/** What a create would do with each file. */
export type DryRunResponse = ResponseOf<"createUploadJob", 200>
/** A photo of a new job, with its presigned request where it waits for an upload. */
export type UploadItem = CreateUploadJobResponse["items"][number]
/** The hashes of parts; without them the parts are not verified one by one. */
export type OpenMultipartUploadRequest = RequestOf<"openMultipartUpload">
export type OpenMultipartUploadResponse = ResponseOf<"openMultipartUpload">
export type FinalizeUploadResponse = ResponseOf<"finalizeUpload">
export type FinalizeUploadJobRequest = RequestOf<"finalizeUploadJob">
export type FinalizeUploadJobResponse = ResponseOf<"finalizeUploadJob">
export type RenewUploadResponse = ResponseOf<"renewUpload">
/** Hashes that were not known when the job was created. */
export type RenewUploadJobRequest = RequestOf<"renewUploadJob">
export type RenewUploadJobResponse = ResponseOf<"renewUploadJob">
export type ReportProgressRequest = RequestOf<"reportProgress">
export type ReportProgressResponse = ResponseOf<"reportProgress", 202>
export type CancelPhotoResponse = ResponseOf<"cancelPhoto">
export type CancelUploadJobResponse = ResponseOf<"cancelUploadJob">
export type TagPhotoRequest = RequestOf<"tagPhoto">
export type PhotoTagsResponse = ResponseOf<"tagPhoto">
export type UploadJobSnapshot = ResponseOf<"getUploadJob">
export type ListUploadJobsResponse = ResponseOf<"listUploadJobs">
export type PhotoResponse = ResponseOf<"getPhoto">
export type ListPhotosResponse = ResponseOf<"listPhotos">
export type DownloadUrlResponse = ResponseOf<"getDownloadUrl">
export type PhotoTimelineResponse = ResponseOf<"getPhotoTimeline">
export type LiveTicketResponse = ResponseOf<"issueLiveTicket", 201>
export type RegisterWebhookRequest = RequestOf<"registerWebhook">
export type RegisterWebhookResponse = ResponseOf<"registerWebhook", 201>
export type RotateWebhookSecretResponse = ResponseOf<"rotateWebhookSecret">
export type ListWebhooksResponse = ResponseOf<"listWebhooks">
export type ListWebhookDeliveriesResponse = ResponseOf<"listWebhookDeliveries">
export type TagPhotosRequest = RequestOf<"tagPhotos">
export type TagPhotosResponse = ResponseOf<"tagPhotos">
export type DeletePhotosRequest = RequestOf<"deletePhotos">
export type DeletePhotosResponse = ResponseOf<"deletePhotos">
export type ReceiptResponse = ResponseOf<"getReceipt">
export type VerifyHashesRequest = RequestOf<"verifyHashes">
export type VerifyHashesResponse = ResponseOf<"verifyHashes">
export type AccountResponse = ResponseOf<"getAccount">
export type ListPhotoMonthsResponse = ResponseOf<"listPhotoMonths">

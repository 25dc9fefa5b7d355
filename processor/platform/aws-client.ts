import type { S3ClientConfig } from "@aws-sdk/client-s3"

// Three tries with growing pauses, and the caller's own retry after them.
const maxAttempts = 3
const connectTimeoutMs = 5_000
// A body that stops in the middle: no response of ours pauses for so long.
const idleSocketTimeoutMs = 60_000
const maxSockets = 64

export type AwsClientOptions = {
  region: string
  /** Absent: the service's own endpoint in the region. */
  endpoint?: string | undefined
  /** From the request to the head of its response. */
  requestTimeoutMs: number
}

/**
 * The configuration that the S3, SQS and EventBridge clients share. Credentials come from the SDK's default chain: the
 * environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN), a shared profile, web identity, or the
 * role of the ECS task.
 * https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/setting-credentials-node.html
 */
export const awsClientConfig = ({ region, endpoint, requestTimeoutMs }: AwsClientOptions) =>
  ({
    region,
    ...(endpoint !== undefined && { endpoint }),
    maxAttempts,
    requestHandler: {
      connectionTimeout: connectTimeoutMs,
      requestTimeout: requestTimeoutMs,
      // Without it the SDK only logs that the time is over and keeps waiting.
      throwOnRequestTimeout: true,
      socketTimeout: Math.max(idleSocketTimeoutMs, requestTimeoutMs),
      httpAgent: { keepAlive: true, maxSockets },
      httpsAgent: { keepAlive: true, maxSockets },
    },
  }) satisfies S3ClientConfig

/**
 * The S3 client's part: no CRC of its own beside the hashes that we check, and the bucket in the path where the endpoint
 * is not AWS, since other servers rarely resolve a host name for each bucket.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-dataintegrity.html
 */
export const s3ClientConfig = (options: AwsClientOptions) =>
  ({
    ...awsClientConfig(options),
    forcePathStyle: options.endpoint !== undefined && !isAwsHost(new URL(options.endpoint).hostname),
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  }) satisfies S3ClientConfig

const isAwsHost = (hostname: string): boolean => /\.amazonaws\.com(\.cn)?$/.test(hostname)

import type { S3ClientConfig } from "@aws-sdk/client-s3"

// Three attempts with increasing pauses. Callers retry again later.
const maxAttempts = 3
const connectTimeoutMs = 5_000
// For a body that stops in the middle: no regular response pauses this long.
const idleSocketTimeoutMs = 60_000
const maxSockets = 64

export type AwsClientOptions = {
  region: string
  /** Default: the endpoint of the service in the region. */
  endpoint?: string | undefined
  /** Time limit from the request to the response headers. */
  requestTimeoutMs: number
}

/**
 * The common configuration of the S3, SQS and EventBridge clients. Credentials come from the SDK's default chain: the
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
      // Without it the SDK only logs the timeout and keeps waiting.
      throwOnRequestTimeout: true,
      socketTimeout: Math.max(idleSocketTimeoutMs, requestTimeoutMs),
      httpAgent: { keepAlive: true, maxSockets },
      httpsAgent: { keepAlive: true, maxSockets },
    },
  }) satisfies S3ClientConfig

/**
 * Adds the options of the S3 client: no CRC checksums, because the processor verifies SHA-256 and ETag, and the bucket in
 * the path for endpoints outside AWS, which rarely resolve a host name per bucket.
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

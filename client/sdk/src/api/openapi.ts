// Generated from docs/openapi.json by openapi-typescript: run `npm run docs`.
export interface paths {
    "/auth/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create an account */
        post: operations["register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Issue an access token and a refresh token
         * @description Send email and password as HTTP Basic credentials.
         */
        post: operations["issueToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refresh an access token
         * @description Returns a new access token and the next refresh token. A refresh token can be used once: using it again revokes every token of the same sign-in.
         */
        post: operations["refreshToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign out
         * @description Revokes the refresh token and every token of the same sign-in. Access tokens remain valid until they expire.
         */
        post: operations["revokeToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Open a session of a web page
         * @description Send email and password as HTTP Basic credentials. Returns an access token, and sets the refresh token as a cookie that scripts cannot read. For pages of this origin.
         */
        post: operations["openSession"];
        /**
         * Close the session of a web page
         * @description Revokes every refresh token of the sign-in and deletes the cookie. Access tokens remain valid until they expire. For pages of this origin.
         */
        delete: operations["closeSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/session/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refresh the access token of a session
         * @description Reads the refresh token from the cookie and replaces it. For pages of this origin.
         */
        post: operations["refreshSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the public keys that verify access tokens and receipts */
        get: operations["publishJwks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/live-ticket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a ticket for a live channel
         * @description The ticket opens one live channel without an access token. It can be used once, within 30 s. Use it in browsers, whose EventSource and WebSocket cannot send an `Authorization` header.
         */
        post: operations["issueLiveTicket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/commands/upload-jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create an upload job
         * @description Returns a presigned request (method, URL and headers) for each declared file. If one file is invalid, no job is created. A file whose `sha256` is that of a stored photo of the caller, or of an earlier file of the request, becomes a photo with the status `DUPLICATE`: it has no URL and uses no quota. With `dryRun` it only checks the files: it returns a result for each and creates nothing.
         */
        post: operations["createUploadJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/commands/upload/progress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report upload progress
         * @description Best effort: a report may be dropped. The next report replaces it.
         */
        post: operations["reportProgress"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/commands/upload/{photoId}/multipart": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Open or resume a multipart upload
         * @description For photos that are larger than `partSize`. Returns a presigned URL for each part, and whether S3 already has the part. With `parts` the upload has a SHA-256 for every part, which S3 verifies: the response has the URLs of these parts and of the stored ones. Hash the file in steps and send the hashes in batches, in any order. The first call decides whether the upload has part checksums.
         */
        post: operations["openMultipartUpload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/commands/upload/{photoId}/finalize": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm the upload of a photo
         * @description Idempotent; has the same effect as the S3 event. If the photo is uploaded in parts, it first completes the multipart upload. Confirm many photos with one call of `POST /commands/upload-jobs/{jobId}/finalize`.
         */
        post: operations["finalizeUpload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/commands/upload-jobs/{jobId}/finalize": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm the uploads of a job
         * @description Changes every photo whose file is in S3 to PROCESSING: all photos that are not uploaded yet, or those in `photoIds`. Idempotent; has the same effect as the S3 events. If `storageEvents` is true, call it only for photos whose status has not changed a few seconds after their upload. Finalize each photo that is uploaded in parts with `POST /commands/upload/{photoId}/finalize`.
         */
        post: operations["finalizeUploadJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/commands/upload/{photoId}/renew": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Renew the presigned URL of a photo
         * @description Returns a new presigned URL for a photo that is not uploaded yet.
         */
        post: operations["renewUpload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/commands/upload-jobs/{jobId}/renew": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Renew the presigned URLs of a job
         * @description Returns new presigned URLs: without a body for every photo of the job that is not uploaded yet, with an array for the photos in it. A photo with a `sha256` gets a URL that accepts only content with that hash, or becomes a `DUPLICATE` of the photo that has the same bytes. Use it for hashes that were not known when the job was created.
         */
        post: operations["renewUploadJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/commands/upload-jobs/{jobId}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel an upload job
         * @description Cancels every photo of the job whose status is not final. COMPLETED and FAILED photos are kept.
         */
        post: operations["cancelUploadJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/commands/photos/{photoId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a photo
         * @description Deletes a photo whose status is COMPLETED or FAILED. In any other status it cancels the upload.
         */
        delete: operations["cancelPhoto"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/commands/photos/{photoId}/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Add tags to a photo */
        post: operations["tagPhoto"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/commands/photos/{photoId}/tags/{label}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a tag from a photo */
        delete: operations["untagPhoto"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/commands/photos/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add tags to many photos, or remove them
         * @description Changes the tags of up to 500 photos. A photo that cannot have more tags, or that the account does not have, is reported and does not prevent the others from being changed.
         */
        post: operations["tagPhotos"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/commands/photos/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Delete many photos
         * @description Does for up to 500 photos what `DELETE /commands/photos/{photoId}` does for one. Photos that the account does not have are reported and do not prevent the others from being deleted.
         */
        post: operations["deletePhotos"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/commands/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Register a webhook
         * @description Sends events to the URL as CloudEvents, signed according to [Standard Webhooks](https://www.standardwebhooks.com). docs/events.md lists the events.
         */
        post: operations["registerWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/commands/webhooks/{endpointId}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate the secret of a webhook
         * @description Deliveries are signed with the new and the previous secret until `previousSecretExpiresAt`.
         */
        post: operations["rotateWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/commands/webhooks/{endpointId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a webhook */
        delete: operations["deleteWebhook"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/queries/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow all upload jobs live
         * @description Opens a live channel: server-sent events, or a WebSocket if the request has `Upgrade: websocket`. With `Last-Event-ID` (or `lastEventId` in the query) the channel resumes after that message. Browsers cannot set the `Authorization` header here: send a `ticket` from `POST /auth/live-ticket` in the query.
         */
        get: operations["watchEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/queries/upload-jobs/{jobId}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow an upload job live
         * @description Opens a live channel: server-sent events, or a WebSocket if the request has `Upgrade: websocket`. With `Last-Event-ID` (or `lastEventId` in the query) the channel resumes after that message. Browsers cannot set the `Authorization` header here: send a `ticket` from `POST /auth/live-ticket` in the query.
         */
        get: operations["watchUploadJob"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/internal/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Receive a batch of events from the relay
         * @description Only the relay calls it. Accepts a CloudEvents batch that is signed according to Standard Webhooks. An empty batch checks that the edge is available.
         */
        post: operations["receiveEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/queries/upload-jobs/{jobId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an upload job
         * @description Poll this operation to follow a job. Wait `pollAfterMs` between requests, send `If-None-Match`, and stop when `terminal` is true.
         */
        get: operations["getUploadJob"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/queries/upload-jobs/{jobId}/receipt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the receipt of an upload job
         * @description States for each file whether its bytes are stored, signed with a key of `/.well-known/jwks.json`. `isSafe` is true if the bytes of every file are stored. The CSV and HTML representations contain the SHA-256 of the signed manifest.
         */
        get: operations["getReceipt"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/queries/upload-jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List upload jobs */
        get: operations["listUploadJobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/queries/photos/months": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count photos per month
         * @description Returns the months of the photos that `GET /queries/photos` lists with the same filters, in the order of `sort=taken`.
         */
        get: operations["listPhotoMonths"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/queries/photos/{photoId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a photo */
        get: operations["getPhoto"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/queries/photos": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List and search photos
         * @description Returns the caller's photos, newest upload or newest capture first. A photo is returned if it matches all given filters.
         */
        get: operations["listPhotos"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/queries/photos/{photoId}/download-url": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a download URL
         * @description Returns a presigned URL of the original or of a thumbnail.
         */
        get: operations["getDownloadUrl"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/queries/photos/{photoId}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the timeline of a photo */
        get: operations["getPhotoTimeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/queries/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Check which files are stored
         * @description Takes the SHA-256 of up to 1,000 files. A file is stored if a COMPLETED photo of the account that is not deleted has the same SHA-256, computed from the stored bytes.
         */
        post: operations["verifyHashes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/queries/account": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the account
         * @description Returns the storage quota and how much of it is used. Uploads that are declared but not finished count.
         */
        get: operations["getAccount"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/queries/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List webhooks */
        get: operations["listWebhooks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/queries/webhooks/{endpointId}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the deliveries of a webhook */
        get: operations["listWebhookDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description An RFC 9457 problem document. docs/problems.md lists every type. */
        Problem: {
            /**
             * Format: uri
             * @description Stable identifier of the problem.
             */
            type: string;
            /** @description Short summary, the same for every occurrence of the type. */
            title: string;
            status: number;
            /** @description What happened and what to do about it. */
            detail: string;
            errors?: components["schemas"]["FieldError"][];
            /** @description Identifies the request in the logs. Include it when you report a problem. */
            traceId: string;
        };
        /** @description One invalid field. */
        FieldError: {
            /** @description JSON pointer (RFC 6901) to the field, as a URI fragment. */
            pointer: string;
            /** @description Machine-readable reason. */
            code: string;
            /** @description Human-readable reason. */
            detail: string;
        };
        RegisterRequest: {
            /**
             * Format: email
             * @description Email address of the account.
             */
            email: string;
            /** @description Password of the account. */
            password: string;
        };
        RegisterResponse: {
            /** @description Id of the account. */
            userId: string;
            /** @description Email address of the account. */
            email: string;
        };
        IssueTokenResponse: {
            /** @description JWT for the `Authorization` header. */
            access_token: string;
            /**
             * @description Always `Bearer`.
             * @constant
             */
            token_type: "Bearer";
            /** @description Lifetime in seconds. */
            expires_in: number;
            /** @description Token for `POST /auth/refresh`. Can be used once. */
            refresh_token: string;
            /** @description Granted scopes, separated by spaces. */
            scope: string;
        };
        RefreshTokenRequest: {
            /** @description Token for `POST /auth/refresh`. Can be used once. */
            refresh_token: string;
        };
        RefreshTokenResponse: {
            /** @description JWT for the `Authorization` header. */
            access_token: string;
            /**
             * @description Always `Bearer`.
             * @constant
             */
            token_type: "Bearer";
            /** @description Lifetime in seconds. */
            expires_in: number;
            /** @description Token for `POST /auth/refresh`. Can be used once. */
            refresh_token: string;
            /** @description Granted scopes, separated by spaces. */
            scope: string;
        };
        RevokeTokenRequest: {
            /** @description Token for `POST /auth/refresh`. Can be used once. */
            refresh_token: string;
        };
        OpenSessionResponse: {
            /** @description JWT for the `Authorization` header. */
            access_token: string;
            /**
             * @description Always `Bearer`.
             * @constant
             */
            token_type: "Bearer";
            /** @description Lifetime in seconds. */
            expires_in: number;
            /** @description Granted scopes, separated by spaces. */
            scope: string;
        };
        RefreshSessionResponse: {
            /** @description JWT for the `Authorization` header. */
            access_token: string;
            /**
             * @description Always `Bearer`.
             * @constant
             */
            token_type: "Bearer";
            /** @description Lifetime in seconds. */
            expires_in: number;
            /** @description Granted scopes, separated by spaces. */
            scope: string;
        };
        IssueLiveTicketResponse: {
            /** @description Value of the query parameter `ticket`. */
            ticket: string;
            /**
             * Format: date-time
             * @description When it expires.
             */
            expiresAt: string;
        };
        CreateUploadJobRequest: {
            /** @description The files of the batch. */
            files: {
                /** @description Name of the file on the device. */
                filename: string;
                /** @description Media type of the photo, e.g. `image/jpeg`. Aliases such as `image/jpg` are normalized. May be empty if the filename has a photo's extension. */
                mimeType: string;
                /** @description Size in bytes. */
                bytes: number;
                /** @description SHA-256 of the file in hex. S3 rejects other content. */
                sha256?: string;
                /** @description Folder of the file, relative to the chosen folder. Null if there is none. */
                path?: string;
            }[];
            /**
             * @description How the files are uploaded. Only `s3-presigned` is supported: the client sends each file to S3 with a presigned URL.
             * @default s3-presigned
             * @constant
             */
            strategy?: "s3-presigned";
            /**
             * @description Size of each part except the last, in bytes. Larger files are uploaded in parts.
             * @default 8388608
             */
            partSize?: number;
            /**
             * @description How to upload the photo in parts. Null if one PUT uploads it.
             * @default true
             */
            multipart?: boolean;
            /**
             * @description Whether files are uploaded although the account already has their content.
             * @default false
             */
            allowDuplicates?: boolean;
            /**
             * @description Whether keywords in the files (XMP, IPTC) become tags of the photos.
             * @default false
             */
            importKeywords?: boolean;
            /**
             * @description Validates the files without creating a job.
             * @default false
             */
            dryRun?: boolean;
        };
        DryRunResponse: {
            /**
             * @description Validates the files without creating a job.
             * @constant
             */
            dryRun: true;
            /** @description Whether the files fit into the account's storage quota. */
            isWithinQuota: boolean;
            /** @description Items of the list. */
            items: {
                /** @description Name of the file on the device. */
                filename: string;
                /**
                 * @description Whether the file would be accepted, rejected, or is a duplicate of a photo of the account.
                 * @enum {string}
                 */
                result: "accepted" | "rejected" | "duplicate";
                /** @description A photo of the account with the same content, or null. */
                duplicateOf: string | null;
                /** @description Why the file is rejected. Null otherwise. */
                reason: {
                    /** @description Machine-readable reason. */
                    code: string;
                    /** @description Human-readable reason. */
                    detail: string;
                } | null;
            }[];
        };
        CreateUploadJobResponse: {
            /** @description Id of the upload job. */
            jobId: string;
            /** @description Items of the list. */
            items: ({
                /** @description Id of the photo. */
                photoId: string;
                /**
                 * @description Current status.
                 * @enum {string}
                 */
                status: "QUEUED" | "UPLOADING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED" | "DUPLICATE";
                /**
                 * @description HTTP method of the upload.
                 * @constant
                 */
                method: "PUT";
                /** @description A photo of the account with the same content, or null. */
                duplicateOf: string | null;
                /**
                 * Format: uri
                 * @description URL of the upload.
                 */
                presignedUrl: string;
                /** @description Headers that the upload must have, with exactly these values. */
                headers: {
                    [key: string]: string;
                };
                /**
                 * Format: date-time
                 * @description When it expires.
                 */
                expiresAt: string;
                /** @description How to upload the photo in parts. Null if one PUT uploads it. */
                multipart: null;
            } | {
                /** @description Id of the photo. */
                photoId: string;
                /**
                 * @description Current status.
                 * @enum {string}
                 */
                status: "QUEUED" | "UPLOADING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED" | "DUPLICATE";
                /**
                 * @description HTTP method of the upload.
                 * @constant
                 */
                method: "PUT";
                /** @description A photo of the account with the same content, or null. */
                duplicateOf: string | null;
                /** @description URL of the upload. */
                presignedUrl: null;
                /** @description Headers that the upload must have, with exactly these values. */
                headers: {
                    [key: string]: string;
                };
                /** @description When it expires. */
                expiresAt: null;
                /** @description How to upload the photo in parts. Null if one PUT uploads it. */
                multipart: {
                    /** @description Size of each part except the last, in bytes. Larger files are uploaded in parts. */
                    partSize: number;
                    /** @description Number of parts. */
                    partCount: number;
                    /** @description Id of the multipart upload in S3. Null until it is opened. */
                    uploadId: string | null;
                };
            } | {
                /** @description Id of the photo. */
                photoId: string;
                /**
                 * @description Current status.
                 * @enum {string}
                 */
                status: "QUEUED" | "UPLOADING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED" | "DUPLICATE";
                /**
                 * @description HTTP method of the upload.
                 * @constant
                 */
                method: "PUT";
                /** @description A photo of the account with the same content, or null. */
                duplicateOf: string | null;
                /** @description URL of the upload. */
                presignedUrl: null;
                /** @description Headers that the upload must have, with exactly these values. */
                headers: {
                    [key: string]: string;
                };
                /** @description When it expires. */
                expiresAt: null;
                /** @description How to upload the photo in parts. Null if one PUT uploads it. */
                multipart: null;
            })[];
            /** @description Whether S3 events confirm the uploads. If false, finalize every upload. */
            storageEvents: boolean;
        };
        ReportProgressRequest: {
            /** @description Id of the photo. */
            photoId: string;
            /** @description Bytes uploaded so far. Never decreases. */
            bytesSent: number;
            /** @description Size of the file in bytes. */
            bytesTotal: number;
        } | {
            /** @description Reports for many photos. Use either `items` or `photoId`, `bytesSent` and `bytesTotal`. */
            items: {
                /** @description Id of the photo. */
                photoId: string;
                /** @description Bytes uploaded so far. Never decreases. */
                bytesSent: number;
                /** @description Size of the file in bytes. */
                bytesTotal: number;
            }[];
        };
        ReportProgressResponse: {
            /** @description Number of accepted reports. */
            accepted: number;
        };
        OpenMultipartUploadRequest: {
            /** @description The parts, in order. */
            parts?: {
                /** @description Number of the part, from 1. */
                partNumber: number;
                /** @description SHA-256 of the file in hex. S3 rejects other content. */
                sha256: string;
            }[];
        };
        OpenMultipartUploadResponse: {
            /** @description Id of the photo. */
            photoId: string;
            /** @description Id of the multipart upload in S3. Null until it is opened. */
            uploadId: string;
            /** @description Size of each part except the last, in bytes. Larger files are uploaded in parts. */
            partSize: number;
            /** @description Number of parts. */
            partCount: number;
            /**
             * Format: date-time
             * @description When it expires.
             */
            expiresAt: string;
            /** @description The parts, in order. */
            parts: {
                /** @description Number of the part, from 1. */
                partNumber: number;
                /** @description Size in bytes. */
                bytes: number;
                /**
                 * @description HTTP method of the upload.
                 * @constant
                 */
                method: "PUT";
                /**
                 * Format: uri
                 * @description URL of the upload.
                 */
                presignedUrl: string;
                /** @description Headers that the upload must have, with exactly these values. */
                headers: {
                    [key: string]: string;
                };
                /** @description Whether S3 already has the part. */
                isStored: boolean;
            }[];
        };
        FinalizeUploadResponse: {
            /** @description Id of the photo. */
            photoId: string;
            /**
             * @description Current status.
             * @enum {string}
             */
            status: "QUEUED" | "UPLOADING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED" | "DUPLICATE";
        };
        FinalizeUploadJobRequest: {
            /** @description Photos to finalize. Default: all photos that are not uploaded yet. */
            photoIds?: string[];
        };
        FinalizeUploadJobResponse: {
            /** @description Id of the upload job. */
            jobId: string;
            /** @description Items of the list. */
            items: {
                /** @description Id of the photo. */
                photoId: string;
                /**
                 * @description Result of the call for the photo.
                 * @enum {string}
                 */
                outcome: "finalized" | "unchanged" | "object_missing" | "multipart" | "not_found";
                /** @description Current status. */
                status: ("QUEUED" | "UPLOADING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED" | "DUPLICATE") | null;
            }[];
        };
        RenewUploadResponse: {
            /** @description Id of the photo. */
            photoId: string;
            /**
             * @description Current status.
             * @enum {string}
             */
            status: "QUEUED" | "UPLOADING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED" | "DUPLICATE";
            /**
             * @description HTTP method of the upload.
             * @constant
             */
            method: "PUT";
            /** @description A photo of the account with the same content, or null. */
            duplicateOf: string | null;
            /**
             * Format: uri
             * @description URL of the upload.
             */
            presignedUrl: string;
            /** @description Headers that the upload must have, with exactly these values. */
            headers: {
                [key: string]: string;
            };
            /**
             * Format: date-time
             * @description When it expires.
             */
            expiresAt: string;
            /** @description How to upload the photo in parts. Null if one PUT uploads it. */
            multipart: null;
        } | {
            /** @description Id of the photo. */
            photoId: string;
            /**
             * @description Current status.
             * @enum {string}
             */
            status: "QUEUED" | "UPLOADING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED" | "DUPLICATE";
            /**
             * @description HTTP method of the upload.
             * @constant
             */
            method: "PUT";
            /** @description A photo of the account with the same content, or null. */
            duplicateOf: string | null;
            /** @description URL of the upload. */
            presignedUrl: null;
            /** @description Headers that the upload must have, with exactly these values. */
            headers: {
                [key: string]: string;
            };
            /** @description When it expires. */
            expiresAt: null;
            /** @description How to upload the photo in parts. Null if one PUT uploads it. */
            multipart: {
                /** @description Size of each part except the last, in bytes. Larger files are uploaded in parts. */
                partSize: number;
                /** @description Number of parts. */
                partCount: number;
                /** @description Id of the multipart upload in S3. Null until it is opened. */
                uploadId: string | null;
            };
        };
        RenewUploadJobRequest: {
            /** @description Id of the photo. */
            photoId: string;
            /** @description SHA-256 of the file in hex. S3 rejects other content. */
            sha256?: string;
        }[] | Record<string, never>;
        RenewUploadJobResponse: {
            /** @description Id of the upload job. */
            jobId: string;
            /** @description Items of the list. */
            items: ({
                /** @description Id of the photo. */
                photoId: string;
                /**
                 * @description Current status.
                 * @enum {string}
                 */
                status: "QUEUED" | "UPLOADING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED" | "DUPLICATE";
                /**
                 * @description HTTP method of the upload.
                 * @constant
                 */
                method: "PUT";
                /** @description A photo of the account with the same content, or null. */
                duplicateOf: string | null;
                /**
                 * Format: uri
                 * @description URL of the upload.
                 */
                presignedUrl: string;
                /** @description Headers that the upload must have, with exactly these values. */
                headers: {
                    [key: string]: string;
                };
                /**
                 * Format: date-time
                 * @description When it expires.
                 */
                expiresAt: string;
                /** @description How to upload the photo in parts. Null if one PUT uploads it. */
                multipart: null;
            } | {
                /** @description Id of the photo. */
                photoId: string;
                /**
                 * @description Current status.
                 * @enum {string}
                 */
                status: "QUEUED" | "UPLOADING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED" | "DUPLICATE";
                /**
                 * @description HTTP method of the upload.
                 * @constant
                 */
                method: "PUT";
                /** @description A photo of the account with the same content, or null. */
                duplicateOf: string | null;
                /** @description URL of the upload. */
                presignedUrl: null;
                /** @description Headers that the upload must have, with exactly these values. */
                headers: {
                    [key: string]: string;
                };
                /** @description When it expires. */
                expiresAt: null;
                /** @description How to upload the photo in parts. Null if one PUT uploads it. */
                multipart: {
                    /** @description Size of each part except the last, in bytes. Larger files are uploaded in parts. */
                    partSize: number;
                    /** @description Number of parts. */
                    partCount: number;
                    /** @description Id of the multipart upload in S3. Null until it is opened. */
                    uploadId: string | null;
                };
            } | {
                /** @description Id of the photo. */
                photoId: string;
                /**
                 * @description Current status.
                 * @enum {string}
                 */
                status: "QUEUED" | "UPLOADING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED" | "DUPLICATE";
                /**
                 * @description HTTP method of the upload.
                 * @constant
                 */
                method: "PUT";
                /** @description A photo of the account with the same content, or null. */
                duplicateOf: string | null;
                /** @description URL of the upload. */
                presignedUrl: null;
                /** @description Headers that the upload must have, with exactly these values. */
                headers: {
                    [key: string]: string;
                };
                /** @description When it expires. */
                expiresAt: null;
                /** @description How to upload the photo in parts. Null if one PUT uploads it. */
                multipart: null;
            })[];
        };
        CancelUploadJobResponse: {
            /** @description Id of the upload job. */
            jobId: string;
            /**
             * @description Current status.
             * @enum {string}
             */
            status: "QUEUED" | "IN_PROGRESS" | "COMPLETED" | "COMPLETED_WITH_ERRORS" | "FAILED" | "CANCELLED";
            /** @description Photos that this call cancelled. */
            cancelledPhotoIds: string[];
        };
        CancelPhotoResponse: {
            /** @description Id of the photo. */
            photoId: string;
            /**
             * @description Current status.
             * @enum {string}
             */
            status: "QUEUED" | "UPLOADING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED" | "DUPLICATE";
            /** @description True if the photo was deleted, false if its upload was cancelled. */
            isDeleted: boolean;
        };
        TagPhotoRequest: {
            /** @description Tags to add. */
            labels: string[];
        };
        TagPhotoResponse: {
            /** @description Id of the photo. */
            photoId: string;
            /** @description All tags of the photo. */
            tags: string[];
        };
        UntagPhotoResponse: {
            /** @description Id of the photo. */
            photoId: string;
            /** @description All tags of the photo. */
            tags: string[];
        };
        TagPhotosRequest: {
            /** @description Photos whose tags change. */
            photoIds: string[];
            /** @description Tags to add. */
            add?: string[];
            /** @description Tags to remove. */
            remove?: string[];
        };
        TagPhotosResponse: {
            /** @description Items of the list. */
            items: {
                /** @description Id of the photo. */
                photoId: string;
                /**
                 * @description Result of the call for the photo.
                 * @enum {string}
                 */
                outcome: "tagged" | "unchanged" | "too_many_tags" | "not_found";
                /** @description All tags of the photo. Null if the account has no such photo. */
                tags: string[] | null;
            }[];
        };
        DeletePhotosRequest: {
            /** @description Photos to delete. */
            photoIds: string[];
        };
        DeletePhotosResponse: {
            /** @description Items of the list. */
            items: {
                /** @description Id of the photo. */
                photoId: string;
                /**
                 * @description Result of the call for the photo.
                 * @enum {string}
                 */
                outcome: "deleted" | "cancelled" | "unchanged" | "not_found";
                /** @description Current status. Null if the account has no such photo. */
                status: ("QUEUED" | "UPLOADING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED" | "DUPLICATE") | null;
                /** @description True if the photo was deleted, false if its upload was cancelled. */
                isDeleted: boolean;
            }[];
        };
        RegisterWebhookRequest: {
            /**
             * Format: uri
             * @description HTTPS URL that receives the events.
             */
            url: string;
            /** @description Event types to send. Null or absent: all types. */
            eventTypes?: ("UploadJobCreated" | "PhotoQueued" | "PhotoUploadStarted" | "PhotoUploadCompleted" | "PhotoProcessingCompleted" | "PhotoFailed" | "PhotoCancelled" | "PhotoDuplicateFound" | "PhotoRequeued" | "PhotoDeleted" | "PhotoReprocessing" | "UploadJobReopened" | "UploadJobCompleted")[];
        };
        RegisterWebhookResponse: {
            /** @description Id of the webhook. */
            endpointId: string;
            /** @description HTTPS URL that receives the events. */
            url: string;
            /** @description Event types to send. Null or absent: all types. */
            eventTypes: ("UploadJobCreated" | "PhotoQueued" | "PhotoUploadStarted" | "PhotoUploadCompleted" | "PhotoProcessingCompleted" | "PhotoFailed" | "PhotoCancelled" | "PhotoDuplicateFound" | "PhotoRequeued" | "PhotoDeleted" | "PhotoReprocessing" | "UploadJobReopened" | "UploadJobCompleted")[] | null;
            /** @description Secret that signs the deliveries. */
            secret: string;
        };
        RotateWebhookSecretResponse: {
            /** @description Id of the webhook. */
            endpointId: string;
            /** @description Secret that signs the deliveries. */
            secret: string;
            /**
             * Format: date-time
             * @description Until this time deliveries are also signed with the previous secret.
             */
            previousSecretExpiresAt: string;
        };
        WatchEventsResponse200: {
            /**
             * @description Kind of the message or event.
             * @constant
             */
            type: "snapshot";
            /** @description Id of the upload job. */
            jobId: string;
            /** @description The job after the change. */
            job: {
                /** @description Id of the upload job. */
                jobId: string;
                /**
                 * @description Current status.
                 * @enum {string}
                 */
                status: "QUEUED" | "IN_PROGRESS" | "COMPLETED" | "COMPLETED_WITH_ERRORS" | "FAILED" | "CANCELLED";
                /** @description Whether every photo of the job has a final status. */
                terminal: boolean;
                /** @description Progress in percent. */
                progress: number;
                /** @description Photos in the job. */
                totalCount: number;
                /** @description Photos that are COMPLETED. */
                completedCount: number;
                /** @description Photos that are FAILED. */
                failedCount: number;
                /** @description Photos that were cancelled. */
                cancelledCount: number;
                /** @description Photos that are not uploaded, because another photo has the same bytes. */
                duplicateCount: number;
                /** @description Bytes of all files together. */
                bytesTotal: number;
                /** @description Bytes uploaded so far. Never decreases. */
                bytesSent: number;
            };
            /** @description The photos of the job. */
            photos: {
                /** @description Id of the photo. */
                photoId: string;
                /**
                 * @description Current status.
                 * @enum {string}
                 */
                status: "QUEUED" | "UPLOADING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED" | "DUPLICATE";
                /** @description Progress in percent. */
                progress: number;
                /** @description Why the photo is FAILED. Null otherwise. */
                failureReason: ("UNSUPPORTED_TYPE" | "TYPE_MISMATCH" | "CORRUPT" | "TOO_LARGE" | "DIMENSIONS_EXCEEDED" | "SIZE_MISMATCH" | "CHECKSUM_MISMATCH" | "INFECTED" | "EXPIRED" | "PROCESSING_ERROR") | null;
            }[];
        } | {
            /**
             * @description Kind of the message or event.
             * @constant
             */
            type: "photo";
            /** @description Id of the upload job. */
            jobId: string;
            /** @description The job after the change. */
            job: {
                /** @description Id of the upload job. */
                jobId: string;
                /**
                 * @description Current status.
                 * @enum {string}
                 */
                status: "QUEUED" | "IN_PROGRESS" | "COMPLETED" | "COMPLETED_WITH_ERRORS" | "FAILED" | "CANCELLED";
                /** @description Whether every photo of the job has a final status. */
                terminal: boolean;
                /** @description Progress in percent. */
                progress: number;
                /** @description Photos in the job. */
                totalCount: number;
                /** @description Photos that are COMPLETED. */
                completedCount: number;
                /** @description Photos that are FAILED. */
                failedCount: number;
                /** @description Photos that were cancelled. */
                cancelledCount: number;
                /** @description Photos that are not uploaded, because another photo has the same bytes. */
                duplicateCount: number;
                /** @description Bytes of all files together. */
                bytesTotal: number;
                /** @description Bytes uploaded so far. Never decreases. */
                bytesSent: number;
            };
            /** @description Id of the photo. */
            photoId: string;
            /**
             * @description Current status.
             * @enum {string}
             */
            status: "QUEUED" | "UPLOADING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED" | "DUPLICATE";
            /** @description Progress in percent. */
            progress: number;
            /** @description Why the photo is FAILED. Null otherwise. */
            failureReason: ("UNSUPPORTED_TYPE" | "TYPE_MISMATCH" | "CORRUPT" | "TOO_LARGE" | "DIMENSIONS_EXCEEDED" | "SIZE_MISMATCH" | "CHECKSUM_MISMATCH" | "INFECTED" | "EXPIRED" | "PROCESSING_ERROR") | null;
        } | {
            /**
             * @description Kind of the message or event.
             * @constant
             */
            type: "job";
            /** @description Id of the upload job. */
            jobId: string;
            /** @description The job after the change. */
            job: {
                /** @description Id of the upload job. */
                jobId: string;
                /**
                 * @description Current status.
                 * @enum {string}
                 */
                status: "QUEUED" | "IN_PROGRESS" | "COMPLETED" | "COMPLETED_WITH_ERRORS" | "FAILED" | "CANCELLED";
                /** @description Whether every photo of the job has a final status. */
                terminal: boolean;
                /** @description Progress in percent. */
                progress: number;
                /** @description Photos in the job. */
                totalCount: number;
                /** @description Photos that are COMPLETED. */
                completedCount: number;
                /** @description Photos that are FAILED. */
                failedCount: number;
                /** @description Photos that were cancelled. */
                cancelledCount: number;
                /** @description Photos that are not uploaded, because another photo has the same bytes. */
                duplicateCount: number;
                /** @description Bytes of all files together. */
                bytesTotal: number;
                /** @description Bytes uploaded so far. Never decreases. */
                bytesSent: number;
            };
        } | {
            /**
             * @description Kind of the message or event.
             * @constant
             */
            type: "reset";
            /** @description Why the file is rejected. Null otherwise. */
            reason: string;
        } | {
            /**
             * @description Kind of the message or event.
             * @constant
             */
            type: "pong";
        } | {
            /**
             * @description Kind of the message or event.
             * @constant
             */
            type: "closed";
            /** @description Why the file is rejected. Null otherwise. */
            reason: string;
        };
        WatchUploadJobResponse200: {
            /**
             * @description Kind of the message or event.
             * @constant
             */
            type: "snapshot";
            /** @description Id of the upload job. */
            jobId: string;
            /** @description The job after the change. */
            job: {
                /** @description Id of the upload job. */
                jobId: string;
                /**
                 * @description Current status.
                 * @enum {string}
                 */
                status: "QUEUED" | "IN_PROGRESS" | "COMPLETED" | "COMPLETED_WITH_ERRORS" | "FAILED" | "CANCELLED";
                /** @description Whether every photo of the job has a final status. */
                terminal: boolean;
                /** @description Progress in percent. */
                progress: number;
                /** @description Photos in the job. */
                totalCount: number;
                /** @description Photos that are COMPLETED. */
                completedCount: number;
                /** @description Photos that are FAILED. */
                failedCount: number;
                /** @description Photos that were cancelled. */
                cancelledCount: number;
                /** @description Photos that are not uploaded, because another photo has the same bytes. */
                duplicateCount: number;
                /** @description Bytes of all files together. */
                bytesTotal: number;
                /** @description Bytes uploaded so far. Never decreases. */
                bytesSent: number;
            };
            /** @description The photos of the job. */
            photos: {
                /** @description Id of the photo. */
                photoId: string;
                /**
                 * @description Current status.
                 * @enum {string}
                 */
                status: "QUEUED" | "UPLOADING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED" | "DUPLICATE";
                /** @description Progress in percent. */
                progress: number;
                /** @description Why the photo is FAILED. Null otherwise. */
                failureReason: ("UNSUPPORTED_TYPE" | "TYPE_MISMATCH" | "CORRUPT" | "TOO_LARGE" | "DIMENSIONS_EXCEEDED" | "SIZE_MISMATCH" | "CHECKSUM_MISMATCH" | "INFECTED" | "EXPIRED" | "PROCESSING_ERROR") | null;
            }[];
        } | {
            /**
             * @description Kind of the message or event.
             * @constant
             */
            type: "photo";
            /** @description Id of the upload job. */
            jobId: string;
            /** @description The job after the change. */
            job: {
                /** @description Id of the upload job. */
                jobId: string;
                /**
                 * @description Current status.
                 * @enum {string}
                 */
                status: "QUEUED" | "IN_PROGRESS" | "COMPLETED" | "COMPLETED_WITH_ERRORS" | "FAILED" | "CANCELLED";
                /** @description Whether every photo of the job has a final status. */
                terminal: boolean;
                /** @description Progress in percent. */
                progress: number;
                /** @description Photos in the job. */
                totalCount: number;
                /** @description Photos that are COMPLETED. */
                completedCount: number;
                /** @description Photos that are FAILED. */
                failedCount: number;
                /** @description Photos that were cancelled. */
                cancelledCount: number;
                /** @description Photos that are not uploaded, because another photo has the same bytes. */
                duplicateCount: number;
                /** @description Bytes of all files together. */
                bytesTotal: number;
                /** @description Bytes uploaded so far. Never decreases. */
                bytesSent: number;
            };
            /** @description Id of the photo. */
            photoId: string;
            /**
             * @description Current status.
             * @enum {string}
             */
            status: "QUEUED" | "UPLOADING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED" | "DUPLICATE";
            /** @description Progress in percent. */
            progress: number;
            /** @description Why the photo is FAILED. Null otherwise. */
            failureReason: ("UNSUPPORTED_TYPE" | "TYPE_MISMATCH" | "CORRUPT" | "TOO_LARGE" | "DIMENSIONS_EXCEEDED" | "SIZE_MISMATCH" | "CHECKSUM_MISMATCH" | "INFECTED" | "EXPIRED" | "PROCESSING_ERROR") | null;
        } | {
            /**
             * @description Kind of the message or event.
             * @constant
             */
            type: "job";
            /** @description Id of the upload job. */
            jobId: string;
            /** @description The job after the change. */
            job: {
                /** @description Id of the upload job. */
                jobId: string;
                /**
                 * @description Current status.
                 * @enum {string}
                 */
                status: "QUEUED" | "IN_PROGRESS" | "COMPLETED" | "COMPLETED_WITH_ERRORS" | "FAILED" | "CANCELLED";
                /** @description Whether every photo of the job has a final status. */
                terminal: boolean;
                /** @description Progress in percent. */
                progress: number;
                /** @description Photos in the job. */
                totalCount: number;
                /** @description Photos that are COMPLETED. */
                completedCount: number;
                /** @description Photos that are FAILED. */
                failedCount: number;
                /** @description Photos that were cancelled. */
                cancelledCount: number;
                /** @description Photos that are not uploaded, because another photo has the same bytes. */
                duplicateCount: number;
                /** @description Bytes of all files together. */
                bytesTotal: number;
                /** @description Bytes uploaded so far. Never decreases. */
                bytesSent: number;
            };
        } | {
            /**
             * @description Kind of the message or event.
             * @constant
             */
            type: "reset";
            /** @description Why the file is rejected. Null otherwise. */
            reason: string;
        } | {
            /**
             * @description Kind of the message or event.
             * @constant
             */
            type: "pong";
        } | {
            /**
             * @description Kind of the message or event.
             * @constant
             */
            type: "closed";
            /** @description Why the file is rejected. Null otherwise. */
            reason: string;
        };
        ReceiveEventsResponse: {
            /** @description Number of accepted events. */
            accepted: number;
            /** @description Events that were not accepted, with the reason. */
            failed: {
                /** @description Id of the event that failed. */
                id: string;
                /**
                 * @description Why the file is rejected. Null otherwise.
                 * @enum {string}
                 */
                reason: "INVALID_EVENT" | "USER_UNAVAILABLE" | "BEHIND_FAILED_EVENT";
                /** @description Human-readable reason. */
                detail: string;
            }[];
        };
        GetUploadJobResponse: {
            /** @description Id of the upload job. */
            jobId: string;
            /**
             * @description Current status.
             * @enum {string}
             */
            status: "QUEUED" | "IN_PROGRESS" | "COMPLETED" | "COMPLETED_WITH_ERRORS" | "FAILED" | "CANCELLED";
            /** @description Photos in the job. */
            totalCount: number;
            /** @description Photos that are COMPLETED. */
            completedCount: number;
            /** @description Photos that are FAILED. */
            failedCount: number;
            /** @description Photos that were cancelled. */
            cancelledCount: number;
            /** @description Photos that are not uploaded, because another photo has the same bytes. */
            duplicateCount: number;
            /**
             * Format: date-time
             * @description When it was created.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updatedAt: string;
            /** @description When every photo of the job had a final status. Null before. */
            completedAt: string | null;
            /** @description Whether every photo of the job has a final status. */
            terminal: boolean;
            /** @description Progress in percent. */
            progress: number;
            /** @description Bytes of all files together. */
            bytesTotal: number;
            /** @description Bytes uploaded so far. Never decreases. */
            bytesSent: number;
            /** @description Milliseconds to wait before the next poll. Null if the job is terminal. */
            pollAfterMs: number | null;
            /** @description Items of the list. */
            items: {
                /** @description Id of the photo. */
                photoId: string;
                /** @description Name of the file on the device. */
                filename: string;
                /** @description Folder of the file, relative to the chosen folder. Null if there is none. */
                path: string | null;
                /**
                 * @description Current status.
                 * @enum {string}
                 */
                status: "QUEUED" | "UPLOADING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED" | "DUPLICATE";
                /** @description Size in bytes. */
                bytes: number;
                /** @description Bytes uploaded so far. Never decreases. */
                bytesSent: number;
                /** @description Why the photo is FAILED. Null otherwise. */
                failureReason: ("UNSUPPORTED_TYPE" | "TYPE_MISMATCH" | "CORRUPT" | "TOO_LARGE" | "DIMENSIONS_EXCEEDED" | "SIZE_MISMATCH" | "CHECKSUM_MISMATCH" | "INFECTED" | "EXPIRED" | "PROCESSING_ERROR") | null;
                /** @description Human-readable reason of the failure. */
                failureDetail: string | null;
                /** @description A photo of the account with the same content, or null. */
                duplicateOf: string | null;
                /** @description Progress in percent. */
                progress: number;
            }[];
        };
        GetReceiptResponse: {
            /** @description The result for each file. */
            manifest: {
                /**
                 * @description Version of the format.
                 * @constant
                 */
                version: 1;
                /** @description Issuer of the signature, as in access tokens. */
                issuer: string;
                /** @description Id of the account. */
                userId: string;
                /** @description Id of the upload job. */
                jobId: string;
                /**
                 * @description Status of the job.
                 * @enum {string}
                 */
                jobStatus: "QUEUED" | "IN_PROGRESS" | "COMPLETED" | "COMPLETED_WITH_ERRORS" | "FAILED" | "CANCELLED";
                /**
                 * Format: date-time
                 * @description When it was created.
                 */
                createdAt: string;
                /** @description When every photo of the job had a final status. Null before. */
                completedAt: string | null;
                /** @description Number of files by outcome. */
                counts: {
                    /** @description All files of the job. */
                    total: number;
                    /** @description Photos that are COMPLETED. */
                    completed: number;
                    /** @description Photos that are a DUPLICATE. */
                    duplicate: number;
                    /** @description Photos that are FAILED. */
                    failed: number;
                    /** @description Photos that are CANCELLED. */
                    cancelled: number;
                    /** @description Photos that were deleted later. They also count by their status. */
                    deleted: number;
                };
                /** @description Whether the bytes of every file are stored. */
                isSafe: boolean;
                /** @description Items of the list. */
                items: {
                    /** @description Id of the photo. */
                    photoId: string;
                    /** @description Name of the file on the device. */
                    filename: string;
                    /** @description Folder of the file, relative to the chosen folder. Null if there is none. */
                    path: string | null;
                    /** @description SHA-256 of the stored bytes; of a file that is not stored, the declared one. Null if unknown. */
                    sha256: string | null;
                    /** @description Size in bytes. */
                    bytes: number;
                    /**
                     * @description Status of the photo.
                     * @enum {string}
                     */
                    outcome: "QUEUED" | "UPLOADING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED" | "DUPLICATE";
                    /** @description The photo with the same bytes. Null if the photo is no duplicate. */
                    duplicateOf: string | null;
                    /** @description Whether the bytes are stored, by this photo or by the one it duplicates. */
                    isStored: boolean;
                    /**
                     * Format: date-time
                     * @description When it was created.
                     */
                    createdAt: string;
                    /** @description When every photo of the job had a final status. Null before. */
                    completedAt: string | null;
                    /** @description When it was deleted. Null if it was not. */
                    deletedAt: string | null;
                    /** @description Why the photo is FAILED. Null otherwise. */
                    reason: {
                        /**
                         * @description Machine-readable reason.
                         * @enum {string}
                         */
                        code: "UNSUPPORTED_TYPE" | "TYPE_MISMATCH" | "CORRUPT" | "TOO_LARGE" | "DIMENSIONS_EXCEEDED" | "SIZE_MISMATCH" | "CHECKSUM_MISMATCH" | "INFECTED" | "EXPIRED" | "PROCESSING_ERROR";
                        /** @description Human-readable reason. */
                        detail: string | null;
                    } | null;
                }[];
            };
            /** @description SHA-256 of the signed bytes in hex. */
            manifestSha256: string;
            /** @description Compact JWS (RFC 7515) with `typ: receipt+jws`. Its payload is the manifest. */
            jws: string;
        };
        ListUploadJobsResponse: {
            /** @description Items of the list. */
            items: {
                /** @description Id of the upload job. */
                jobId: string;
                /**
                 * @description Current status.
                 * @enum {string}
                 */
                status: "QUEUED" | "IN_PROGRESS" | "COMPLETED" | "COMPLETED_WITH_ERRORS" | "FAILED" | "CANCELLED";
                /** @description Photos in the job. */
                totalCount: number;
                /** @description Photos that are COMPLETED. */
                completedCount: number;
                /** @description Photos that are FAILED. */
                failedCount: number;
                /** @description Photos that were cancelled. */
                cancelledCount: number;
                /** @description Photos that are not uploaded, because another photo has the same bytes. */
                duplicateCount: number;
                /**
                 * Format: date-time
                 * @description When it was created.
                 */
                createdAt: string;
                /**
                 * Format: date-time
                 * @description When it last changed.
                 */
                updatedAt: string;
                /** @description When every photo of the job had a final status. Null before. */
                completedAt: string | null;
                /** @description Whether every photo of the job has a final status. */
                terminal: boolean;
            }[];
            /** @description Items per page. */
            size: number;
            /** @description Cursor of the next page. Null on the last page. */
            nextCursor: string | null;
        };
        ListPhotoMonthsResponse: {
            /** @description Items of the list. */
            items: {
                /** @description Month in the form `YYYY-MM`. */
                month: string;
                /** @description Number of photos. */
                count: number;
            }[];
        };
        GetPhotoResponse: {
            /** @description Id of the photo. */
            photoId: string;
            /** @description Id of the upload job. */
            jobId: string;
            /** @description Name of the file on the device. */
            filename: string;
            /** @description Folder of the file, relative to the chosen folder. Null if there is none. */
            path: string | null;
            /** @description Media type of the photo, e.g. `image/jpeg`. */
            mimeType: string;
            /** @description Size in bytes. */
            bytes: number;
            /**
             * @description Current status.
             * @enum {string}
             */
            status: "QUEUED" | "UPLOADING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED" | "DUPLICATE";
            /** @description Bytes uploaded so far. Never decreases. */
            bytesSent: number;
            /** @description Why the photo is FAILED. Null otherwise. */
            failureReason: ("UNSUPPORTED_TYPE" | "TYPE_MISMATCH" | "CORRUPT" | "TOO_LARGE" | "DIMENSIONS_EXCEEDED" | "SIZE_MISMATCH" | "CHECKSUM_MISMATCH" | "INFECTED" | "EXPIRED" | "PROCESSING_ERROR") | null;
            /** @description Human-readable reason of the failure. */
            failureDetail: string | null;
            /** @description A photo of the account with the same content, or null. */
            duplicateOf: string | null;
            /** @description ETag of the stored object. */
            eTag: string | null;
            /** @description SHA-256 of the file in hex. Null until the photo is processed. */
            checksum: string | null;
            /** @description Width in pixels, with the orientation applied. */
            width: number | null;
            /** @description Height in pixels, with the orientation applied. */
            height: number | null;
            /** @description EXIF metadata. Null until the photo is COMPLETED. */
            exifJson: {
                [key: string]: string | number | boolean | null;
            } | null;
            /** @description Whether the photo was processed although its file is damaged. */
            isDegraded: boolean;
            /** @description Other content in the file that image viewers ignore: data after the end of the image, markup, an archive, a document or a script. Empty until the photo is COMPLETED. */
            anomalies: ("TRAILING_DATA" | "EMBEDDED_MARKUP" | "EMBEDDED_ARCHIVE" | "EMBEDDED_DOCUMENT" | "EMBEDDED_SCRIPT")[];
            /** @description ThumbHash of the upright photo in base64: a blurred preview to show while a thumbnail loads (https://evanw.github.io/thumbhash/). Null until the photo is COMPLETED. */
            thumbhash: string | null;
            /** @description Title, caption, keywords, rating and creator that the photo's author wrote into the file (XMP, IPTC). Null if the file has none of them. */
            annotations: {
                /** @description Title in the file (XMP `dc:title`, IPTC 2:05). */
                title: string | null;
                /** @description Caption in the file (XMP `dc:description`, IPTC 2:120). */
                caption: string | null;
                /** @description Keywords in the file (XMP `dc:subject`, IPTC 2:25), at most 100. */
                keywords: string[];
                /** @description Stars, 0–5 (XMP `xmp:Rating`). Null if the file has no rating. */
                rating: number | null;
                /** @description Creators named in the file, separated by commas (XMP `dc:creator`, IPTC 2:80). */
                creator: string | null;
            } | null;
            /** @description All tags of the photo. */
            tags: string[];
            /**
             * Format: date-time
             * @description When it was created.
             */
            createdAt: string;
            /** @description When every photo of the job had a final status. Null before. */
            completedAt: string | null;
            /** @description Presigned thumbnails of the photo. */
            thumbnails: {
                /**
                 * @description Longest edge in pixels, or `original`.
                 * @enum {number}
                 */
                variant: 1024 | 256;
                /** @description Width in pixels, with the orientation applied. */
                width: number;
                /** @description Height in pixels, with the orientation applied. */
                height: number;
                /** @description Size in bytes. */
                bytes: number;
                /**
                 * Format: uri
                 * @description The URL.
                 */
                url: string;
                /**
                 * Format: date-time
                 * @description When it expires.
                 */
                expiresAt: string;
            }[];
            /** @description Progress in percent. */
            progress: number;
        };
        ListPhotosResponse: {
            /** @description Items of the list. */
            items: {
                /** @description Id of the photo. */
                photoId: string;
                /** @description Id of the upload job. */
                jobId: string;
                /** @description Name of the file on the device. */
                filename: string;
                /** @description Folder of the file, relative to the chosen folder. Null if there is none. */
                path: string | null;
                /** @description Media type of the photo, e.g. `image/jpeg`. */
                mimeType: string;
                /** @description Size in bytes. */
                bytes: number;
                /**
                 * @description Current status.
                 * @enum {string}
                 */
                status: "QUEUED" | "UPLOADING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED" | "DUPLICATE";
                /** @description Why the photo is FAILED. Null otherwise. */
                failureReason: ("UNSUPPORTED_TYPE" | "TYPE_MISMATCH" | "CORRUPT" | "TOO_LARGE" | "DIMENSIONS_EXCEEDED" | "SIZE_MISMATCH" | "CHECKSUM_MISMATCH" | "INFECTED" | "EXPIRED" | "PROCESSING_ERROR") | null;
                /** @description A photo of the account with the same content, or null. */
                duplicateOf: string | null;
                /** @description Width in pixels, with the orientation applied. */
                width: number | null;
                /** @description Height in pixels, with the orientation applied. */
                height: number | null;
                /** @description Local time at which the photo was taken, according to its EXIF. */
                takenAt: string | null;
                /** @description All tags of the photo. */
                tags: string[];
                /**
                 * Format: date-time
                 * @description When it was created.
                 */
                createdAt: string;
                /** @description When every photo of the job had a final status. Null before. */
                completedAt: string | null;
                /** @description Presigned thumbnails of the photo. */
                thumbnails: {
                    /**
                     * @description Longest edge in pixels, or `original`.
                     * @enum {number}
                     */
                    variant: 1024 | 256;
                    /** @description Width in pixels, with the orientation applied. */
                    width: number;
                    /** @description Height in pixels, with the orientation applied. */
                    height: number;
                    /** @description Size in bytes. */
                    bytes: number;
                    /**
                     * Format: uri
                     * @description The URL.
                     */
                    url: string;
                    /**
                     * Format: date-time
                     * @description When it expires.
                     */
                    expiresAt: string;
                }[];
                /** @description ThumbHash of the upright photo in base64: a blurred preview to show while a thumbnail loads (https://evanw.github.io/thumbhash/). Null until the photo is COMPLETED. */
                thumbhash: string | null;
            }[];
            /** @description Items per page. */
            size: number;
            /** @description Cursor of the next page. Null on the last page. */
            nextCursor: string | null;
        };
        GetDownloadUrlResponse: {
            /** @description Id of the photo. */
            photoId: string;
            /**
             * @description Longest edge in pixels, or `original`.
             * @enum {string}
             */
            variant: "256" | "1024" | "original";
            /**
             * Format: uri
             * @description The URL.
             */
            url: string;
            /**
             * Format: date-time
             * @description When it expires.
             */
            expiresAt: string;
            /** @description Name of the file on the device. */
            filename: string;
            /** @description Media type of the file. */
            contentType: string;
        };
        GetPhotoTimelineResponse: {
            /** @description Id of the photo. */
            photoId: string;
            /** @description Events of the photo, in chronological order. */
            entries: {
                /**
                 * Format: date-time
                 * @description When it happened.
                 */
                at: string;
                /**
                 * @description Machine-readable kind of the entry.
                 * @enum {string}
                 */
                kind: "QUEUED" | "UPLOADING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED" | "DUPLICATE" | "ATTEMPT_STARTED" | "ATTEMPT_FAILED" | "REPROCESSING" | "REQUEUED" | "DELETED";
                /** @description Human-readable description. */
                text: string;
            }[];
        };
        VerifyHashesRequest: {
            /** @description SHA-256 of a file in hex. */
            sha256: string[];
        };
        VerifyHashesResponse: {
            /** @description Items of the list. */
            items: {
                /** @description SHA-256 of a file in hex. */
                sha256: string;
                /** @description Whether a photo with these bytes is stored. */
                isStored: boolean;
                /** @description Id of the photo. Null if none is stored. */
                photoId: string | null;
                /** @description Id of the photo's upload job. Null if none is stored. */
                jobId: string | null;
            }[];
        };
        GetAccountResponse: {
            /** @description Id of the account. */
            userId: string;
            /** @description Email address of the account. */
            email: string | null;
            /** @description Bytes that use the quota. */
            usedBytes: number;
            /** @description Storage quota in bytes. Null if unlimited. */
            limitBytes: number | null;
            /** @description Photos that use the quota. */
            photoCount: number;
        };
        ListWebhooksResponse: {
            /** @description Items of the list. */
            items: {
                /** @description Id of the webhook. */
                endpointId: string;
                /** @description The URL. */
                url: string;
                /** @description Event types to send. Null or absent: all types. */
                eventTypes: ("UploadJobCreated" | "PhotoQueued" | "PhotoUploadStarted" | "PhotoUploadCompleted" | "PhotoProcessingCompleted" | "PhotoFailed" | "PhotoCancelled" | "PhotoDuplicateFound" | "PhotoRequeued" | "PhotoDeleted" | "PhotoReprocessing" | "UploadJobReopened" | "UploadJobCompleted")[] | null;
                /** @description When it was disabled. Null if it is active. */
                disabledAt: string | null;
                /** @description Why it was disabled. */
                disabledReason: string | null;
                /**
                 * Format: date-time
                 * @description When it was created.
                 */
                createdAt: string;
            }[];
        };
        ListWebhookDeliveriesResponse: {
            /** @description Items of the list. */
            items: {
                /** @description Id of the delivery. */
                deliveryId: string;
                /** @description Id of the event. */
                eventId: string;
                /** @description Kind of the message or event. */
                type: string;
                /**
                 * @description Current status.
                 * @enum {string}
                 */
                status: "PENDING" | "DELIVERED" | "FAILED";
                /** @description Delivery attempts so far. */
                attempts: number;
                /** @description HTTP status of the last attempt. */
                lastStatus: number | null;
                /** @description Error of the last attempt. */
                lastError: string | null;
                /** @description When the next attempt is due. */
                nextAttemptAt: string | null;
                /** @description When it was delivered. Null before. */
                deliveredAt: string | null;
                /**
                 * Format: date-time
                 * @description When it was created.
                 */
                createdAt: string;
            }[];
            /** @description Items per page. */
            size: number;
            /** @description Cursor of the next page. Null on the last page. */
            nextCursor: string | null;
        };
    };
    responses: never;
    parameters: {
        /** @description `ETag` of an earlier response. Returns 304 if nothing has changed since. */
        "If-None-Match": string;
        /** @description 1 to 255 visible ASCII characters. A repeated request with the same key returns the first response and changes nothing. */
        "Idempotency-Key": string;
        /** @description Id of the last received event. The stream resumes after it. */
        "Last-Event-ID": string;
    };
    requestBodies: never;
    headers: {
        /** @description Entity tag of this response. Send it in `If-None-Match` to get 304 if nothing has changed. */
        ETag: string;
        /** @description The next page (RFC 8288, `rel="next"`). Absent on the last page. */
        Link: string;
        /** @description URL of the created resource. */
        Location: string;
        /** @description Remaining requests and seconds until the limit resets (draft-ietf-httpapi-ratelimit-headers). */
        RateLimit: string;
        /** @description The rate limit (draft-ietf-httpapi-ratelimit-headers). */
        "RateLimit-Policy": string;
        /** @description Seconds to wait before the next attempt. */
        "Retry-After": number;
        /** @description The cookie with the refresh token: HttpOnly, SameSite=Strict, and Secure except on a local system. */
        "Set-Cookie": string;
        /** @description How to authenticate (RFC 9110 §11.6.1). */
        "WWW-Authenticate": string;
        /** @description `true` if this response repeats the response to an earlier request with the same key. */
        "Idempotency-Replayed": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "ada@example.com",
                 *       "password": "correct horse battery staple"
                 *     }
                 */
                "application/json": components["schemas"]["RegisterRequest"];
            };
        };
        responses: {
            /** @description The account. Sign in to get a token. */
            201: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "userId": "usr_01JD3V9Z7N8Q6R5T4W3X2Y1Z0A",
                     *       "email": "ada@example.com"
                     *     }
                     */
                    "application/json": components["schemas"]["RegisterResponse"];
                };
            };
            /** @description `malformed-body`: Malformed request body. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:malformed-body";
                        /** @constant */
                        status?: 400;
                    };
                };
            };
            /** @description `email-taken`: Email already registered. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:email-taken";
                        /** @constant */
                        status?: 409;
                    };
                };
            };
            /** @description `body-too-large`: Request body too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:body-too-large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported-media-type`: Unsupported media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unsupported-media-type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `validation-failed`: Invalid fields. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:validation-failed";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `rate-limited`: Rate limit exceeded. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:rate-limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    issueToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tokens (RFC 6749 §5.1). */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "access_token": "eyJhbGciOiJSUzI1NiIsImtpZCI6IjIwMjYtMTEifQ.eyJzdWIiOiJ1c3JfMDFKRDNWOVoifQ.c2lnbmF0dXJl",
                     *       "token_type": "Bearer",
                     *       "expires_in": 900,
                     *       "refresh_token": "eyJhbGciOiJSUzI1NiIsImtpZCI6IjIwMjYtMTEifQ.eyJzdWIiOiJ1c3JfMDFKRDNWOVoifQ.c2lnbmF0dXJl",
                     *       "scope": "photos:read photos:write"
                     *     }
                     */
                    "application/json": components["schemas"]["IssueTokenResponse"];
                };
            };
            /** @description `bad-credentials`: Invalid email or password. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:bad-credentials";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `body-too-large`: Request body too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:body-too-large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported-media-type`: Unsupported media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unsupported-media-type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `rate-limited`: Rate limit exceeded. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:rate-limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    refreshToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "refresh_token": "eyJhbGciOiJSUzI1NiIsImtpZCI6IjIwMjYtMTEifQ.eyJzdWIiOiJ1c3JfMDFKRDNWOVoifQ.c2lnbmF0dXJl"
                 *     }
                 */
                "application/json": components["schemas"]["RefreshTokenRequest"];
            };
        };
        responses: {
            /** @description The tokens. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "access_token": "eyJhbGciOiJSUzI1NiIsImtpZCI6IjIwMjYtMTEifQ.eyJzdWIiOiJ1c3JfMDFKRDNWOVoifQ.c2lnbmF0dXJl",
                     *       "token_type": "Bearer",
                     *       "expires_in": 900,
                     *       "refresh_token": "eyJhbGciOiJSUzI1NiIsImtpZCI6IjIwMjYtMTEifQ.eyJzdWIiOiJ1c3JfMDFKRDNWOVoifQ.c2lnbmF0dXJl",
                     *       "scope": "photos:read photos:write"
                     *     }
                     */
                    "application/json": components["schemas"]["RefreshTokenResponse"];
                };
            };
            /** @description `malformed-body`: Malformed request body. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:malformed-body";
                        /** @constant */
                        status?: 400;
                    };
                };
            };
            /** @description `bad-refresh-token`: Invalid refresh token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:bad-refresh-token";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `body-too-large`: Request body too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:body-too-large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported-media-type`: Unsupported media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unsupported-media-type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `validation-failed`: Invalid fields. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:validation-failed";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    revokeToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "refresh_token": "eyJhbGciOiJSUzI1NiIsImtpZCI6IjIwMjYtMTEifQ.eyJzdWIiOiJ1c3JfMDFKRDNWOVoifQ.c2lnbmF0dXJl"
                 *     }
                 */
                "application/json": components["schemas"]["RevokeTokenRequest"];
            };
        };
        responses: {
            /** @description Signed out. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed-body`: Malformed request body. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:malformed-body";
                        /** @constant */
                        status?: 400;
                    };
                };
            };
            /** @description `bad-refresh-token`: Invalid refresh token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:bad-refresh-token";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `body-too-large`: Request body too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:body-too-large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported-media-type`: Unsupported media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unsupported-media-type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `validation-failed`: Invalid fields. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:validation-failed";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    openSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The access token. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "access_token": "eyJhbGciOiJSUzI1NiIsImtpZCI6IjIwMjYtMTEifQ.eyJzdWIiOiJ1c3JfMDFKRDNWOVoifQ.c2lnbmF0dXJl",
                     *       "token_type": "Bearer",
                     *       "expires_in": 900,
                     *       "scope": "photos:read photos:write"
                     *     }
                     */
                    "application/json": components["schemas"]["OpenSessionResponse"];
                };
            };
            /** @description `bad-credentials`: Invalid email or password. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:bad-credentials";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `cross-origin-request`: Cross-origin request. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:cross-origin-request";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `body-too-large`: Request body too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:body-too-large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported-media-type`: Unsupported media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unsupported-media-type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `rate-limited`: Rate limit exceeded. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:rate-limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    closeSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed out. Idempotent. */
            204: {
                headers: {
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `cross-origin-request`: Cross-origin request. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:cross-origin-request";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `body-too-large`: Request body too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:body-too-large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported-media-type`: Unsupported media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unsupported-media-type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    refreshSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The access token. */
            200: {
                headers: {
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "access_token": "eyJhbGciOiJSUzI1NiIsImtpZCI6IjIwMjYtMTEifQ.eyJzdWIiOiJ1c3JfMDFKRDNWOVoifQ.c2lnbmF0dXJl",
                     *       "token_type": "Bearer",
                     *       "expires_in": 900,
                     *       "scope": "photos:read photos:write"
                     *     }
                     */
                    "application/json": components["schemas"]["RefreshSessionResponse"];
                };
            };
            /** @description `bad-refresh-token`: Invalid refresh token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:bad-refresh-token";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `cross-origin-request`: Cross-origin request. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:cross-origin-request";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `body-too-large`: Request body too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:body-too-large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported-media-type`: Unsupported media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unsupported-media-type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    publishJwks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A JWK set (RFC 7517). */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "keys": [
                     *         {
                     *           "kty": "RSA",
                     *           "kid": "2026-11",
                     *           "alg": "RS256",
                     *           "use": "sig",
                     *           "e": "AQAB",
                     *           "n": "u1W9"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": Record<string, never>;
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `timed-out`: Request timed out. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:timed-out";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    issueLiveTicket: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The ticket. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "ticket": "tkt_5Yk2mZQ1u0H8",
                     *       "expiresAt": "2026-11-24T09:45:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["IssueLiveTicketResponse"];
                };
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `body-too-large`: Request body too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:body-too-large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported-media-type`: Unsupported media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unsupported-media-type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `identity-provider-unavailable`: Identity provider unavailable. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    createUploadJob: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters. A repeated request with the same key returns the first response and changes nothing. */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "files": [
                 *         {
                 *           "filename": "IMG_0412.jpg",
                 *           "mimeType": "image/jpeg",
                 *           "bytes": 2457811
                 *         }
                 *       ],
                 *       "strategy": "s3-presigned"
                 *     }
                 */
                "application/json": components["schemas"]["CreateUploadJobRequest"];
            };
        };
        responses: {
            /** @description Only with `dryRun: true`: the result for each file. No job was created. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "dryRun": true,
                     *       "isWithinQuota": true,
                     *       "items": [
                     *         {
                     *           "filename": "IMG_0412.jpg",
                     *           "result": "accepted",
                     *           "duplicateOf": null,
                     *           "reason": null
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["DryRunResponse"];
                };
            };
            /** @description The job was created. Contains the upload of each photo, in the order of the files. */
            201: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    Location: components["headers"]["Location"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "jobId": "job_01JD3VB2M4K6N8Q0S2T4V6W8X0",
                     *       "items": [
                     *         {
                     *           "photoId": "ph_01JD3VB2M4K6N8Q0S2T4V6W8X1",
                     *           "status": "QUEUED",
                     *           "method": "PUT",
                     *           "duplicateOf": null,
                     *           "presignedUrl": "https://rapid-photo-upload.s3.us-east-1.amazonaws.com/production/usr_01JD3V9Z7N8Q6R5T4W3X2Y1Z0A/ph_01JD3VB2M4K6N8Q0S2T4V6W8X1/original?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=900&X-Amz-Signature=6f1d",
                     *           "headers": {
                     *             "content-type": "image/jpeg",
                     *             "content-length": "2457811",
                     *             "if-none-match": "*"
                     *           },
                     *           "expiresAt": "2026-11-24T09:45:00.000Z",
                     *           "multipart": null
                     *         }
                     *       ],
                     *       "storageEvents": true
                     *     }
                     */
                    "application/json": components["schemas"]["CreateUploadJobResponse"];
                };
            };
            /** @description `malformed-body`: Malformed request body. `malformed-idempotency-key`: Invalid Idempotency-Key. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:malformed-body" | "urn:rapid-photo-upload:problem:malformed-idempotency-key";
                        /** @constant */
                        status?: 400;
                    };
                };
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `quota-exceeded`: Storage quota exceeded. `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:quota-exceeded" | "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `idempotency-key-in-use`: Request with this Idempotency-Key in progress. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:idempotency-key-in-use";
                        /** @constant */
                        status?: 409;
                    };
                };
            };
            /** @description `body-too-large`: Request body too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:body-too-large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported-media-type`: Unsupported media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unsupported-media-type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `idempotency-key-reused`: Idempotency-Key used for another request. `validation-failed`: Invalid fields. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:idempotency-key-reused" | "urn:rapid-photo-upload:problem:validation-failed";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `rate-limited`: Rate limit exceeded. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:rate-limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `identity-provider-unavailable`: Identity provider unavailable. `overloaded`: Temporarily not accepting new uploads. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:overloaded" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    reportProgress: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "photoId": "ph_01JD3VB2M4K6N8Q0S2T4V6W8X1",
                 *       "bytesSent": 2457811,
                 *       "bytesTotal": 2457811
                 *     }
                 */
                "application/json": components["schemas"]["ReportProgressRequest"];
            };
        };
        responses: {
            /** @description Accepted. */
            202: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "accepted": 1
                     *     }
                     */
                    "application/json": components["schemas"]["ReportProgressResponse"];
                };
            };
            /** @description `malformed-body`: Malformed request body. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:malformed-body";
                        /** @constant */
                        status?: 400;
                    };
                };
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `body-too-large`: Request body too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:body-too-large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported-media-type`: Unsupported media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unsupported-media-type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `validation-failed`: Invalid fields. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:validation-failed";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `rate-limited`: Rate limit exceeded. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:rate-limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `identity-provider-unavailable`: Identity provider unavailable. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    openMultipartUpload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of the photo.
                 * @example ph_01JD3VB2M4K6N8Q0S2T4V6W8X1
                 */
                photoId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["OpenMultipartUploadRequest"];
            };
        };
        responses: {
            /** @description Presigned URLs of all parts, or of the parts of the request and the stored ones. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "photoId": "ph_01JD3VB2M4K6N8Q0S2T4V6W8X1",
                     *       "uploadId": "VXBsb2FkSWQ",
                     *       "partSize": 8388608,
                     *       "partCount": 3,
                     *       "expiresAt": "2026-11-24T09:45:00.000Z",
                     *       "parts": [
                     *         {
                     *           "partNumber": 1,
                     *           "bytes": 8388608,
                     *           "method": "PUT",
                     *           "presignedUrl": "https://rapid-photo-upload.s3.us-east-1.amazonaws.com/production/usr_01JD3V9Z7N8Q6R5T4W3X2Y1Z0A/ph_01JD3VB2M4K6N8Q0S2T4V6W8X1/original?partNumber=1&uploadId=VXBsb2FkSWQ&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=900&X-Amz-Signature=6f1d",
                     *           "headers": {
                     *             "content-length": "8388608"
                     *           },
                     *           "isStored": false
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["OpenMultipartUploadResponse"];
                };
            };
            /** @description `malformed-body`: Malformed request body. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:malformed-body";
                        /** @constant */
                        status?: 400;
                    };
                };
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not-found`: Resource not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:not-found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `not-multipart`: Not a multipart upload. `other-checksum-mode`: Multipart upload opened in another checksum mode. `already-uploaded`: Photo no longer accepts uploads. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:not-multipart" | "urn:rapid-photo-upload:problem:other-checksum-mode" | "urn:rapid-photo-upload:problem:already-uploaded";
                        /** @constant */
                        status?: 409;
                    };
                };
            };
            /** @description `body-too-large`: Request body too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:body-too-large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported-media-type`: Unsupported media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unsupported-media-type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `validation-failed`: Invalid fields. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:validation-failed";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `rate-limited`: Rate limit exceeded. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:rate-limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `storage-unavailable`: Object storage unavailable. `identity-provider-unavailable`: Identity provider unavailable. `overloaded`: Temporarily not accepting new uploads. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:storage-unavailable" | "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:overloaded" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    finalizeUpload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of the photo.
                 * @example ph_01JD3VB2M4K6N8Q0S2T4V6W8X1
                 */
                photoId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The photo's status. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "photoId": "ph_01JD3VB2M4K6N8Q0S2T4V6W8X1",
                     *       "status": "PROCESSING"
                     *     }
                     */
                    "application/json": components["schemas"]["FinalizeUploadResponse"];
                };
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not-found`: Resource not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:not-found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `object-missing`: Photo not uploaded. `parts-missing`: Upload parts missing. `upload-lost`: Multipart upload lost. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:object-missing" | "urn:rapid-photo-upload:problem:parts-missing" | "urn:rapid-photo-upload:problem:upload-lost";
                        /** @constant */
                        status?: 409;
                    };
                };
            };
            /** @description `body-too-large`: Request body too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:body-too-large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported-media-type`: Unsupported media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unsupported-media-type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `rate-limited`: Rate limit exceeded. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:rate-limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `storage-unavailable`: Object storage unavailable. `identity-provider-unavailable`: Identity provider unavailable. `queue-unavailable`: Work queue unavailable. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:storage-unavailable" | "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:queue-unavailable" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    finalizeUploadJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of the upload job.
                 * @example job_01JD3VB2M4K6N8Q0S2T4V6W8X0
                 */
                jobId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "photoIds": [
                 *         "ph_01JD3VB2M4K6N8Q0S2T4V6W8X1"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["FinalizeUploadJobRequest"];
            };
        };
        responses: {
            /** @description The outcome for each photo. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "jobId": "job_01JD3VB2M4K6N8Q0S2T4V6W8X0",
                     *       "items": [
                     *         {
                     *           "photoId": "ph_01JD3VB2M4K6N8Q0S2T4V6W8X1",
                     *           "outcome": "finalized",
                     *           "status": "PROCESSING"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["FinalizeUploadJobResponse"];
                };
            };
            /** @description `malformed-body`: Malformed request body. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:malformed-body";
                        /** @constant */
                        status?: 400;
                    };
                };
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not-found`: Resource not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:not-found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `body-too-large`: Request body too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:body-too-large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported-media-type`: Unsupported media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unsupported-media-type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `validation-failed`: Invalid fields. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:validation-failed";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `rate-limited`: Rate limit exceeded. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:rate-limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `storage-unavailable`: Object storage unavailable. `identity-provider-unavailable`: Identity provider unavailable. `queue-unavailable`: Work queue unavailable. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:storage-unavailable" | "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:queue-unavailable" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    renewUpload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of the photo.
                 * @example ph_01JD3VB2M4K6N8Q0S2T4V6W8X1
                 */
                photoId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The new presigned request of the photo. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "photoId": "ph_01JD3VB2M4K6N8Q0S2T4V6W8X1",
                     *       "status": "QUEUED",
                     *       "method": "PUT",
                     *       "duplicateOf": null,
                     *       "presignedUrl": "https://rapid-photo-upload.s3.us-east-1.amazonaws.com/production/usr_01JD3V9Z7N8Q6R5T4W3X2Y1Z0A/ph_01JD3VB2M4K6N8Q0S2T4V6W8X1/original?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=900&X-Amz-Signature=6f1d",
                     *       "headers": {
                     *         "content-type": "image/jpeg",
                     *         "content-length": "2457811",
                     *         "if-none-match": "*"
                     *       },
                     *       "expiresAt": "2026-11-24T09:45:00.000Z",
                     *       "multipart": null
                     *     }
                     */
                    "application/json": components["schemas"]["RenewUploadResponse"];
                };
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not-found`: Resource not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:not-found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `already-uploaded`: Photo no longer accepts uploads. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:already-uploaded";
                        /** @constant */
                        status?: 409;
                    };
                };
            };
            /** @description `body-too-large`: Request body too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:body-too-large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported-media-type`: Unsupported media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unsupported-media-type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `rate-limited`: Rate limit exceeded. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:rate-limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `identity-provider-unavailable`: Identity provider unavailable. `overloaded`: Temporarily not accepting new uploads. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:overloaded" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    renewUploadJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of the upload job.
                 * @example job_01JD3VB2M4K6N8Q0S2T4V6W8X0
                 */
                jobId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example [
                 *       {
                 *         "photoId": "ph_01JD3VB2M4K6N8Q0S2T4V6W8X1"
                 *       }
                 *     ]
                 */
                "application/json": components["schemas"]["RenewUploadJobRequest"];
            };
        };
        responses: {
            /** @description The photos of the request, in its order; without a body the photos that are not uploaded yet. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "jobId": "job_01JD3VB2M4K6N8Q0S2T4V6W8X0",
                     *       "items": [
                     *         {
                     *           "photoId": "ph_01JD3VB2M4K6N8Q0S2T4V6W8X1",
                     *           "status": "QUEUED",
                     *           "method": "PUT",
                     *           "duplicateOf": null,
                     *           "presignedUrl": "https://rapid-photo-upload.s3.us-east-1.amazonaws.com/production/usr_01JD3V9Z7N8Q6R5T4W3X2Y1Z0A/ph_01JD3VB2M4K6N8Q0S2T4V6W8X1/original?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=900&X-Amz-Signature=6f1d",
                     *           "headers": {
                     *             "content-type": "image/jpeg",
                     *             "content-length": "2457811",
                     *             "if-none-match": "*"
                     *           },
                     *           "expiresAt": "2026-11-24T09:45:00.000Z",
                     *           "multipart": null
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["RenewUploadJobResponse"];
                };
            };
            /** @description `malformed-body`: Malformed request body. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:malformed-body";
                        /** @constant */
                        status?: 400;
                    };
                };
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not-found`: Resource not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:not-found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `already-uploaded`: Photo no longer accepts uploads. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:already-uploaded";
                        /** @constant */
                        status?: 409;
                    };
                };
            };
            /** @description `body-too-large`: Request body too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:body-too-large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported-media-type`: Unsupported media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unsupported-media-type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `validation-failed`: Invalid fields. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:validation-failed";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `rate-limited`: Rate limit exceeded. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:rate-limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `identity-provider-unavailable`: Identity provider unavailable. `overloaded`: Temporarily not accepting new uploads. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:overloaded" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    cancelUploadJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of the upload job.
                 * @example job_01JD3VB2M4K6N8Q0S2T4V6W8X0
                 */
                jobId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The photos that this call cancelled. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "jobId": "job_01JD3VB2M4K6N8Q0S2T4V6W8X0",
                     *       "status": "CANCELLED",
                     *       "cancelledPhotoIds": [
                     *         "ph_01JD3VB2M4K6N8Q0S2T4V6W8X1"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["CancelUploadJobResponse"];
                };
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not-found`: Resource not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:not-found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `body-too-large`: Request body too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:body-too-large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported-media-type`: Unsupported media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unsupported-media-type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `rate-limited`: Rate limit exceeded. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:rate-limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `identity-provider-unavailable`: Identity provider unavailable. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    cancelPhoto: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of the photo.
                 * @example ph_01JD3VB2M4K6N8Q0S2T4V6W8X1
                 */
                photoId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The photo's status. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "photoId": "ph_01JD3VB2M4K6N8Q0S2T4V6W8X1",
                     *       "status": "CANCELLED",
                     *       "isDeleted": false
                     *     }
                     */
                    "application/json": components["schemas"]["CancelPhotoResponse"];
                };
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not-found`: Resource not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:not-found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `body-too-large`: Request body too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:body-too-large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported-media-type`: Unsupported media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unsupported-media-type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `rate-limited`: Rate limit exceeded. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:rate-limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `identity-provider-unavailable`: Identity provider unavailable. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    tagPhoto: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of the photo.
                 * @example ph_01JD3VB2M4K6N8Q0S2T4V6W8X1
                 */
                photoId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "labels": [
                 *         "holiday"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["TagPhotoRequest"];
            };
        };
        responses: {
            /** @description All tags of the photo. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "photoId": "ph_01JD3VB2M4K6N8Q0S2T4V6W8X1",
                     *       "tags": [
                     *         "holiday"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["TagPhotoResponse"];
                };
            };
            /** @description `malformed-body`: Malformed request body. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:malformed-body";
                        /** @constant */
                        status?: 400;
                    };
                };
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not-found`: Resource not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:not-found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `too-many-tags`: Tag limit reached. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:too-many-tags";
                        /** @constant */
                        status?: 409;
                    };
                };
            };
            /** @description `body-too-large`: Request body too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:body-too-large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported-media-type`: Unsupported media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unsupported-media-type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `validation-failed`: Invalid fields. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:validation-failed";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `rate-limited`: Rate limit exceeded. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:rate-limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `identity-provider-unavailable`: Identity provider unavailable. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    untagPhoto: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of the photo.
                 * @example ph_01JD3VB2M4K6N8Q0S2T4V6W8X1
                 */
                photoId: string;
                /**
                 * @description The tag.
                 * @example holiday
                 */
                label: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The remaining tags of the photo. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "photoId": "ph_01JD3VB2M4K6N8Q0S2T4V6W8X1",
                     *       "tags": [
                     *         "family"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["UntagPhotoResponse"];
                };
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not-found`: Resource not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:not-found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `body-too-large`: Request body too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:body-too-large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported-media-type`: Unsupported media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unsupported-media-type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `rate-limited`: Rate limit exceeded. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:rate-limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `identity-provider-unavailable`: Identity provider unavailable. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    tagPhotos: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "photoIds": [
                 *         "ph_01JD3VB2M4K6N8Q0S2T4V6W8X1"
                 *       ],
                 *       "add": [
                 *         "holiday"
                 *       ],
                 *       "remove": [
                 *         "to sort"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["TagPhotosRequest"];
            };
        };
        responses: {
            /** @description The outcome for each photo. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "photoId": "ph_01JD3VB2M4K6N8Q0S2T4V6W8X1",
                     *           "outcome": "tagged",
                     *           "tags": [
                     *             "holiday"
                     *           ]
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["TagPhotosResponse"];
                };
            };
            /** @description `malformed-body`: Malformed request body. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:malformed-body";
                        /** @constant */
                        status?: 400;
                    };
                };
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `body-too-large`: Request body too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:body-too-large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported-media-type`: Unsupported media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unsupported-media-type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `validation-failed`: Invalid fields. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:validation-failed";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `rate-limited`: Rate limit exceeded. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:rate-limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `identity-provider-unavailable`: Identity provider unavailable. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    deletePhotos: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "photoIds": [
                 *         "ph_01JD3VB2M4K6N8Q0S2T4V6W8X1"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["DeletePhotosRequest"];
            };
        };
        responses: {
            /** @description The outcome for each photo. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "photoId": "ph_01JD3VB2M4K6N8Q0S2T4V6W8X1",
                     *           "outcome": "deleted",
                     *           "status": "COMPLETED",
                     *           "isDeleted": true
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["DeletePhotosResponse"];
                };
            };
            /** @description `malformed-body`: Malformed request body. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:malformed-body";
                        /** @constant */
                        status?: 400;
                    };
                };
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `body-too-large`: Request body too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:body-too-large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported-media-type`: Unsupported media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unsupported-media-type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `validation-failed`: Invalid fields. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:validation-failed";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `rate-limited`: Rate limit exceeded. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:rate-limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `identity-provider-unavailable`: Identity provider unavailable. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    registerWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "url": "https://example.com/hooks/photos",
                 *       "eventTypes": [
                 *         "PhotoProcessingCompleted",
                 *         "PhotoFailed"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["RegisterWebhookRequest"];
            };
        };
        responses: {
            /** @description The webhook with its secret. The secret is returned only once. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "endpointId": "wh_01JD3VD5P7R9T1V3X5Z7A9C1E3",
                     *       "url": "https://example.com/hooks/photos",
                     *       "eventTypes": [
                     *         "PhotoProcessingCompleted",
                     *         "PhotoFailed"
                     *       ],
                     *       "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
                     *     }
                     */
                    "application/json": components["schemas"]["RegisterWebhookResponse"];
                };
            };
            /** @description `malformed-body`: Malformed request body. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:malformed-body";
                        /** @constant */
                        status?: 400;
                    };
                };
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `too-many-webhooks`: Webhook limit reached. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:too-many-webhooks";
                        /** @constant */
                        status?: 409;
                    };
                };
            };
            /** @description `body-too-large`: Request body too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:body-too-large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported-media-type`: Unsupported media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unsupported-media-type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `validation-failed`: Invalid fields. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:validation-failed";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `rate-limited`: Rate limit exceeded. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:rate-limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `identity-provider-unavailable`: Identity provider unavailable. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    rotateWebhookSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of the webhook.
                 * @example wh_01JD3VD5P7R9T1V3X5Z7A9C1E3
                 */
                endpointId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The new secret. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "endpointId": "wh_01JD3VD5P7R9T1V3X5Z7A9C1E3",
                     *       "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                     *       "previousSecretExpiresAt": "2026-11-25T09:30:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["RotateWebhookSecretResponse"];
                };
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not-found`: Resource not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:not-found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `body-too-large`: Request body too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:body-too-large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported-media-type`: Unsupported media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unsupported-media-type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `rate-limited`: Rate limit exceeded. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:rate-limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `identity-provider-unavailable`: Identity provider unavailable. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    deleteWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of the webhook.
                 * @example wh_01JD3VD5P7R9T1V3X5Z7A9C1E3
                 */
                endpointId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted, together with its pending deliveries. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not-found`: Resource not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:not-found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `body-too-large`: Request body too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:body-too-large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported-media-type`: Unsupported media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unsupported-media-type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `rate-limited`: Rate limit exceeded. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:rate-limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `identity-provider-unavailable`: Identity provider unavailable. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    watchEvents: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the last received event. The stream resumes after it. */
                "Last-Event-ID"?: components["parameters"]["Last-Event-ID"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A WebSocket with the same messages. Each text frame has one or more lines, and each line is a JSON message with an `id`. Send the text `ping` every 20 s. If the client sends no `ping`, the WebSocket is closed after 1 MiB of messages, or after 60 s if the user has reached the limit of 20 channels. */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A stream of messages; each `data:` field contains one of these messages. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "photo",
                     *       "jobId": "job_01JD3VB2M4K6N8Q0S2T4V6W8X0",
                     *       "job": {
                     *         "jobId": "job_01JD3VB2M4K6N8Q0S2T4V6W8X0",
                     *         "status": "IN_PROGRESS",
                     *         "terminal": false,
                     *         "progress": 50,
                     *         "totalCount": 2,
                     *         "completedCount": 1,
                     *         "failedCount": 0,
                     *         "cancelledCount": 0,
                     *         "duplicateCount": 0,
                     *         "bytesTotal": 4915622,
                     *         "bytesSent": 2457811
                     *       },
                     *       "photoId": "ph_01JD3VB2M4K6N8Q0S2T4V6W8X1",
                     *       "status": "COMPLETED",
                     *       "progress": 100,
                     *       "failureReason": null
                     *     }
                     */
                    "text/event-stream": components["schemas"]["WatchEventsResponse200"];
                };
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `too-many-channels`: Live channel limit reached. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:too-many-channels";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `identity-provider-unavailable`: Identity provider unavailable. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    watchUploadJob: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the last received event. The stream resumes after it. */
                "Last-Event-ID"?: components["parameters"]["Last-Event-ID"];
            };
            path: {
                /**
                 * @description Id of the upload job.
                 * @example job_01JD3VB2M4K6N8Q0S2T4V6W8X0
                 */
                jobId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A WebSocket with the same messages. Each text frame has one or more lines, and each line is a JSON message with an `id`. Send the text `ping` every 20 s. If the client sends no `ping`, the WebSocket is closed after 1 MiB of messages, or after 60 s if the user has reached the limit of 20 channels. */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A stream of messages; each `data:` field contains one of these messages. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "photo",
                     *       "jobId": "job_01JD3VB2M4K6N8Q0S2T4V6W8X0",
                     *       "job": {
                     *         "jobId": "job_01JD3VB2M4K6N8Q0S2T4V6W8X0",
                     *         "status": "IN_PROGRESS",
                     *         "terminal": false,
                     *         "progress": 50,
                     *         "totalCount": 2,
                     *         "completedCount": 1,
                     *         "failedCount": 0,
                     *         "cancelledCount": 0,
                     *         "duplicateCount": 0,
                     *         "bytesTotal": 4915622,
                     *         "bytesSent": 2457811
                     *       },
                     *       "photoId": "ph_01JD3VB2M4K6N8Q0S2T4V6W8X1",
                     *       "status": "COMPLETED",
                     *       "progress": 100,
                     *       "failureReason": null
                     *     }
                     */
                    "text/event-stream": components["schemas"]["WatchUploadJobResponse200"];
                };
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not-found`: Resource not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:not-found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `too-many-channels`: Live channel limit reached. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:too-many-channels";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `identity-provider-unavailable`: Identity provider unavailable. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    receiveEvents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Which events were accepted and which failed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "accepted": 1,
                     *       "failed": []
                     *     }
                     */
                    "application/json": components["schemas"]["ReceiveEventsResponse"];
                };
            };
            /** @description `bad-signature`: Invalid signature. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:bad-signature";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `body-too-large`: Request body too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:body-too-large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported-media-type`: Unsupported media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unsupported-media-type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `validation-failed`: Invalid fields. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:validation-failed";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `timed-out`: Request timed out. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:timed-out";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    getUploadJob: {
        parameters: {
            query?: never;
            header?: {
                /** @description `ETag` of an earlier response. Returns 304 if nothing has changed since. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                /**
                 * @description Id of the upload job.
                 * @example job_01JD3VB2M4K6N8Q0S2T4V6W8X0
                 */
                jobId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job and its photos. `Retry-After` is present until the job is terminal. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "jobId": "job_01JD3VB2M4K6N8Q0S2T4V6W8X0",
                     *       "status": "COMPLETED",
                     *       "totalCount": 1,
                     *       "completedCount": 1,
                     *       "failedCount": 0,
                     *       "cancelledCount": 0,
                     *       "duplicateCount": 0,
                     *       "createdAt": "2026-11-24T09:30:00.000Z",
                     *       "updatedAt": "2026-11-24T09:30:04.512Z",
                     *       "completedAt": "2026-11-24T09:30:04.512Z",
                     *       "terminal": true,
                     *       "progress": 100,
                     *       "bytesTotal": 2457811,
                     *       "bytesSent": 2457811,
                     *       "pollAfterMs": null,
                     *       "items": [
                     *         {
                     *           "photoId": "ph_01JD3VB2M4K6N8Q0S2T4V6W8X1",
                     *           "filename": "IMG_0412.jpg",
                     *           "path": "Lisbon/Day 1",
                     *           "status": "COMPLETED",
                     *           "bytes": 2457811,
                     *           "bytesSent": 2457811,
                     *           "failureReason": null,
                     *           "failureDetail": null,
                     *           "duplicateOf": null,
                     *           "progress": 100
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["GetUploadJobResponse"];
                };
            };
            /** @description Not modified since the response with this `ETag`. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not-found`: Resource not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:not-found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `identity-provider-unavailable`: Identity provider unavailable. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    getReceipt: {
        parameters: {
            query?: {
                /** @description The representation. If absent, the `Accept` header decides; the default is `json`. */
                format?: "json" | "csv" | "html";
            };
            header?: {
                /** @description `ETag` of an earlier response. Returns 304 if nothing has changed since. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                /**
                 * @description Id of the upload job.
                 * @example job_01JD3VB2M4K6N8Q0S2T4V6W8X0
                 */
                jobId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The receipt. A job has the same manifest until one of its photos, or the original of a duplicate, is deleted. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "manifest": {
                     *         "version": 1,
                     *         "issuer": "https://photos.example.com",
                     *         "userId": "usr_01JD3V9Z7N8Q6R5T4W3X2Y1Z0A",
                     *         "jobId": "job_01JD3VB2M4K6N8Q0S2T4V6W8X0",
                     *         "jobStatus": "COMPLETED",
                     *         "createdAt": "2026-11-24T09:30:00.000Z",
                     *         "completedAt": "2026-11-24T09:30:04.512Z",
                     *         "counts": {
                     *           "total": 1,
                     *           "completed": 1,
                     *           "duplicate": 0,
                     *           "failed": 0,
                     *           "cancelled": 0,
                     *           "deleted": 0
                     *         },
                     *         "isSafe": true,
                     *         "items": [
                     *           {
                     *             "photoId": "ph_01JD3VB2M4K6N8Q0S2T4V6W8X1",
                     *             "filename": "IMG_0412.jpg",
                     *             "path": "Lisbon/Day 1",
                     *             "sha256": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
                     *             "bytes": 2457811,
                     *             "outcome": "COMPLETED",
                     *             "duplicateOf": null,
                     *             "isStored": true,
                     *             "createdAt": "2026-11-24T09:30:00.000Z",
                     *             "completedAt": "2026-11-24T09:30:04.512Z",
                     *             "deletedAt": null,
                     *             "reason": null
                     *           }
                     *         ]
                     *       },
                     *       "manifestSha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                     *       "jws": "eyJhbGciOiJSUzI1NiIsImtpZCI6IjIwMjYtMTEiLCJ0eXAiOiJyZWNlaXB0K2p3cyJ9.eyJ2ZXJzaW9uIjoxfQ.c2lnbmF0dXJl"
                     *     }
                     */
                    "application/json": components["schemas"]["GetReceiptResponse"];
                    /**
                     * @example photoId,path,filename,sha256,bytes,outcome,…
                     *     ph_01JD3VB2M4K6N8Q0S2T4V6W8X1,Lisbon/Day 1,IMG_0412.jpg,2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae,2457811,COMPLETED,…
                     */
                    "text/csv": string;
                    /** @example <!doctype html>… */
                    "text/html": string;
                };
            };
            /** @description Not modified since the response with this `ETag`. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not-found`: Resource not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:not-found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `job-not-finished`: Upload job not finished. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:job-not-finished";
                        /** @constant */
                        status?: 409;
                    };
                };
            };
            /** @description `validation-failed`: Invalid fields. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:validation-failed";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `receipts-not-configured`: Receipts not configured. */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:receipts-not-configured";
                        /** @constant */
                        status?: 501;
                    };
                };
            };
            /** @description `identity-provider-unavailable`: Identity provider unavailable. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    listUploadJobs: {
        parameters: {
            query?: {
                /** @description Page number, from 0. Ignored if `cursor` is given. `(page + 1) × size` is at most 1000: use `cursor` for later items. */
                page?: number;
                /** @description Items per page. */
                size?: number;
                /** @description `nextCursor` of the previous response. Every page takes the same time. */
                cursor?: string;
            };
            header?: {
                /** @description `ETag` of an earlier response. Returns 304 if nothing has changed since. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of jobs, newest first. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "jobId": "job_01JD3VB2M4K6N8Q0S2T4V6W8X0",
                     *           "status": "COMPLETED",
                     *           "totalCount": 1,
                     *           "completedCount": 1,
                     *           "failedCount": 0,
                     *           "cancelledCount": 0,
                     *           "duplicateCount": 0,
                     *           "createdAt": "2026-11-24T09:30:00.000Z",
                     *           "updatedAt": "2026-11-24T09:30:04.512Z",
                     *           "completedAt": "2026-11-24T09:30:04.512Z",
                     *           "terminal": true
                     *         }
                     *       ],
                     *       "size": 50,
                     *       "nextCursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["ListUploadJobsResponse"];
                };
            };
            /** @description Not modified since the response with this `ETag`. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `validation-failed`: Invalid fields. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:validation-failed";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `identity-provider-unavailable`: Identity provider unavailable. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    listPhotoMonths: {
        parameters: {
            query?: {
                /** @description Photos with exactly this tag, ignoring case. */
                tag?: string;
                /** @description Photos whose filename, path, camera make, camera model, title, caption, keywords or tags contain every word of this text, ignoring case. A word of three or more characters is found anywhere in a field, also in the middle of a word. A word of one or two characters is found only where a word begins; words are separated by spaces and ASCII punctuation. */
                q?: string;
                /** @description Photos with this status. Photos with the status `DUPLICATE` are returned only if it is given. */
                status?: "QUEUED" | "UPLOADING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED" | "DUPLICATE";
                /** @description Photos taken at this local time or later: `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SS`. */
                takenFrom?: string;
                /** @description Photos taken at this local time or earlier. A date includes the whole day. */
                takenTo?: string;
            };
            header?: {
                /** @description `ETag` of an earlier response. Returns 304 if nothing has changed since. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The months that have photos. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "month": "2026-11",
                     *           "count": 214
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ListPhotoMonthsResponse"];
                };
            };
            /** @description Not modified since the response with this `ETag`. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `validation-failed`: Invalid fields. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:validation-failed";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `identity-provider-unavailable`: Identity provider unavailable. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    getPhoto: {
        parameters: {
            query?: never;
            header?: {
                /** @description `ETag` of an earlier response. Returns 304 if nothing has changed since. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                /**
                 * @description Id of the photo.
                 * @example ph_01JD3VB2M4K6N8Q0S2T4V6W8X1
                 */
                photoId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The photo with its metadata and thumbnails. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "photoId": "ph_01JD3VB2M4K6N8Q0S2T4V6W8X1",
                     *       "jobId": "job_01JD3VB2M4K6N8Q0S2T4V6W8X0",
                     *       "filename": "IMG_0412.jpg",
                     *       "path": "Lisbon/Day 1",
                     *       "mimeType": "image/jpeg",
                     *       "bytes": 2457811,
                     *       "status": "COMPLETED",
                     *       "bytesSent": 2457811,
                     *       "failureReason": null,
                     *       "failureDetail": null,
                     *       "duplicateOf": null,
                     *       "eTag": "\"9b2cf535f27731c974343645a3985328\"",
                     *       "checksum": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
                     *       "width": 4032,
                     *       "height": 3024,
                     *       "exifJson": {
                     *         "make": "Apple",
                     *         "model": "iPhone 15",
                     *         "exposureTime": 0.008,
                     *         "fNumber": 1.6,
                     *         "iso": 64
                     *       },
                     *       "isDegraded": false,
                     *       "anomalies": [
                     *         "TRAILING_DATA"
                     *       ],
                     *       "thumbhash": "1QcSHQRnh493V4dIh4eXh1h4kJUI",
                     *       "annotations": {
                     *         "title": "Pier",
                     *         "caption": "The pier at dawn",
                     *         "keywords": [
                     *           "sea",
                     *           "dawn"
                     *         ],
                     *         "rating": 4,
                     *         "creator": "Ann Lee"
                     *       },
                     *       "tags": [
                     *         "holiday"
                     *       ],
                     *       "createdAt": "2026-11-24T09:30:00.000Z",
                     *       "completedAt": "2026-11-24T09:30:04.512Z",
                     *       "thumbnails": [
                     *         {
                     *           "variant": 1024,
                     *           "width": 1024,
                     *           "height": 768,
                     *           "bytes": 84210,
                     *           "url": "https://rapid-photo-upload.s3.us-east-1.amazonaws.com/thumbnails/production/usr_01JD3V9Z7N8Q6R5T4W3X2Y1Z0A/ph_01JD3VB2M4K6N8Q0S2T4V6W8X1/1024.webp?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=900&X-Amz-Signature=6f1d",
                     *           "expiresAt": "2026-11-24T09:45:00.000Z"
                     *         }
                     *       ],
                     *       "progress": 100
                     *     }
                     */
                    "application/json": components["schemas"]["GetPhotoResponse"];
                };
            };
            /** @description Not modified since the response with this `ETag`. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not-found`: Resource not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:not-found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `identity-provider-unavailable`: Identity provider unavailable. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    listPhotos: {
        parameters: {
            query?: {
                /** @description Photos with exactly this tag, ignoring case. */
                tag?: string;
                /** @description Photos whose filename, path, camera make, camera model, title, caption, keywords or tags contain every word of this text, ignoring case. A word of three or more characters is found anywhere in a field, also in the middle of a word. A word of one or two characters is found only where a word begins; words are separated by spaces and ASCII punctuation. */
                q?: string;
                /** @description Photos with this status. Photos with the status `DUPLICATE` are returned only if it is given. */
                status?: "QUEUED" | "UPLOADING" | "PROCESSING" | "COMPLETED" | "FAILED" | "CANCELLED" | "DUPLICATE";
                /** @description Photos taken at this local time or later: `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SS`. */
                takenFrom?: string;
                /** @description Photos taken at this local time or earlier. A date includes the whole day. */
                takenTo?: string;
                /** @description Photos of this upload job. Can be combined with `status` only. */
                jobId?: string;
                /** @description `uploaded`: newest upload first. `taken`: newest capture time first; a photo without one sorts by its upload time in UTC. */
                sort?: "uploaded" | "taken";
                /** @description Page number, from 0. Ignored if `cursor` is given. `(page + 1) × size` is at most 1000: use `cursor` for later items. */
                page?: number;
                /** @description Items per page. */
                size?: number;
                /** @description `nextCursor` of the previous response. Every page takes the same time. */
                cursor?: string;
            };
            header?: {
                /** @description `ETag` of an earlier response. Returns 304 if nothing has changed since. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of photos. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "photoId": "ph_01JD3VB2M4K6N8Q0S2T4V6W8X1",
                     *           "jobId": "job_01JD3VB2M4K6N8Q0S2T4V6W8X0",
                     *           "filename": "IMG_0412.jpg",
                     *           "path": "Lisbon/Day 1",
                     *           "mimeType": "image/jpeg",
                     *           "bytes": 2457811,
                     *           "status": "COMPLETED",
                     *           "failureReason": null,
                     *           "duplicateOf": null,
                     *           "width": 4032,
                     *           "height": 3024,
                     *           "takenAt": "2026-11-21T16:04:31",
                     *           "tags": [
                     *             "holiday"
                     *           ],
                     *           "createdAt": "2026-11-24T09:30:00.000Z",
                     *           "completedAt": "2026-11-24T09:30:04.512Z",
                     *           "thumbnails": [
                     *             {
                     *               "variant": 1024,
                     *               "width": 1024,
                     *               "height": 768,
                     *               "bytes": 84210,
                     *               "url": "https://rapid-photo-upload.s3.us-east-1.amazonaws.com/thumbnails/production/usr_01JD3V9Z7N8Q6R5T4W3X2Y1Z0A/ph_01JD3VB2M4K6N8Q0S2T4V6W8X1/1024.webp?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=900&X-Amz-Signature=6f1d",
                     *               "expiresAt": "2026-11-24T09:45:00.000Z"
                     *             }
                     *           ],
                     *           "thumbhash": "1QcSHQRnh493V4dIh4eXh1h4kJUI"
                     *         }
                     *       ],
                     *       "size": 50,
                     *       "nextCursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["ListPhotosResponse"];
                };
            };
            /** @description Not modified since the response with this `ETag`. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `validation-failed`: Invalid fields. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:validation-failed";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `identity-provider-unavailable`: Identity provider unavailable. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    getDownloadUrl: {
        parameters: {
            query?: {
                /** @description Longest edge in pixels, or `original`. */
                variant?: "256" | "1024" | "original";
            };
            header?: {
                /** @description `ETag` of an earlier response. Returns 304 if nothing has changed since. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                /**
                 * @description Id of the photo.
                 * @example ph_01JD3VB2M4K6N8Q0S2T4V6W8X1
                 */
                photoId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The URL. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "photoId": "ph_01JD3VB2M4K6N8Q0S2T4V6W8X1",
                     *       "variant": "256",
                     *       "url": "https://rapid-photo-upload.s3.us-east-1.amazonaws.com/production/usr_01JD3V9Z7N8Q6R5T4W3X2Y1Z0A/ph_01JD3VB2M4K6N8Q0S2T4V6W8X1/original?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=900&X-Amz-Signature=6f1d",
                     *       "expiresAt": "2026-11-24T09:45:00.000Z",
                     *       "filename": "IMG_0412.jpg",
                     *       "contentType": "image/jpeg"
                     *     }
                     */
                    "application/json": components["schemas"]["GetDownloadUrlResponse"];
                };
            };
            /** @description Not modified since the response with this `ETag`. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not-found`: Resource not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:not-found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `photo-not-ready`: Photo not ready. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:photo-not-ready";
                        /** @constant */
                        status?: 409;
                    };
                };
            };
            /** @description `validation-failed`: Invalid fields. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:validation-failed";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `identity-provider-unavailable`: Identity provider unavailable. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    getPhotoTimeline: {
        parameters: {
            query?: never;
            header?: {
                /** @description `ETag` of an earlier response. Returns 304 if nothing has changed since. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                /**
                 * @description Id of the photo.
                 * @example ph_01JD3VB2M4K6N8Q0S2T4V6W8X1
                 */
                photoId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What happened to the photo, in chronological order. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "photoId": "ph_01JD3VB2M4K6N8Q0S2T4V6W8X1",
                     *       "entries": [
                     *         {
                     *           "at": "2026-11-24T09:30:04.512Z",
                     *           "kind": "COMPLETED",
                     *           "text": "Processing finished"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["GetPhotoTimelineResponse"];
                };
            };
            /** @description Not modified since the response with this `ETag`. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not-found`: Resource not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:not-found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `identity-provider-unavailable`: Identity provider unavailable. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    verifyHashes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "sha256": [
                 *         "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["VerifyHashesRequest"];
            };
        };
        responses: {
            /** @description The result for each hash, in order. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "sha256": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
                     *           "isStored": true,
                     *           "photoId": "ph_01JD3VB2M4K6N8Q0S2T4V6W8X1",
                     *           "jobId": "job_01JD3VB2M4K6N8Q0S2T4V6W8X0"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["VerifyHashesResponse"];
                };
            };
            /** @description `malformed-body`: Malformed request body. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:malformed-body";
                        /** @constant */
                        status?: 400;
                    };
                };
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `body-too-large`: Request body too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:body-too-large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported-media-type`: Unsupported media type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unsupported-media-type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `validation-failed`: Invalid fields. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:validation-failed";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `identity-provider-unavailable`: Identity provider unavailable. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    getAccount: {
        parameters: {
            query?: never;
            header?: {
                /** @description `ETag` of an earlier response. Returns 304 if nothing has changed since. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caller's account. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "userId": "usr_01JD3V9Z7N8Q6R5T4W3X2Y1Z0A",
                     *       "email": "ada@example.com",
                     *       "usedBytes": 13314398617,
                     *       "limitBytes": 107374182400,
                     *       "photoCount": 4821
                     *     }
                     */
                    "application/json": components["schemas"]["GetAccountResponse"];
                };
            };
            /** @description Not modified since the response with this `ETag`. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `identity-provider-unavailable`: Identity provider unavailable. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    listWebhooks: {
        parameters: {
            query?: never;
            header?: {
                /** @description `ETag` of an earlier response. Returns 304 if nothing has changed since. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All webhooks of the account, without their secrets. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "endpointId": "wh_01JD3VD5P7R9T1V3X5Z7A9C1E3",
                     *           "url": "https://example.com/hooks/photos",
                     *           "eventTypes": [
                     *             "PhotoProcessingCompleted",
                     *             "PhotoFailed"
                     *           ],
                     *           "disabledAt": null,
                     *           "disabledReason": null,
                     *           "createdAt": "2026-11-24T09:30:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ListWebhooksResponse"];
                };
            };
            /** @description Not modified since the response with this `ETag`. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `identity-provider-unavailable`: Identity provider unavailable. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    listWebhookDeliveries: {
        parameters: {
            query?: {
                /** @description Page number, from 0. Ignored if `cursor` is given. `(page + 1) × size` is at most 1000: use `cursor` for later items. */
                page?: number;
                /** @description Items per page. */
                size?: number;
                /** @description `nextCursor` of the previous response. Every page takes the same time. */
                cursor?: string;
            };
            header?: {
                /** @description `ETag` of an earlier response. Returns 304 if nothing has changed since. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                /**
                 * @description Id of the webhook.
                 * @example wh_01JD3VD5P7R9T1V3X5Z7A9C1E3
                 */
                endpointId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of deliveries, newest first. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "deliveryId": "whd_01JD3VE6Q8S0V2X4Z6B8D0F2H4",
                     *           "eventId": "evt_8f14e45f-ceea-467f-9575-1c1b9d2f7a3e",
                     *           "type": "PhotoProcessingCompleted",
                     *           "status": "DELIVERED",
                     *           "attempts": 1,
                     *           "lastStatus": 204,
                     *           "lastError": null,
                     *           "nextAttemptAt": null,
                     *           "deliveredAt": "2026-11-24T09:30:05.020Z",
                     *           "createdAt": "2026-11-24T09:30:00.000Z"
                     *         }
                     *       ],
                     *       "size": 50,
                     *       "nextCursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["ListWebhookDeliveriesResponse"];
                };
            };
            /** @description Not modified since the response with this `ETag`. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthenticated`: Invalid or missing access token. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:unauthenticated";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `insufficient-scope`: Insufficient scope. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:insufficient-scope";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not-found`: Resource not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:not-found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `validation-failed`: Invalid fields. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:validation-failed";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `internal-error`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:internal-error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `identity-provider-unavailable`: Identity provider unavailable. `timed-out`: Request timed out. `database-unavailable`: Database unavailable. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type?: "urn:rapid-photo-upload:problem:identity-provider-unavailable" | "urn:rapid-photo-upload:problem:timed-out" | "urn:rapid-photo-upload:problem:database-unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
}

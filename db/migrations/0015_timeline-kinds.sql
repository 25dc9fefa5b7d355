-- The timeline holds only the kinds that the domain knows (domain/photo-timeline.ts): each of them has words for the
-- owner of the photo.
ALTER TABLE "photo_timeline" ADD CONSTRAINT "photo_timeline_kind" CHECK ("photo_timeline"."kind" in ('QUEUED', 'UPLOADING', 'PROCESSING', 'COMPLETED', 'FAILED', 'CANCELLED', 'ATTEMPT_STARTED', 'ATTEMPT_FAILED', 'REPROCESSING', 'DELETED'));
-- The audit log in partitions by month, so that old months are dropped instead of deleted row by row. A default
-- partition takes rows whose month has no partition: a late sweep never fails a command. Requests for ids that the
-- user does not have are counted by day, so that probing ids does not fill the log.
CREATE TABLE "unknown_id_requests" (
	"user_id" text NOT NULL,
	"action" text NOT NULL,
	"day" date NOT NULL,
	"requests" integer NOT NULL,
	"last_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "unknown_id_requests_user_id_action_day_pk" PRIMARY KEY("user_id","action","day")
);
--> statement-breakpoint
CREATE INDEX "unknown_id_requests_by_day" ON "unknown_id_requests" USING btree ("day");--> statement-breakpoint
ALTER TABLE "audit_log" RENAME TO "audit_log_unpartitioned";--> statement-breakpoint
ALTER TABLE "audit_log_unpartitioned" RENAME CONSTRAINT "audit_log_pkey" TO "audit_log_unpartitioned_pkey";--> statement-breakpoint
ALTER INDEX "audit_log_by_user" RENAME TO "audit_log_unpartitioned_by_user";--> statement-breakpoint
CREATE TABLE "audit_log" (
	"audit_id" bigint GENERATED ALWAYS AS IDENTITY,
	"user_id" text NOT NULL,
	"action" text NOT NULL,
	"job_id" text,
	"photo_id" text,
	"outcome" text NOT NULL,
	"occurred_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "audit_log_audit_id_occurred_at_pk" PRIMARY KEY("audit_id","occurred_at")
) PARTITION BY RANGE ("occurred_at");
--> statement-breakpoint
CREATE INDEX "audit_log_by_user" ON "audit_log" USING btree ("user_id","audit_id");--> statement-breakpoint
CREATE TABLE "audit_log_default" PARTITION OF "audit_log" DEFAULT;--> statement-breakpoint
-- Statement triggers of a partitioned table do not fire for statements on its partitions: each has its own.
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();--> statement-breakpoint
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log_default
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();--> statement-breakpoint
-- Creates the partition of a month (UTC) with the rows of that month in the default partition. Returns false when it
-- exists. Attaching it locks out neither readers nor writers of other partitions; creating it in place would.
CREATE FUNCTION create_audit_partition(month date) RETURNS boolean LANGUAGE plpgsql
  SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '2s' AS $$
declare
  starts timestamptz := date_trunc('month', month::timestamp) at time zone 'UTC';
  ends timestamptz := (date_trunc('month', month::timestamp) + interval '1 month') at time zone 'UTC';
  name text := 'audit_log_' || to_char(month, 'YYYY_MM');
begin
  if to_regclass(name) is not null then return false; end if;
  execute format('create table %I (like audit_log including defaults including constraints including indexes)', name);
  if exists (select from audit_log_default where occurred_at >= starts and occurred_at < ends) then
    alter table audit_log_default disable trigger audit_log_append_only;
    execute format(
      'with moved as (delete from audit_log_default where occurred_at >= $1 and occurred_at < $2 returning *)
       insert into %I select * from moved', name) using starts, ends;
    alter table audit_log_default enable trigger audit_log_append_only;
  end if;
  execute format('alter table audit_log attach partition %I for values from (%L) to (%L)', name, starts, ends);
  execute format(
    'create trigger audit_log_append_only before update or delete or truncate on %I
       for each statement execute function refuse_change()', name);
  return true;
end $$;
--> statement-breakpoint
-- Creates the partitions of this month, of the months ahead and of months found in the default partition, and drops
-- those older than the months to keep. Safe to call at any time and from several sessions; the sweep does.
CREATE FUNCTION maintain_audit_log(months_ahead int, months_kept int) RETURNS jsonb LANGUAGE plpgsql
  SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '2s' AS $$
declare
  this_month date := date_trunc('month', now() at time zone 'UTC');
  oldest date := this_month - months_kept * interval '1 month';
  months date[];
  wanted date;
  partition text;
  created int := 0;
  dropped int := 0;
  forgotten int := 0;
begin
  perform pg_advisory_xact_lock(hashtext('maintain_audit_log'));
  -- Read to the end first: a table that an open query reads cannot be altered.
  months := array(
    select (this_month + ahead * interval '1 month')::date from generate_series(0, months_ahead) as ahead
    union
    select date_trunc('month', occurred_at at time zone 'UTC')::date from audit_log_default);
  foreach wanted in array months loop
    if create_audit_partition(wanted) then created := created + 1; end if;
  end loop;
  for partition in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'audit_log'::regclass and c.relname ~ '^audit_log_[0-9]{4}_[0-9]{2}$'
      and to_date(right(c.relname, 7), 'YYYY_MM') < oldest
  loop
    execute format('drop table %I', partition);
    dropped := dropped + 1;
  end loop;
  delete from unknown_id_requests where day < oldest;
  get diagnostics forgotten = row_count;
  return jsonb_build_object('created', created, 'dropped', dropped, 'unknownIdRequests', forgotten);
end $$;
--> statement-breakpoint
-- They run with their owner's rights, for a role that may not create tables: nobody else needs them.
REVOKE ALL ON FUNCTION create_audit_partition(date), maintain_audit_log(int, int) FROM PUBLIC;--> statement-breakpoint
INSERT INTO "audit_log" OVERRIDING SYSTEM VALUE
  SELECT "audit_id", "user_id", "action", "job_id", "photo_id", "outcome", "occurred_at" FROM "audit_log_unpartitioned";--> statement-breakpoint
SELECT setval(pg_get_serial_sequence('audit_log', 'audit_id'), coalesce((SELECT max("audit_id") FROM "audit_log"), 0) + 1, false);--> statement-breakpoint
DROP TABLE "audit_log_unpartitioned";--> statement-breakpoint
SELECT maintain_audit_log(2, 1200);

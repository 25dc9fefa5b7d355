-- The sweep leaves alone photos whose message is delayed for the fair share of other users, and tries removals that
-- have failed after all others. The function is volatile, so that it sees what was committed after the statement that
-- calls it began (https://www.postgresql.org/docs/current/xfunc-volatility.html): the lease of webhook deliveries counts
-- under a lock.
ALTER TABLE "photos" ADD COLUMN "removal_failed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "photos" ADD COLUMN "deferred_until" timestamp with time zone;--> statement-breakpoint
CREATE FUNCTION webhook_deliveries_in_flight(for_user text) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
  select coalesce(jsonb_object_agg(endpoint_id, in_flight), '{}') from (
    select d.endpoint_id, count(*) as in_flight
    from webhook_endpoints e join webhook_deliveries d on d.endpoint_id = e.endpoint_id
    where e.user_id = for_user and d.lease_expires_at > now()
    group by d.endpoint_id
  ) as counted
$$;

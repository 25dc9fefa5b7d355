-- Wakes the relay when a transaction with events commits; Postgres folds equal notifications of one transaction.
create function notify_outbox() returns trigger language plpgsql as $$
begin
  perform pg_notify('outbox_events', '');
  return null;
end $$;
--> statement-breakpoint
create trigger outbox_events_notify after insert on outbox_events
  for each statement execute function notify_outbox();

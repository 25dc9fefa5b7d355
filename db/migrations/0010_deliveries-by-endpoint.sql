-- The list of an endpoint's deliveries, the newest first.
CREATE INDEX "webhook_deliveries_by_endpoint" ON "webhook_deliveries" USING btree ("endpoint_id","delivery_id");
-- Events about choices of cookies are found by the drawn name of whoever chose.

ALTER TABLE audit_event ADD COLUMN chooser TEXT;

CREATE INDEX audit_event_chooser ON audit_event (account_id, chooser, at, event_id) WHERE chooser IS NOT NULL;

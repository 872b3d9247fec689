"""Audit events are chained by hashes in the order of their commits, and never change. Expand only."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0012"
branch_labels = None
depends_on = None

_CHAIN = (
    """
CREATE TABLE audit_chain (
    seq BIGINT NOT NULL,
    event_id UUID NOT NULL,
    hash BYTEA NOT NULL,
    CONSTRAINT pk_audit_chain PRIMARY KEY (seq),
    CONSTRAINT uq_audit_chain_event_id UNIQUE (event_id),
    CONSTRAINT fk_audit_chain_event_id_audit_events FOREIGN KEY(event_id) REFERENCES audit_events (id) ON DELETE RESTRICT
)""",
    # The same text is made by ai_api.audit.rules.sealed_text: who changes one changes the other, for new events only.
    """
CREATE FUNCTION audit_sealed_text(place BIGINT, previous BYTEA, e audit_events) RETURNS TEXT LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(
        place::text, encode(previous, 'hex'), e.id::text, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        e.actor_kind, e.actor_member_id::text, e.actor_name, e.address, e.action, e.target_kind, e.target_id::text,
        e.before::text, e.after::text, e.request_id
    )::text
$$""",
    """
CREATE FUNCTION audit_seal(e audit_events) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
    place BIGINT;
    previous BYTEA;
BEGIN
    -- One commit at a time, from here until it is visible to the next: so the order of the chain is that of the commits.
    PERFORM pg_advisory_xact_lock(418581342580);
    SELECT c.seq, c.hash INTO place, previous FROM audit_chain c ORDER BY c.seq DESC LIMIT 1;
    place := coalesce(place, 0) + 1;
    previous := coalesce(previous, decode(repeat('00', 32), 'hex'));
    INSERT INTO audit_chain (seq, event_id, hash)
    VALUES (place, e.id, sha256(convert_to(audit_sealed_text(place, previous, e), 'UTF8')));
END
$$""",
    # As the tables' owner, so that the application needs no right to write the chain.
    """
CREATE FUNCTION audit_seal_new() RETURNS TRIGGER LANGUAGE plpgsql SECURITY DEFINER SET search_path = {path} AS $$
BEGIN
    PERFORM audit_seal(NEW);
    RETURN NULL;
END
$$""",
    """
CREATE FUNCTION refuse_to_change() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$""",
    # What was there before is chained by its ids, which are times.
    """
DO $$
DECLARE
    e audit_events;
BEGIN
    FOR e IN SELECT * FROM audit_events ORDER BY id LOOP
        PERFORM audit_seal(e);
    END LOOP;
END
$$""",
    """
CREATE CONSTRAINT TRIGGER seal AFTER INSERT ON audit_events DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION audit_seal_new()""",
    """
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change()""",
    """
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_chain
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change()""",
    """
CREATE TRIGGER only_sealed BEFORE INSERT ON audit_chain
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_to_change()""",
)


def upgrade() -> None:
    schema = op.get_bind().exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    for statement in _CHAIN:
        # Temporary tables last: nobody may put one of their own in the place of the chain.
        op.execute(statement.replace("{path}", f"pg_catalog, {schema}, pg_temp"))
    op.execute("UPDATE schema_state SET revision = '0019'")


def downgrade() -> None:
    raise RuntimeError("migrations go forward; restore a backup to go back")

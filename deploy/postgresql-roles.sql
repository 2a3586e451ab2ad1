-- 操作の記録を変えられない役割で、サービスを動かす（PostgreSQL）。docs/operations.md の「操作の記録を変えられない役割」
-- 表を作った役割（kotae_owner）で、そのデータベースにつないで打つ: psql -v ON_ERROR_STOP=1 -f deploy/postgresql-roles.sql
-- 役割 kotae_app は、先に CREATE ROLE kotae_app LOGIN PASSWORD '…' で作っておく。表を更新（upgrade）したあとも、もう一度打つ。

GRANT USAGE ON SCHEMA public TO kotae_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO kotae_app;
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO kotae_app;

-- 毎日の VACUUM は表の持ち主のものなので、kotae_app ではとばされる。代わりにすること: docs/retention.md の「消え方」
-- 操作の記録は、読むことと足すことだけ。1年より前の行は、表を作った役割の関数が消す
REVOKE UPDATE, DELETE, TRUNCATE ON audit_lines FROM kotae_app, PUBLIC;
REVOKE DELETE, TRUNCATE ON audit_head, audit_checkpoints FROM kotae_app, PUBLIC;
REVOKE EXECUTE ON FUNCTION audit_lines_expire(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_lines_expire(integer) TO kotae_app;

-- 表の版は、表を作った役割だけが変える
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON alembic_version FROM kotae_app, PUBLIC;

#!/bin/sh
# Run once by Patroni when the cluster is new; its argument is the connection string of the superuser.
# Who owns the tables migrates; the service is another, who gets rights from `migrate --app-role` and has no DDL: docs/operations.md.
exec psql --quiet --set=ON_ERROR_STOP=1 "$$1" <<'SQL'
CREATE ROLE ${owner} LOGIN PASSWORD '${owner_password}';
CREATE ROLE ${application} LOGIN PASSWORD '${application_password}';
GRANT pg_monitor TO ${application};  -- so that readiness sees the standbys
CREATE DATABASE yijianshi OWNER ${owner};
SQL

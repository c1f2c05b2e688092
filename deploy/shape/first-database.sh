#!/bin/sh
# Run once by Patroni when the cluster is new; its argument is the connection string of the superuser.
# The role the service signs in as. A role of its own for migrations, and this one without DDL: docs/operations.md.
exec psql --quiet --set=ON_ERROR_STOP=1 "$$1" <<'SQL'
CREATE ROLE yijianshi LOGIN PASSWORD '${password}';
CREATE DATABASE yijianshi OWNER yijianshi;
SQL

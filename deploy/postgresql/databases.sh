#!/bin/sh
# Makes one database and one role for each process; no role can reach another's database.
set -eu
for name in gateway identity ledger vehicle exit_restriction referral coordination; do
  psql --set ON_ERROR_STOP=1 --username postgres --set name="$name" --set password="$POSTGRES_PASSWORD" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name" ENCODING 'UTF8' TEMPLATE template0;
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
done

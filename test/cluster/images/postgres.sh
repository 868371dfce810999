#!/bin/sh
# What upstream's image does at its start, as far as the examples need it.
set -e
data=${PGDATA:-/var/lib/postgresql/data}
mkdir -p "$data"
if [ "$(id -u)" = 0 ]; then
  chown -R postgres:postgres "$data" && chmod 700 "$data"
  exec setpriv --reuid postgres --regid postgres --init-groups "$0" "$@"
fi
if [ ! -s "$data/PG_VERSION" ]; then
  printf %s "$POSTGRES_PASSWORD" > /tmp/password
  initdb --pgdata "$data" --username "${POSTGRES_USER:-postgres}" --pwfile /tmp/password --auth-local trust --auth-host scram-sha-256
  rm /tmp/password
  echo 'host all all all scram-sha-256' >> "$data/pg_hba.conf"
fi
[ $# -gt 0 ] || set -- postgres
case $1 in
  postgres) shift; exec postgres -D "$data" -c listen_addresses='*' "$@" ;;
  *) exec "$@" ;;
esac

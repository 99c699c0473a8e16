//! What etcd, Patroni and `HAProxy` are told.

use std::path::Path;

use serde_json::{Value, json};

use super::{Mode, node::Node};
use crate::postgres::site::SUPERUSER;

/// For how long a primary that says nothing is still one, in seconds. Patroni takes no less.
pub(super) const TTL: u64 = 20;

/// Patroni's settings for a node. They are YAML, of which this is a subset.
pub(super) fn patroni(
    node: &Node,
    mode: Mode,
    etcd: u16,
    password: &str,
    folder: &Path,
    bin: &Path,
) -> String {
    let account = |name: &str| json!({ "username": name, "password": password });
    let listens = format!("127.0.0.1:{}", node.port);
    let settings = json!({
        "scope": "sternway",
        "name": node.name,
        "restapi": {
            "listen": format!("127.0.0.1:{}", node.rest),
            "connect_address": format!("127.0.0.1:{}", node.rest),
        },
        "etcd3": { "host": format!("127.0.0.1:{etcd}") },
        "bootstrap": {
            "dcs": agreed(mode),
            "initdb": [{ "encoding": "UTF8" }, { "locale": "C" }, "data-checksums"],
            "pg_hba": [
                "local all all scram-sha-256",
                "host all all 127.0.0.1/32 scram-sha-256",
                "host replication all 127.0.0.1/32 scram-sha-256",
            ],
        },
        "postgresql": {
            "listen": listens,
            "connect_address": listens,
            "data_dir": node.data,
            "bin_dir": bin,
            "pgpass": folder.join(format!("{}.pass", node.name)),
            "authentication": {
                "superuser": account(SUPERUSER),
                "replication": account("replicator"),
                "rewind": account("rewinder"),
            },
            "parameters": { "unix_socket_directories": folder, "shared_buffers": "64MB" },
        },
    });
    settings.to_string()
}

/// What all nodes agree on.
fn agreed(mode: Mode) -> Value {
    let synchronous = mode == Mode::Synchronous;
    json!({
        "ttl": TTL,
        "loop_wait": 1,
        "retry_timeout": 5,
        // Without waiting for a standby, one that is behind is better than none.
        "maximum_lag_on_failover": if synchronous { 1_048_576_u64 } else { 1 << 40 },
        "synchronous_mode": synchronous,
        // Rather none than one that nobody confirms.
        "synchronous_mode_strict": synchronous,
        "postgresql": {
            "use_pg_rewind": true,
            "parameters": {
                "max_connections": 200,
                "log_min_messages": "log",
                // A standby that lost its primary looks for it again this soon, and not after 5 s.
                "wal_retrieve_retry_interval": "500ms",
            },
        },
    })
}

/// `HAProxy`'s settings: every connection leads to the node that says that it is the primary, and those
/// to a node that is not any more are cut.
pub(super) fn haproxy(port: u16, nodes: &[Node]) -> String {
    let servers = nodes.iter().map(|Node { name, port, rest, .. }| {
        format!("  server {name} 127.0.0.1:{port} check port {rest}\n")
    });
    let listen = format!(
        "global\n  maxconn 1000\n\
         defaults\n  mode tcp\n  timeout connect 2s\n  timeout check 1s\n  timeout client 30m\n  timeout server 30m\n\
         listen primary\n  bind 127.0.0.1:{port}\n  option httpchk OPTIONS /primary\n  http-check expect status 200\n  \
         default-server inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions\n"
    );
    std::iter::once(listen).chain(servers).collect()
}

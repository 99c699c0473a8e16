//! Health checks, made through real sockets and of a real database.

mod folded;
mod hook;
mod http;
mod made;
mod prometheus;
mod server;
mod sql;
mod tls;

//! Channels are told through real sockets, and nobody else is.

mod egress;
mod email;
mod made;
mod server;
mod slack;
mod webhook;

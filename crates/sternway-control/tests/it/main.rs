//! What the drivers promise, seen from outside: stories over a store in memory.

mod activation;
mod again;
mod automatic;
mod batch;
mod beside;
mod cancelled;
mod closed;
mod crossing;
mod damaged;
mod gate;
mod halted;
mod live;
mod make;
mod policy;
mod promote;
mod publish;
mod race;
mod record;
mod rehearsal;
mod resolve;
mod rollback;
mod sweep;
mod trouble;
mod unavailable;
mod watch;
mod world;

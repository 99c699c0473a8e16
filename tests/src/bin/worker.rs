//! A process that works on a shared store until it is killed, or its input ends.
//!
//! `worker SEED`, with the address in `STERNWAY_WORK_ON`.

use std::{
    io::Read as _,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let seed: u64 = std::env::args().nth(1).ok_or("a seed is missing")?.parse()?;
    let stop = Arc::new(AtomicBool::new(false));
    let stops = Arc::clone(&stop);
    std::thread::spawn(move || {
        // Its end is all that is waited for.
        drop(std::io::stdin().read_to_end(&mut Vec::new()));
        stops.store(true, Ordering::Relaxed);
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(sternway_tests::faults::work(seed, move || stop.load(Ordering::Relaxed)))
}

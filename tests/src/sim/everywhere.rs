//! One story, and every fault at every operation of the disk in it.

use super::{
    error::Failure,
    fault::{Fault, Kind, Lasts},
    mutant::Mutant,
    run::{Course, Plan, run},
};

/// What is tried at every operation.
const FAULTS: [(Kind, Lasts); 5] = [
    (Kind::PowerCut, Lasts::Once),
    (Kind::Io, Lasts::Once),
    (Kind::Io, Lasts::ForEver),
    (Kind::Full, Lasts::Once),
    (Kind::Full, Lasts::ForEver),
];

/// The seed of a story that is told so: short, and with a delta and a content in chunks.
pub const EVERYWHERE: u64 = 287;

/// Tells the story of a seed again and again, with one fault each time: at the first operation of
/// the disk, then `stride` operations later, and so on to the last. Answers with how often it was
/// told.
///
/// # Errors
///
/// [`Failure`] of the first that failed, and the fault.
pub async fn everywhere(seed: u64, stride: usize) -> Result<u64, (Failure, Fault)> {
    let mut told = 0;
    for (kind, lasts) in FAULTS {
        for after in (0..).step_by(stride) {
            let fault = Fault::failing(kind, None, after, lasts);
            let plan = Plan { seed, mutant: Mutant::None, fault: Some(fault) };
            told += 1;
            let Course { struck, .. } = run(&plan).await.map_err(|failure| (failure, fault))?;
            if struck == 0 {
                break;
            }
        }
    }
    Ok(told)
}

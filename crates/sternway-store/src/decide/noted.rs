//! What is noted with the failures of an append.

use sternway_types::Subject;

use crate::{Append, AppendedSubject, LogLength, Noted};

/// Notes with each new failure of the subjects for which that was asked how far the logs of the others were.
/// All new outcomes of the append are in `subjects`, and `total_of` says how many outcomes a log had before it; where
/// it cannot be told of one of them, nothing is noted: outcomes are counted all the same.
///
/// # Errors
///
/// What `total_of` answers.
pub fn note<E>(
    append: &Append,
    subjects: &mut [AppendedSubject],
    mut total_of: impl FnMut(&Subject) -> Result<Option<u64>, E>,
) -> Result<(), E> {
    for (subject, others) in append.notings() {
        let Some(at) = subjects.iter().position(|it| it.subject == *subject) else { continue };
        let Some(failures) = subjects.get(at).map(|it| failures(append, it)) else { continue };
        if failures.is_empty() {
            continue;
        }
        let mut logs = Vec::with_capacity(others.len());
        for (version, generation) in others.iter().copied() {
            let other = Subject { version, generation, ..subject.clone() };
            let counted = subjects.iter().find(|it| it.subject == other);
            let counted = counted.map_or(&[][..], |it| it.counted.as_slice());
            let Some(total) = total_of(&other)? else { break };
            logs.push((LogLength { version, generation, total }, counted));
        }
        if logs.len() < others.len() {
            continue;
        }
        let noted = failures.into_iter().map(|(place, index)| {
            let length = |(before, counted): &(LogLength, &[usize])| {
                let since = counted.partition_point(|other| *other < index) as u64;
                LogLength { total: before.total.saturating_add(since), ..*before }
            };
            Noted { place, others: logs.iter().map(length).collect() }
        });
        let noted = noted.collect();
        if let Some(it) = subjects.get_mut(at) {
            it.noted = noted;
        }
    }
    Ok(())
}

/// The new failures of a subject: their places in its log, and in the append.
fn failures(append: &Append, of: &AppendedSubject) -> Vec<(u64, usize)> {
    let places = of.before.tally.total().saturating_add(1)..;
    let failed = |index: usize| append.outcomes().get(index).is_some_and(|it| it.is_failure());
    places.zip(of.counted.iter().copied()).filter(|(_, index)| failed(*index)).collect()
}

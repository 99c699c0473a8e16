//! The copy of a run, for a candidate that answers none: it runs at the same time as what answers, with the
//! same words, where nobody sees it, and its outcome is recorded for the candidate.
//!
//! Limits: what a run reads from a pipe or a file cannot be read twice, so such a run has no copy. A copy is
//! in a process group of its own, and nothing of it outlives the run by much.

use std::{ffi::OsString, io, pin::pin, time::Duration};

use sternway::{
    Outcome,
    control::{Control, deploy::Resolved},
    provider::{Clock, Stopwatch, SystemClock},
    types::{Answered, Timestamp},
};

use super::{
    attempt::{IsCopy, Live, Order, append, variables},
    child::{Ended, RunError},
    copy::PrivateCopy,
    ending::Conclusion,
    hidden,
};
use crate::{context::Context, error::CliError};

/// How long a copy may take at least, once what answers has ended, where no limit of time was given.
const PATIENCE: Duration = Duration::from_secs(10);
/// What stands for no limit.
const NO_LIMIT: Duration = Duration::from_hours(24 * 365);

/// A candidate that gets a copy of the run.
#[derive(Debug)]
pub(super) struct Shadow {
    live: Live,
    copy: PrivateCopy,
}

/// How a copy ended, or why it did not run.
#[derive(Debug)]
pub(super) struct Copied {
    live: Live,
    /// How what answered ended; nothing if nobody knows.
    answered: Option<Answered>,
    /// Nothing if nobody waited for its end any longer.
    ended: Option<Result<Ended, String>>,
    at: Timestamp,
}

impl Shadow {
    /// The candidate that a run is copied for, if one is.
    ///
    /// # Errors
    ///
    /// [`CliError`] if its content cannot be read or written, or it cannot be run by this command.
    pub(super) async fn of(
        order: &Order,
        control: &Control,
        run: &Resolved,
        context: &Context,
    ) -> Result<Option<Self>, CliError> {
        let Some(version) = run.shadow.filter(|_| reads_nothing()) else { return Ok(None) };
        let candidate = Resolved { version, ..*run };
        let live = order.content_of(control, &candidate, context, IsCopy::Yes).await?;
        let copy = PrivateCopy::write(control, &order.artifact, &live.content).await?;
        Ok(Some(Self { live, copy }))
    }

    /// Runs it beside what answers. Who was interrupted, or ran nothing, has no copy to wait for.
    pub(super) async fn beside(
        self,
        order: &Order,
        answers: impl Future<Output = Result<Ended, RunError>>,
    ) -> (Result<Ended, RunError>, Option<Copied>) {
        let Self { live, copy } = self;
        let argv = order.template.fill(copy.place(), live.subject.version);
        let mut variables = variables(&live.subject, copy.place());
        variables.push(("STERNWAY_SHADOW", OsString::from("1")));
        let limit = order.timeout.unwrap_or(NO_LIMIT);
        let work = async { hidden::run(argv, variables, limit).await.map(|(ended, _)| ended) };
        let (answered, ended) = both(answers, work, order.timeout).await;
        let counted = answered.as_ref().ok().filter(|ended| !ended.was_interrupted());
        let (at, end) = (SystemClock.now(), counted.map(|ended| ended.conclusion().answered()));
        let copied = end.map(|answered| Copied { live, answered, ended, at });
        (answered, copied)
    }
}

/// Runs both at the same time. A copy with a limit of time is waited for, since it ends by that. Another one
/// has as long again as what answers took, and some seconds at least.
async fn both<T>(
    answers: impl Future<Output = Result<Ended, RunError>>,
    copy: impl Future<Output = T>,
    limit: Option<Duration>,
) -> (Result<Ended, RunError>, Option<T>) {
    let stopwatch = Stopwatch::start();
    let (mut answers, mut copy) = (pin!(answers), pin!(copy));
    let mut copied = None;
    let answered = loop {
        tokio::select! {
            biased;
            answered = &mut answers => break answered,
            it = &mut copy, if copied.is_none() => copied = Some(it),
        }
    };
    let waits = answered.as_ref().is_ok_and(|ended| !ended.was_interrupted());
    if copied.is_none() && waits {
        copied = match limit {
            Some(_) => Some(copy.await),
            None => tokio::time::timeout(stopwatch.elapsed().max(PATIENCE), copy).await.ok(),
        };
    }
    (answered, copied)
}

impl Copied {
    /// Records how it went, and answers with why that could not be done, if it could not.
    pub(super) async fn record(self, order: &Order, context: &Context) -> Option<String> {
        let outcome = match &self.ended {
            Some(Ok(ended)) => ended.conclusion().outcome().took(ended.took),
            Some(Err(problem)) => return Some(problem.clone()),
            // That nobody waited is no fault of the candidate.
            None => Conclusion::Unknown.outcome(),
        };
        let outcome = match self.answered {
            Some(answered) => outcome.beside(answered),
            None => outcome,
        };
        match self.recorded(outcome, order, context).await {
            Ok(()) => None,
            Err(err) => Some(err.chain().join(": ")),
        }
    }

    async fn recorded(
        &self,
        outcome: Outcome,
        order: &Order,
        context: &Context,
    ) -> Result<(), CliError> {
        let record = order.record(&self.live, outcome, self.at)?;
        append(context, record).await.map(drop)
    }
}

/// Whether nothing but a terminal, or nobody, is there to be read from.
#[cfg(unix)]
fn reads_nothing() -> bool {
    use std::os::{fd::AsFd, unix::fs::FileTypeExt};

    let opened = io::stdin().as_fd().try_clone_to_owned().map(std::fs::File::from);
    let kind = opened.and_then(|file| file.metadata()).map(|metadata| metadata.file_type());
    kind.is_ok_and(|kind| kind.is_char_device())
}

#[cfg(not(unix))]
fn reads_nothing() -> bool {
    io::IsTerminal::is_terminal(&io::stdin())
}

#[cfg(test)]
mod tests {
    use std::{future::pending, process::ExitStatus};

    use super::*;

    /// What answers took no time.
    async fn check<T>(copy: impl Future<Output = T>, limit: Option<Duration>) -> Option<T> {
        let status = ExitStatus::default();
        let ended = Ended { status, cut: None, stderr: Vec::new(), took: Duration::ZERO };
        let (answered, copied) = both(async { Ok(ended) }, copy, limit).await;
        assert!(answered.is_ok());
        copied
    }

    async fn after(length: Duration) {
        #[expect(clippy::disallowed_methods, reason = "time stands still here")]
        tokio::time::sleep(length).await;
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_a_copy_is_waited_for_so_long_and_no_longer() {
        let second = Duration::from_secs(1);
        assert_eq!(check(after(PATIENCE - second), None).await, Some(()));
        assert_eq!(check(after(PATIENCE + second), None).await, None);
        assert_eq!(check(pending::<()>(), None).await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_copy_with_a_limit_is_waited_for_until_that_ends_it() {
        let minute = Duration::from_secs(60);
        assert_eq!(check(after(minute), Some(minute)).await, Some(()));
    }
}

//! Runs that hang: somebody says that they begin, and nobody how they ended.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use sternway::{
    control::{Control, ControlError, runs::Opening},
    store::Opened,
    types::{Outcome, OutcomeId, Subject},
};

use super::{
    cast::{is_away, locked},
    mutant::Mutant,
    play::Play,
    script::Badly,
    stage::now,
};
use crate::sim::Failure;

/// How long a run may take.
const DEADLINE: Duration = Duration::from_mins(1);

/// The runs that somebody was told are open.
#[derive(Clone, Debug, Default)]
pub(super) struct Begun(Arc<Mutex<BTreeMap<OutcomeId, Subject>>>);

fn opening(id: OutcomeId, subject: &Subject) -> Opening {
    Opening { deadline: Some(DEADLINE), ..Opening::new(id, subject.clone()) }
}

impl Begun {
    /// Says of every run that it begins, and how those ended that did well. The others hang.
    pub(super) async fn report(
        &self,
        control: &Control,
        outcomes: Vec<Outcome>,
    ) -> Result<(), ControlError> {
        let mut ended = Vec::new();
        for outcome in outcomes {
            drop(control.open_run(opening(outcome.id, &outcome.subject)).await?);
            locked(&self.0).insert(outcome.id, outcome.subject.clone());
            ended.extend((!outcome.is_failure()).then_some(outcome));
        }
        control.record(ended).await.map(drop)
    }
}

/// Finds out which runs hang; in words, why one of them could not be judged.
pub(super) async fn looks(control: &Control, mutant: Mutant) -> Option<String> {
    if mutant == Mutant::Unclosed {
        return None;
    }
    let failed = match control.sweep().await {
        Ok(swept) => swept.failed.into_iter().map(|(_, err)| err).find(|err| !is_away(err)),
        Err(err) => Some(err).filter(|err| !is_away(err)),
    };
    failed.map(|err| format!("who looks for what hangs: {err:?}"))
}

impl Play<'_> {
    /// Looks for runs that hang.
    pub(super) fn finds_what_hangs(&self) -> Result<(), Failure> {
        if self.script.badly == Badly::Fail {
            return Ok(());
        }
        match now(looks(&self.sound, self.shared.mutant)) {
            Some(words) => Err(Failure::Broken(words)),
            None => Ok(()),
        }
    }

    /// No run is open in the end: each of which somebody was told that it is was counted.
    pub(super) fn nothing_is_open(&mut self) -> Result<(), Failure> {
        if self.script.badly == Badly::Fail {
            return Ok(());
        }
        // Whoever opened the last one may have had a clock that is ahead.
        self.pass(2 * DEADLINE);
        self.finds_what_hangs()?;
        // What is live may have gone back by it.
        self.check()?;
        let begun = locked(&self.shared.begun.0).clone();
        for (id, subject) in begun {
            let again =
                now(self.sound.open_run(opening(id, &subject))).map_err(Failure::harness)?;
            if again.opened != Opened::Ended {
                let words = format!("the run {id} of {subject} is not over: {:?}", again.opened);
                return Err(Failure::Broken(words));
            }
        }
        Ok(())
    }
}

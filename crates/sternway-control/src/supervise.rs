//! Supervise: judge again and again what nobody judged, as long as the store is open.
//!
//! Any number of processes may do so beside each other and beside those that record: a verdict is
//! latched once, and the pointer moves once. What it costs follows what happens, not how many
//! artifacts there are: the store knows which subjects wait to be judged.

use std::{collections::HashMap, pin::pin, time::Duration};

use sternway_store::StoreError;
use sternway_types::{At, Revision, Subject, Timestamp};

use crate::{Control, ControlError, sweep::Swept};

/// How long to wait before the store is asked again after the first failure; the pause doubles with
/// each further one, up to eight periods.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const MOST_PERIODS: u32 = 8;

/// A round of a supervisor that found something.
#[derive(Clone, Debug, Default)]
#[must_use = "a round may have rolled versions back, or have been unable to judge"]
pub struct Round {
    /// What was judged, and what could not be. A subject that cannot be judged is tried in every
    /// round, and said in the first, the second, the fourth and so on in which it could not.
    pub swept: Swept,
    /// Why the store could not tell what to judge, or note what was judged. It is asked again after
    /// a pause.
    pub trouble: Option<ControlError>,
}

impl Round {
    fn is_silent(&self) -> bool {
        self.swept.judged.is_empty() && self.swept.failed.is_empty() && self.trouble.is_none()
    }
}

/// Judges what nobody judged, round after round.
#[derive(Debug)]
#[must_use = "nothing is supervised until its next round is awaited"]
pub struct Supervisor<'a> {
    control: &'a Control,
    every: Duration,
    after: Revision,
    begun: bool,
    /// How many rounds in a row were in trouble.
    troubled: u32,
    /// In how many rounds in a row each subject could not be judged.
    failing: HashMap<Subject, u64>,
    /// When the next run that is open is due.
    due: Option<Timestamp>,
}

impl Control {
    /// Supervises the namespace: a first round at once, then one whenever something is committed or a run that
    /// was open is due, and one every so often, since outcomes that another process recorded and did not judge,
    /// and runs that it opened, ring no bell. On a runtime whose timer is on.
    pub fn supervise(&self, every: Duration) -> Supervisor<'_> {
        Supervisor {
            control: self,
            every,
            after: Revision::ZERO,
            begun: false,
            troubled: 0,
            failing: HashMap::new(),
            due: None,
        }
    }
}

impl Supervisor<'_> {
    /// The next round that found something, as soon as there is one; nothing once the store is
    /// closed. Giving up waiting loses nothing.
    pub async fn next(&mut self) -> Option<Round> {
        loop {
            if self.begun && !self.pause().await {
                return None;
            }
            let round = self.round().await;
            self.begun = true;
            if matches!(round.trouble, Some(ControlError::Store(StoreError::Closed))) {
                return None;
            }
            self.troubled = if round.trouble.is_some() { self.troubled + 1 } else { 0 };
            if !round.is_silent() {
                return Some(round);
            }
        }
    }

    /// Judges what nobody judged, and notes that.
    async fn round(&mut self) -> Round {
        let control = self.control;
        let began = control.now();
        // What is committed from here on wakes up the next round.
        let head = control.store.head(&control.namespace, At::Head).await;
        if let Ok(Some(head)) = &head {
            self.after = head.revision;
        }
        let (swept, unknown) = match control.sweep().await {
            Ok(swept) => (self.heard(swept), None),
            Err(err) => (Swept::default(), Some(err)),
        };
        let (due, unknown) = match (unknown, control.next_due().await) {
            (None, Ok(due)) => (due, None),
            (None, Err(err)) | (Some(err), _) => (None, Some(err)),
        };
        // One that could not be closed is tried again no sooner than anything else.
        self.due = due.filter(|due| *due > began);
        // So that nobody judges it again.
        let noted = control.note_marks().await;
        Round { swept, trouble: unknown.or(noted.err()) }
    }

    /// Leaves out what was said before and is still the same.
    fn heard(&mut self, mut swept: Swept) -> Swept {
        let before = std::mem::take(&mut self.failing);
        swept.failed.retain(|(subject, _)| {
            let rounds = before.get(subject).copied().unwrap_or_default().saturating_add(1);
            self.failing.insert(subject.clone(), rounds);
            rounds.is_power_of_two()
        });
        swept
    }

    /// Waits for the next round; says no once the store is closed.
    async fn pause(&mut self) -> bool {
        let control = self.control;
        let mut pause = pin!(sleep(self.length()));
        loop {
            tokio::select! {
                () = &mut pause => return true,
                woken = control.store.wait(&control.namespace, self.after) => match woken {
                    Ok(revision) => {
                        self.after = revision;
                        // In trouble, a commit is no reason to hurry.
                        if self.troubled == 0 {
                            return true;
                        }
                    }
                    Err(StoreError::Closed) => return false,
                    // The next round says why.
                    Err(_) => {
                        pause.as_mut().await;
                        return true;
                    }
                },
            }
        }
    }

    fn length(&self) -> Duration {
        let Some(doublings) = self.troubled.checked_sub(1) else {
            let now = self.control.now();
            return self.due.map_or(self.every, |due| due.since(now).min(self.every));
        };
        let longest = self.every.saturating_mul(MOST_PERIODS);
        let factor = 2_u32.saturating_pow(doublings);
        FIRST_PAUSE.min(self.every).saturating_mul(factor).min(longest)
    }
}

async fn sleep(pause: Duration) {
    #[expect(
        clippy::disallowed_methods,
        reason = "outcomes that others recorded ring no bell, and no verdict depends on when"
    )]
    tokio::time::sleep(pause).await;
}

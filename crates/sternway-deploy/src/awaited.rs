//! What the deployment of another artifact means for one that waits for it.

use sternway_types::{Pause, Phase, Step};

use crate::{
    engine::Course,
    event::{Awaited, Found},
};

impl Course {
    /// It goes on once the other one is completed. If that ended otherwise, its candidates get no more runs until
    /// a newer one is completed, or a person has them go on without; they did nothing wrong, so they stay.
    pub(crate) fn awaited(&mut self, step: u16, other: Awaited) {
        let waits = matches!(self.next.current(), Some(Step::After(_)));
        if self.next.phase != Phase::Running || self.next.step != step || !waits {
            return;
        }
        if other == Awaited::EndedOtherwise {
            self.next.pauses.insert(Pause::Unmet);
            return;
        }
        // Time begins anew, as for whoever resumes.
        if self.next.pauses.remove(&Pause::Unmet) && self.next.pauses.is_empty() {
            self.anew();
        }
        if other == Awaited::Completed && self.next.pauses.is_empty() {
            self.enter(step + 1);
            self.go_on(Found::default());
        }
    }
}

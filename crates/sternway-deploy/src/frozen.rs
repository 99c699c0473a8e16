//! What a freeze of the environment does to a deployment.

use sternway_types::{Pause, Phase};

use crate::engine::Course;

impl Course {
    /// The candidates keep the runs that they have, and get no more.
    pub(crate) fn frozen(&mut self) {
        if self.next.phase == Phase::Running {
            self.next.pauses.insert(Pause::Frozen);
        }
    }

    /// Time begins anew, as for whoever resumes.
    pub(crate) fn thawed(&mut self) {
        if self.next.pauses.remove(&Pause::Frozen) && self.next.pauses.is_empty() {
            self.anew();
        }
    }
}

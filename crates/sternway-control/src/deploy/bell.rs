//! Outcomes ring: whoever counts the one that a step waited for takes its deployment to the next step.

use sternway_deploy::{Event, awaits_outcomes};
use sternway_store::Limit;
use sternway_types::{Deployment, Member, Route, Step, Subject, Tally, Timestamp};

use super::Driver;
use crate::{Control, ControlError, sweep::Swept};

/// The deployment that a subject is part of, while it is on its way.
#[derive(Clone, Debug)]
pub(crate) struct UnderWay {
    pub(super) route: Route,
    pub(super) deployment: Deployment,
}

impl UnderWay {
    /// The part of a subject in it; nothing if it is no candidate.
    pub(super) fn member_of(&self, subject: &Subject) -> Option<&Member> {
        let mut candidates = self.route.candidates().iter();
        let is_one = candidates.any(|arm| arm.version == subject.version);
        let mut members = self.deployment.members.iter();
        let member = members.find(|member| member.artifact == subject.artifact)?;
        // Outcomes of a share that was in force before count where they came from.
        let mut regimes = member.regimes.iter();
        let ran = regimes.any(|regime| regime.generation == subject.generation);
        (is_one && ran).then_some(member)
    }

    /// Whether the outcomes of a subject may be what its step waits for. Whether they are is looked up only then.
    fn rings(&self, subject: &Subject, tally: &Tally, now: Timestamp) -> bool {
        let mut members = self.deployment.members.iter();
        let counts = members.any(|member| {
            member.artifact == subject.artifact
                && member.place_of(subject.version).is_some()
                && member.generation() == subject.generation
        });
        let waited = match self.deployment.current() {
            Some(Step::Analyze(wait) | Step::Bake(wait)) => {
                now >= self.deployment.since.saturating_add(wait.length)
                    && tally.known() >= u64::from(wait.outcomes)
            }
            _ => true,
        };
        counts && waited && awaits_outcomes(&self.deployment)
    }
}

impl Control {
    /// The deployment that is on its way where a subject runs.
    pub(crate) async fn under_way(
        &self,
        subject: &Subject,
    ) -> Result<Option<UnderWay>, ControlError> {
        let (artifact, environment) = (&subject.artifact, &subject.environment);
        let Some(route) = self.route(artifact, environment).await? else { return Ok(None) };
        let Some(id) = route.deployment() else { return Ok(None) };
        let deployment = self.deployment(environment, id).await?.deployment;
        Ok(Some(UnderWay { route, deployment }))
    }

    /// Has the deployment go on if the outcomes that were just judged are what its step waited for. What
    /// keeps it from that is no fault of whoever counted them: a driver looks again, if later.
    pub(crate) async fn ring(&self, of: &UnderWay, subject: &Subject, tally: &Tally) {
        if !of.rings(subject, tally, self.now()) {
            return;
        }
        let Deployment { environment, id, .. } = &of.deployment;
        if let Some(withdrawn) = self.withdrawn(&of.deployment).await {
            drop(self.happens(environment, *id, &withdrawn).await);
            return;
        }
        if let Ok(Some(found)) = self.found(&of.deployment).await {
            drop(self.happens(environment, *id, &Event::Looked(found)).await);
        }
    }
}

impl Driver<'_> {
    /// Closes runs whose time is up, and looks at the deployments with outcomes that nobody judged, such as of a
    /// process that died before it could. While there are none of either, that costs two reads.
    pub(super) async fn look_for_outcomes(&mut self) -> Result<(), ControlError> {
        let (control, mut after) = (self.control, None);
        let mut swept = Swept::default();
        let closed = control.close_due(&mut swept).await;
        self.say(closed.err().or_else(|| swept.failed.into_iter().map(|(_, err)| err).next()));
        loop {
            let (store, namespace) = (&control.store, &control.namespace);
            let page = store.unjudged(namespace, after.as_ref(), Limit::MAX).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.clone());
            for subject in page {
                let whose = (subject.environment, subject.artifact);
                if let Some(id) = self.of.get(&whose) {
                    self.due.insert((whose.0, *id), control.now());
                }
            }
        }
    }
}

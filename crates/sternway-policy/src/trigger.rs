//! Rules of your own.

use std::{collections::BTreeMap, fmt, sync::Arc};

use sternway_types::TriggerId;

use crate::view::View;

/// A rule that a program brings itself, and that policies ask for by the name that it is given there:
/// `rule = "custom"`, `trigger = "latency-budget"`.
///
/// It is asked after every outcome, in the order of the log, and must be *pure*: of the same stay it says
/// the same, whenever and wherever it is asked, with no clock, no chance and nothing from outside. Then
/// its verdicts are as good as those of the others: the same in every process, and reached again from the
/// log. It must be fast, since whoever records waits for it.
///
/// ```
/// use sternway_policy::{Judge, Trigger, Triggers, View};
/// use sternway_types::{
///     Metric, Outcome, OutcomeId, OutcomeStatus, Policy, Subject, Tally, Timestamp, Verdict,
/// };
///
/// /// Runs may cost so much together.
/// #[derive(Debug)]
/// struct Budget(f64);
///
/// impl Trigger for Budget {
///     fn against(&self, stay: &View<'_>) -> Option<String> {
///         let spent = stay.tally().measure(&Metric::Cost, None).sum.to_f64();
///         (spent > self.0).then(|| format!("{spent} were spent of {}", self.0))
///     }
/// }
///
/// let triggers = Triggers::default().with("budget".parse()?, Budget(1.0));
/// let policy: Policy =
///     serde_json::from_str(r#"{"rules": [{"rule": "custom", "trigger": "budget"}]}"#)?;
/// let mut judge = Judge::new(&policy, None).with_triggers(&triggers);
/// # let subject: Subject = serde_json::from_str(
/// #     r#"{"artifact": "tools/search", "environment": "production", "version": 2, "generation": 7}"#,
/// # )?;
/// let mut tally = Tally::default();
/// for (run, expected) in [(1, false), (2, true)] {
///     let id = OutcomeId::from_name(&run.to_string());
///     let ended = OutcomeStatus::Succeeded;
///     let mut outcome = Outcome::new(id, subject.clone(), Timestamp::EPOCH, ended);
///     outcome.cost = Some(0.75.try_into()?);
///     tally.add(&outcome);
///     assert_eq!(matches!(judge.look(&tally), Verdict::Regressed(_)), expected);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Trigger: fmt::Debug + Send + Sync {
    /// What speaks against the version, in a sentence for people, if anything does: at most 1,024 bytes are
    /// kept.
    fn against(&self, stay: &View<'_>) -> Option<String>;
}

/// The triggers of this program, by the names that policies ask for. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Triggers(Arc<BTreeMap<TriggerId, Arc<dyn Trigger>>>);

impl Triggers {
    /// Adds a trigger, in place of one of the same name.
    #[must_use]
    pub fn with(mut self, name: TriggerId, trigger: impl Trigger + 'static) -> Self {
        Arc::make_mut(&mut self.0).insert(name, Arc::new(trigger));
        self
    }

    /// One of them, by its name.
    #[must_use]
    pub fn get(&self, name: &TriggerId) -> Option<&Arc<dyn Trigger>> {
        self.0.get(name)
    }
}

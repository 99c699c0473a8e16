//! The judge.

use sternway_types::{
    Degradation, ErrorClass, Evidence, Measured, Metric, Missing, Observation, Operator, Outcome,
    Policy, Recent, Regression, Rule, Tally, Threshold, Timestamp, Verdict,
};

use crate::{
    contrast::{Contrast, exceeds},
    sequential::{Test, carry},
    trigger::Triggers,
    view::{Baseline, View},
};

/// What the policy makes of a version, at one look. To look after every outcome, keep a [`Judge`].
pub fn judge(policy: &Policy, view: &View<'_>) -> Verdict {
    Judge::new(policy, view.baseline).look(view.tally)
}

/// A policy that watches one stay of a version, outcome by outcome.
///
/// The verdict is that of [`judge()`], to the last bit, whenever and however often one looks: what is
/// kept from look to look is only what the next one would reckon again.
///
/// ```
/// use sternway_policy::Judge;
/// use sternway_types::{Outcome, OutcomeId, OutcomeStatus, Policy, Subject, Tally, Timestamp, Verdict};
///
/// let subject: Subject = serde_json::from_str(
///     r#"{"artifact": "tools/search", "environment": "production", "version": 2, "generation": 7}"#,
/// )?;
/// let (policy, mut tally) = (Policy::default(), Tally::default());
/// let mut judge = Judge::new(&policy, None);
/// let verdicts: Vec<bool> = (0..3)
///     .map(|run: u32| {
///         let failed = OutcomeStatus::Failed(Default::default());
///         let id = OutcomeId::from_name(&run.to_string());
///         tally.add(&Outcome::new(id, subject.clone(), Timestamp::EPOCH, failed));
///         matches!(judge.look(&tally), Verdict::Regressed(_))
///     })
///     .collect();
/// assert_eq!(verdicts, [false, false, true], "of a version that should succeed in 95 of 100 runs");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Judge<'a> {
    policy: &'a Policy,
    baseline: Option<Baseline<'a>>,
    /// Rule by rule: the test that it is, if it is one.
    tests: Vec<Option<Test>>,
    triggers: Triggers,
}

impl<'a> Judge<'a> {
    /// Watches a stay from its beginning, or from anywhere in it.
    #[must_use]
    pub fn new(policy: &'a Policy, baseline: Option<Baseline<'a>>) -> Self {
        let tests = policy.rules().iter().map(|rule| Test::of(rule, baseline));
        Self { policy, baseline, tests: tests.collect(), triggers: Triggers::default() }
    }

    /// The same, with these rules of the program's own. A rule that asks for none of them never holds.
    #[must_use]
    pub fn with_triggers(mut self, triggers: &Triggers) -> Self {
        self.triggers = triggers.clone();
        self
    }

    /// The same, of a version that runs beside the one it is compared with: its success rate is judged by
    /// [`beside`](crate::beside()), and not against what that one did before, and no rule watches it that is for
    /// what is live.
    #[must_use]
    pub fn beside(mut self) -> Self {
        for (rule, test) in self.policy.rules().iter().zip(&mut self.tests) {
            if matches!(rule, Rule::Worse(_) | Rule::Decline(_)) {
                *test = None;
            }
        }
        self
    }

    /// Whether a rule goes on from more than what outcomes add up to: then each of them is to be taken along, in
    /// the order of the log ([`take_along`](Self::take_along)).
    #[must_use]
    pub fn follows_the_order(&self) -> bool {
        self.tests.iter().flatten().any(|test| test.carries().is_some())
    }

    /// Whether such a rule has nothing to go on from that stands where this tally does, so that the log is to be
    /// read from its beginning.
    #[must_use]
    pub fn is_behind(&self, tally: &Tally) -> bool {
        let mut names = self.tests.iter().flatten().filter_map(Test::carries);
        names.any(|name| carry::is_behind(tally, name))
    }

    /// Takes such rules along by the outcome that was just added to a tally. What they go on from is carried with
    /// that tally. Does nothing for all other rules.
    pub fn take_along(&self, tally: &mut Tally, outcome: &Outcome) {
        for test in self.tests.iter().flatten() {
            if let Some(name) = test.carries() {
                carry::take_along(test, name, tally, outcome);
            }
        }
    }

    /// The verdict on what the outcomes add up to by now. Look at every failure, in the order of the
    /// log: evidence falls again with later successes. Allocates only when it says that the version
    /// regressed.
    pub fn look(&mut self, tally: &Tally) -> Verdict {
        let mut deciding: Option<(usize, &Rule)> = None;
        for (place, rule) in self.policy.rules().iter().enumerate() {
            let weightier = deciding.is_none_or(|(_, other)| rule.name() < other.name());
            if weightier && self.holds(place, rule, tally) {
                deciding = Some((place, rule));
            }
        }
        match deciding {
            Some((place, rule)) => Verdict::Regressed(Box::new(self.explain(place, rule, tally))),
            None => Verdict::Undecided,
        }
    }

    /// Whether the rule at this place of the policy holds.
    pub(crate) fn holds(&mut self, place: usize, rule: &Rule, tally: &Tally) -> bool {
        match self.tests.get_mut(place) {
            Some(Some(test)) => test.holds(tally),
            _ if rule.trigger().is_some() => self.said(rule, tally).is_some(),
            _ => holds(rule, View::new(tally).against(self.baseline)),
        }
    }

    /// What a rule of the program's own says.
    pub(crate) fn said(&self, rule: &Rule, tally: &Tally) -> Option<String> {
        let trigger = self.triggers.get(rule.trigger()?)?;
        let mut said = trigger.against(&View::new(tally).against(self.baseline))?;
        said.truncate(said.floor_char_boundary(Evidence::MAX_SAID));
        // Not every store can carry it.
        Some(if said.contains('\0') { said.replace('\0', " ") } else { said })
    }

    /// Whether the program has what a rule asks for.
    pub(crate) fn has(&self, rule: &Rule) -> bool {
        rule.trigger().is_none_or(|name| self.triggers.get(name).is_some())
    }

    /// The test that the rule at this place of the policy is.
    pub(crate) fn test(&mut self, place: usize) -> Option<&mut Test> {
        self.tests.get_mut(place).and_then(Option::as_mut)
    }

    /// What the verdict rests on.
    fn explain(&mut self, place: usize, rule: &Rule, tally: &Tally) -> Regression {
        let rules = self.policy.rules().iter().enumerate();
        let mut matched: Vec<_> = rules
            .filter(|(place, rule)| self.holds(*place, rule, tally))
            .map(|(_, it)| it.id())
            .collect();
        // Stable: rules of one kind stay in the order of the policy, as they decide.
        matched.sort_by_key(|id| id.name);
        let view = View::new(tally).against(self.baseline);
        let test = self.test(place).and_then(|test| test.result(tally));
        let class = test.as_ref().and_then(|test| test.class.as_ref());
        let mut failures: Vec<_> = deciding(rule, view, class).into_iter().map(observe).collect();
        failures.reverse();
        Regression {
            rule: rule.clone(),
            matched,
            policy: None,
            evidence: Evidence {
                succeeded: tally.succeeded,
                failed: tally.failed,
                newest: tally.newest().unwrap_or(Timestamp::EPOCH),
                failures,
                measured: measured(rule, view),
                test,
                said: self.said(rule, tally),
            },
        }
    }
}

/// Whether a rule holds that is no test.
pub(crate) fn holds(rule: &Rule, view: View<'_>) -> bool {
    match rule {
        Rule::ConsecutiveFailures { count, window } => {
            let in_a_row = view.within(*window).take_while(|one| one.failed);
            at_least(*count, in_a_row)
        }
        Rule::SignatureErrors { count, among, window, classes } => {
            let newest = view.within(*window).take(index(*among));
            at_least(*count, newest.filter(|one| is_of(one, classes)))
        }
        Rule::AllFailed { at_least: least, window } => {
            // When more outcomes lie in the window than are remembered one by one, only the total
            // can say that none of them succeeded.
            let forgotten = view.tally.known() > view.tally.recent().len() as u64;
            let reaches_back = view.within(*window).count() == view.tally.recent().len();
            let unsure = forgotten && reaches_back && view.tally.succeeded > 0;
            !unsure
                && view.within(*window).all(|one| one.failed)
                && at_least(*least, view.within(*window))
        }
        Rule::FailureRate { threshold, operator, at_least: least, window } => {
            let failed = view.measure(&Metric::ErrorRate, *window);
            failed.samples >= u64::from(*least) && rate_is(failed, *operator, *threshold)
        }
        Rule::Degraded(rule) => is_degraded(rule, view),
        // Tests hold by themselves, and so does what a program brings.
        Rule::NewError { .. }
        | Rule::Worse(_)
        | Rule::Mean(_)
        | Rule::Breach(_)
        | Rule::Decline(_)
        | Rule::Custom { .. } => false,
    }
}

fn rate_is(failed: sternway_types::Measure, operator: Operator, threshold: Threshold) -> bool {
    failed.samples > 0 && exceeds(failed, operator, threshold)
}

fn is_degraded(rule: &Degradation, view: View<'_>) -> bool {
    let least = u64::from(rule.at_least);
    // The baseline's windows are summed up only where the version has enough of its own.
    let to = view.measure(&rule.metric, rule.window);
    if to.samples == 0 && rule.missing == Missing::Fail {
        let runs = view.measure(&Metric::SuccessRate, rule.window).samples;
        return runs >= least && view.baseline_measure(rule).samples >= least;
    }
    if to.samples < least {
        return false;
    }
    let from = view.baseline_measure(rule);
    if from.samples < least {
        return false;
    }
    Contrast::new(from, to).is_some_and(|contrast| contrast.is_worse(rule))
}

fn at_least<T>(count: u32, mut found: impl Iterator<Item = T>) -> bool {
    found.nth(index(count).saturating_sub(1)).is_some()
}

pub(crate) fn index(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

pub(crate) fn is_of(one: &Recent, classes: &[ErrorClass]) -> bool {
    one.failed && one.class.as_ref().is_some_and(|class| classes.contains(class))
}

pub(crate) fn observe(one: &Recent) -> Observation {
    Observation { outcome: one.id, at: one.at, class: one.class.clone() }
}

/// The failures that decided, the newest first, of those that are remembered one by one.
fn deciding<'a>(rule: &Rule, view: View<'a>, class: Option<&ErrorClass>) -> Vec<&'a Recent> {
    let newest = || view.tally.recent().iter().rev();
    match rule {
        Rule::NewError { .. } => newest().filter(|one| one.class.as_ref() == class).collect(),
        Rule::Worse(_) | Rule::Decline(_) | Rule::Custom { .. } => {
            newest().filter(|one| one.failed).collect()
        }
        Rule::ConsecutiveFailures { window, .. } => {
            view.within(*window).take_while(|one| one.failed).collect()
        }
        Rule::SignatureErrors { among, window, classes, .. } => {
            view.within(*window).take(index(*among)).filter(|one| is_of(one, classes)).collect()
        }
        Rule::AllFailed { window, .. } => view.within(*window).collect(),
        Rule::FailureRate { window, .. } => view.within(*window).filter(|one| one.failed).collect(),
        Rule::Mean(_) | Rule::Breach(_) => Vec::new(),
        Rule::Degraded(rule) => match rule.metric {
            Metric::SuccessRate | Metric::ErrorRate => {
                view.within(rule.window).filter(|one| one.failed).collect()
            }
            Metric::Duration
            | Metric::DurationAt(_)
            | Metric::Cost
            | Metric::CostAt(_)
            | Metric::Score(_) => Vec::new(),
        },
    }
}

/// The numbers that a rule on a metric looked at.
pub(crate) fn measured(rule: &Rule, view: View<'_>) -> Option<Measured> {
    match rule {
        Rule::ConsecutiveFailures { .. }
        | Rule::SignatureErrors { .. }
        | Rule::AllFailed { .. }
        | Rule::NewError { .. }
        | Rule::Worse(_)
        | Rule::Breach(_)
        | Rule::Decline(_)
        | Rule::Custom { .. } => None,
        Rule::FailureRate { window, .. } => Some(Measured {
            metric: Metric::ErrorRate,
            measure: view.measure(&Metric::ErrorRate, *window),
            baseline: None,
        }),
        Rule::Mean(rule) => Some(Measured {
            metric: rule.metric.clone(),
            measure: view.tally.measure(&rule.metric, None),
            baseline: None,
        }),
        Rule::Degraded(rule) => Some(view.measured(rule)),
    }
}

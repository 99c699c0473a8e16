//! Which failures of two versions beside each other count as evidence.

use sternway_types::{
    Beside, Buckets, Counted, FailedRuns, FrozenBaseline, Generation, Policy, Tally, Timestamp,
    Weight,
};

/// What two versions did that ran beside each other, under one division of the runs.
#[derive(Clone, Debug)]
pub struct Stretch {
    /// Which stay it is of the version that is live: the outcomes of both say so.
    pub generation: Generation,
    /// The share of the candidate.
    pub weight: Weight,
    /// Whether the candidate had copies of runs, which the other version answered.
    pub copies: bool,
    /// What the candidate's runs add up to; of the last stretch it is not looked at.
    pub candidate: Tally,
    /// What the other version's do.
    pub baseline: Tally,
}

/// The shares as Test A looks at them, where the candidate stands like `now` under the last of them.
///
/// The test asks whose the next failure is, if neither version is worse: the candidate's with the probability of
/// its share. That is so of what was assigned at random, and in the order in which it was. So
///
/// - runs of one key count once, with the first share under which one failed: what was drawn is the key's bucket,
///   and not each of its runs;
/// - runs count that began before `until` ([`counted_until`]): in the order in which they end, who fails at once
///   comes before who fails by a timeout, and is no worse for that.
///
/// Of copies each counts, since both versions had the same runs, in the same order.
#[must_use]
pub fn shares(stretches: &[Stretch], now: &Tally, until: Option<Timestamp>) -> Vec<Beside> {
    let last = stretches.len().saturating_sub(1);
    let both = |(place, it): (usize, &'_ Stretch)| {
        let candidate = if place == last { now } else { &it.candidate };
        [candidate.failing().keyed(), it.baseline.failing().keyed()]
    };
    let each = until.is_none() && stretches.iter().enumerate().flat_map(both).all(|it| it == 0);
    let mut seen = Buckets::default();
    let share = |(place, it): (usize, &Stretch)| {
        let candidate = if place == last { now } else { &it.candidate };
        Beside {
            weight: it.weight,
            succeeded: candidate.succeeded,
            failed: candidate.failed,
            baseline_succeeded: it.baseline.succeeded,
            baseline_failed: it.baseline.failed,
            pairs: candidate.pairs(),
            counted: (!each).then(|| counted(candidate, it, until, &mut seen)),
        }
    };
    stretches.iter().enumerate().map(share).collect()
}

fn counted(
    candidate: &Tally,
    it: &Stretch,
    until: Option<Timestamp>,
    seen: &mut Buckets,
) -> Counted {
    let [own, other] = [candidate, &it.baseline].map(|tally| tally.failed_until(until));
    if it.copies {
        return Counted { failed: own.all, baseline_failed: other.all };
    }
    let new = |failed: &FailedRuns| failed.by_chance.saturating_add(failed.buckets.beyond(seen));
    let counted = Counted { failed: new(&own), baseline_failed: new(&other) };
    seen.extend(&own.buckets);
    seen.extend(&other.buckets);
    counted
}

/// Before which moment runs began that had time to end, if a policy says how long that takes: so long before the
/// newest outcome of the candidate. What it is held against from before says how long runs take, where the policy
/// leaves that to it.
#[must_use]
pub fn counted_until(
    policy: &Policy,
    before: Option<&FrozenBaseline>,
    candidate: &Tally,
) -> Option<Timestamp> {
    let mut rules = policy.rules().iter().filter_map(sternway_types::Rule::worse);
    let deadline = rules.next()?.outcome_deadline?.length(before.map(|it| &it.quantiles));
    Some(candidate.newest().unwrap_or(Timestamp::EPOCH).saturating_sub(deadline))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sternway_types::{
        Assigned, Bucket, EnvironmentId, Failure, Outcome, OutcomeDeadline, OutcomeId,
        OutcomeStatus, Subject, VersionNumber,
    };

    use super::*;

    const KEY: fn(u64) -> Assigned = |number| Assigned::Key(Bucket::of(number));

    /// Failures, by the second at which they are known, how long the runs took, and how they were assigned.
    fn failed(runs: &[(i64, u64, Option<Assigned>)]) -> Tally {
        let subject = Subject {
            artifact: "tools/search".parse().expect("a name"),
            environment: EnvironmentId::production(),
            version: VersionNumber::FIRST,
            generation: Generation::ZERO,
        };
        let mut tally = Tally::default();
        for (place, (at, took, assigned)) in runs.iter().enumerate() {
            let id = OutcomeId::from_name(&place.to_string());
            let status = OutcomeStatus::Failed(Failure::default());
            let at = Timestamp::from_micros(at * 1_000_000);
            let outcome = Outcome::new(id, subject.clone(), at, status);
            let duration = Some(Duration::from_secs(*took));
            tally.add(&Outcome { duration, assigned: *assigned, ..outcome });
        }
        tally
    }

    fn stretch(candidate: Tally, baseline: Tally) -> Stretch {
        let weight = Weight::new(2_000).expect("a share");
        Stretch { generation: Generation::ZERO, weight, copies: false, candidate, baseline }
    }

    fn counted_of(shares: &[Beside]) -> Vec<(u64, u64)> {
        let each = shares.iter().filter_map(|it| it.counted);
        each.map(|it| (it.failed, it.baseline_failed)).collect()
    }

    #[test]
    fn where_nothing_says_how_it_was_assigned_each_failure_counts() {
        let (own, other) = (failed(&[(1, 0, None), (2, 0, None)]), failed(&[(3, 0, None)]));
        let drawn = failed(&[(1, 0, Some(Assigned::Chance))]);
        for now in [&own, &drawn] {
            let shares = shares(&[stretch(Tally::default(), other.clone())], now, None);
            assert_eq!(counted_of(&shares), []);
        }
    }

    #[test]
    fn a_key_counts_once_under_the_first_share_under_which_it_failed() {
        let early = failed(&[(1, 0, Some(KEY(1))), (2, 0, Some(KEY(1))), (3, 0, None)]);
        let others = failed(&[(1, 0, Some(KEY(8))), (2, 0, Some(KEY(9))), (3, 0, Some(KEY(9)))]);
        // Key 8 came over to the candidate as its share grew.
        let now = failed(&[(9, 0, Some(KEY(1))), (9, 0, Some(KEY(8))), (9, 0, Some(KEY(2)))]);
        let stretches = [stretch(early, others), stretch(Tally::default(), Tally::default())];
        let found = shares(&stretches, &now, None);
        assert_eq!(counted_of(&found), [(2, 2), (1, 0)]);
    }

    #[test]
    fn what_had_no_time_to_end_does_not_count() {
        let now = failed(&[(5, 0, Some(Assigned::Chance)), (41, 0, Some(Assigned::Chance))]);
        let other = failed(&[(38, 30, Some(Assigned::Chance)), (44, 30, Some(KEY(3)))]);
        let policy = Policy::new(
            sternway_types::Activation::Staged,
            vec![sternway_types::Rule::Worse(Box::new(sternway_types::Worse {
                outcome_deadline: Some(OutcomeDeadline::After(Duration::from_secs(30))),
                ..sternway_types::Worse::default()
            }))],
        );
        let until = counted_until(&policy.expect("a policy"), None, &now);
        assert_eq!(until, Some(Timestamp::from_micros(11_000_000)));
        let found = shares(&[stretch(Tally::default(), other.clone())], &now, until);
        assert_eq!(counted_of(&found), [(1, 1)], "what began in the first ten seconds");
        // Copies had the same runs: a key says nothing of them.
        let copies = Stretch { copies: true, ..stretch(Tally::default(), other) };
        assert_eq!(counted_of(&shares(&[copies], &now, None)), [(2, 2)]);
    }
}

//! Several checks as one.

use std::sync::Arc;

use async_trait::async_trait;
use sternway_provider::{Health, HealthProbe, Unprobed};
use sternway_types::{Deployment, ProbeId};
use tokio::task::JoinSet;

/// How the answers of several checks become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// All of them must be well: one that is not is enough, and else one that found nothing out.
    All,
    /// One of them must be well; it is not well only if none is.
    Any,
}

impl Fold {
    /// Whether an answer is that of all of them, whatever the others say.
    #[must_use]
    pub const fn is_decided_by(self, answer: &Result<Health, Unprobed>) -> bool {
        match (self, answer) {
            (Self::All, Ok(Health::Unwell(_))) | (Self::Any, Ok(Health::Well)) => true,
            (Self::All, Ok(Health::Well) | Err(_))
            | (Self::Any, Ok(Health::Unwell(_)) | Err(_)) => false,
        }
    }

    /// One answer of several. Of none it is that nothing was found out.
    ///
    /// # Errors
    ///
    /// [`Unprobed`] with the words of all that found nothing out, if it hangs on them.
    pub fn of(self, answers: &[Result<Health, Unprobed>]) -> Result<Health, Unprobed> {
        let (mut well, mut unwell, mut nothing) = (0_usize, Vec::new(), Vec::new());
        for answer in answers {
            match answer {
                Ok(Health::Well) => well += 1,
                Ok(Health::Unwell(problem)) => unwell.push(problem.as_str()),
                Err(why) => nothing.push(why.to_string()),
            }
        }
        match self {
            Self::All if !unwell.is_empty() => Ok(Health::Unwell(unwell.join("; "))),
            Self::Any if well > 0 => Ok(Health::Well),
            Self::All | Self::Any if !nothing.is_empty() => Err(Unprobed::new(nothing.join("; "))),
            Self::All if well > 0 => Ok(Health::Well),
            Self::Any if !unwell.is_empty() => Ok(Health::Unwell(unwell.join("; "))),
            Self::All | Self::Any => Err(Unprobed::new("there was nothing to ask")),
        }
    }
}

/// Several checks that are made at the same time, as one. Once it is decided, the rest is given up.
#[derive(Clone, Debug)]
#[must_use]
pub struct Folded {
    fold: Fold,
    of: Vec<(ProbeId, Arc<dyn HealthProbe>)>,
}

impl Folded {
    /// These checks, whose names their words begin with.
    pub const fn new(fold: Fold, of: Vec<(ProbeId, Arc<dyn HealthProbe>)>) -> Self {
        Self { fold, of }
    }
}

#[async_trait]
impl HealthProbe for Folded {
    async fn probe(&self, of: &Deployment) -> Result<Health, Unprobed> {
        let of = Arc::new(of.clone());
        let mut asked = JoinSet::new();
        for (name, probe) in &self.of {
            let (name, probe, of) = (name.clone(), Arc::clone(probe), Arc::clone(&of));
            asked.spawn(async move { named(&name, probe.probe(&of).await) });
        }
        let mut answers = Vec::with_capacity(self.of.len());
        while let Some(answered) = asked.join_next().await {
            let answer = answered.unwrap_or_else(|_| Err(Unprobed::new("a check broke off")));
            let decided = self.fold.is_decided_by(&answer);
            answers.push(answer);
            if decided {
                break;
            }
        }
        self.fold.of(&answers)
    }
}

fn named(name: &ProbeId, answer: Result<Health, Unprobed>) -> Result<Health, Unprobed> {
    match answer {
        Ok(Health::Well) => Ok(Health::Well),
        Ok(Health::Unwell(problem)) => Ok(Health::Unwell(format!("{name}: {problem}"))),
        Err(why) => Err(Unprobed::new(format!("{name}: {why}"))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::select};

    use super::*;

    type Answer = Result<Health, Unprobed>;

    fn well() -> Answer {
        Ok(Health::Well)
    }

    fn unwell() -> Answer {
        Ok(Health::Unwell("503".into()))
    }

    fn nothing() -> Answer {
        Err(Unprobed::new("no route"))
    }

    /// -1, 0 and 1: not well, nothing found out, well.
    fn sign(answer: &Answer) -> i8 {
        match answer {
            Ok(Health::Well) => 1,
            Ok(Health::Unwell(_)) => -1,
            Err(_) => 0,
        }
    }

    fn turned(answer: &Answer) -> Answer {
        match answer {
            Ok(Health::Well) => unwell(),
            Ok(Health::Unwell(_)) => well(),
            Err(why) => Err(why.clone()),
        }
    }

    fn answers() -> impl Strategy<Value = Vec<Answer>> {
        prop::collection::vec(select(vec![well(), unwell(), nothing()]), 1..8)
    }

    proptest! {
        #[test]
        fn all_is_the_worst_of_them_and_any_the_best(answers in answers()) {
            let signs = || answers.iter().map(sign);
            prop_assert_eq!(Some(sign(&Fold::All.of(&answers))), signs().min());
            prop_assert_eq!(Some(sign(&Fold::Any.of(&answers))), signs().max());
        }

        #[test]
        fn who_is_silent_makes_nobody_well_and_nobody_unwell(
            answers in answers(),
            at in any::<prop::sample::Index>(),
        ) {
            let mut silent = answers.clone();
            silent[at.index(answers.len())] = nothing();
            for fold in [Fold::All, Fold::Any] {
                let (before, after) = (sign(&fold.of(&answers)), sign(&fold.of(&silent)));
                prop_assert!(after == before || after == 0, "{:?}", silent);
            }
        }

        #[test]
        fn one_is_the_other_seen_from_the_other_side(answers in answers()) {
            let other: Vec<_> = answers.iter().map(turned).collect();
            prop_assert_eq!(sign(&Fold::All.of(&answers)), -sign(&Fold::Any.of(&other)));
        }

        #[test]
        fn what_is_decided_stays_so_whoever_else_answers(answers in answers()) {
            for fold in [Fold::All, Fold::Any] {
                let decides = answers.iter().position(|answer| fold.is_decided_by(answer));
                let Some(last) = decides else { continue };
                let early = fold.of(&answers[..=last]);
                prop_assert_eq!(sign(&early), sign(&fold.of(&answers)));
            }
        }
    }

    #[test]
    fn of_nothing_nothing_is_known() {
        for fold in [Fold::All, Fold::Any] {
            assert_eq!(fold.of(&[]), Err(Unprobed::new("there was nothing to ask")));
        }
    }

    #[test]
    fn it_says_what_all_that_count_have_said() {
        let both = [unwell(), nothing(), well(), Ok(Health::Unwell("full".into()))];
        assert_eq!(Fold::All.of(&both), Ok(Health::Unwell("503; full".into())));
        assert_eq!(Fold::Any.of(&both), well());
        assert_eq!(Fold::Any.of(&both[..2]), nothing());
    }
}

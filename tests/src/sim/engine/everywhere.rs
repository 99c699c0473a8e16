//! One life that ends at every call in turn: before it, and after it was made.

use std::time::Duration;

use sternway::types::Phase;

use super::{mutant::Mutant, play::Play, script::Script};
use crate::sim::Failure;

/// What one story came to.
struct Told {
    end: Option<Phase>,
    /// How many turns it took.
    turns: u64,
}

/// Tells the story of each strategy, with a good candidate and with a bad one, again and again: each
/// time the life of whoever is at work ends so many turns later. Answers with how often it was told.
///
/// # Errors
///
/// [`Failure`] of the first that ended otherwise than without an end of a life, or broke a promise.
pub fn everywhere(stride: usize) -> Result<u64, Failure> {
    let mut told = 0;
    for strategy in 0..Script::STRATEGIES {
        for good in [true, false] {
            let script = Script::quiet(strategy, good)?;
            let whole = tell(&script, u64::MAX)?;
            // Without the bad candidate of an experiment the other one goes on.
            let ends_well = good || script.plan.candidates() > 1;
            let expected = if ends_well { Phase::Completed } else { Phase::RolledBack };
            if whole.end != Some(expected) {
                return Err(Failure::Broken(format!("{script:?} ends {:?}", whole.end)));
            }
            for turn in (0..whole.turns).step_by(stride) {
                let Told { end, .. } = tell(&script, turn)?;
                told += 1;
                if end != whole.end {
                    let words = format!("it ends {end:?} after an end at turn {turn}: {script:?}");
                    return Err(Failure::Broken(words));
                }
            }
        }
    }
    Ok(told)
}

fn tell(script: &Script, ends: u64) -> Result<Told, Failure> {
    let mut play = Play::new(script, Mutant::None)?;
    let mut turns = 0;
    for round in 0.. {
        if play.is_over() {
            play.end()?;
            return Ok(Told { end: play.first_end(), turns });
        }
        if round == 200 {
            return Err(Failure::Broken("it does not end".into()));
        }
        // A driver, who records, and a person, one after the other.
        for who in [2, 0, 1] {
            play.begin(who).map_err(Failure::harness)?;
            while play.is_busy(who) {
                if turns == ends {
                    play.replace(who);
                    // What the dead one held is free again.
                    play.pass(Duration::from_mins(1));
                } else {
                    play.go_on(who);
                }
                turns += 1;
                play.check()?;
            }
        }
        play.pass(Duration::from_secs(1));
    }
    Err(Failure::Broken("it does not end".into()))
}

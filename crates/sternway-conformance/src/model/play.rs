//! Lets a store and the model live through the same story, and compares them after every step.

use std::collections::BTreeMap;

use sternway_store::{Appended, Compaction, Floor, Limit, StoreError};
use sternway_types::{At, Changeset, Commit, Content, Digest, Receipt, Revision, Timestamp};

use super::{
    agreement::{past_agrees, past_is_gone},
    counts::Counts,
    decide::{Expected, decide},
    history::History,
    operation::{After, Lock, Operation, Step},
    sketch::{self, CONTENTS, content_of},
};
use crate::{
    cases::replayed::gives_the_same_elsewhere,
    dice::Dice,
    everything::{Everything, Topics},
    must::{Chain, Must},
    world::World,
};

/// What the model knows.
struct Model {
    commits: Vec<Commit>,
    requests: Vec<Changeset>,
    counts: Counts,
    contents: BTreeMap<Digest, Content>,
    /// Where what can be asked for begins.
    floor: Option<Floor>,
}

/// Plays a story. The answer says what differed, if anything did.
pub(crate) async fn play(mut world: World, story: &[Step]) -> Result<(), String> {
    let contents = (0..CONTENTS).map(content_of).map(|content| (content.digest(), content));
    let mut model = Model {
        commits: world.feed().await,
        requests: Vec::new(),
        counts: Counts::default(),
        contents: contents.collect(),
        floor: None,
    };
    for artifact in 0..2 {
        let (contents, lock) = (vec![artifact; usize::from(artifact) + 1], Lock::Open);
        let release = Operation::Release { contents, environment: 0, lock };
        model.step(&world, &release).await?;
    }
    let mut dice = Dice::new(story.len() as u64);
    for (number, Step { pass, operation, after }) in (1..).zip(story) {
        let at = |err| format!("step {number}, {operation:?}, then {after:?}: {err}");
        world.pass(i64::from(*pass));
        model.step(&world, operation).await.map_err(at)?;
        match after {
            After::Nothing => (),
            After::Restart => world = world.restart().await,
            After::Crash => world = world.crash().await,
        }
        model.compare(&world, &mut dice).await.map_err(at)?;
    }
    model.replay(&world).await.map_err(|difference| format!("replayed elsewhere: {difference}"))
}

impl Model {
    /// Does one thing in both worlds.
    async fn step(&mut self, world: &World, operation: &Operation) -> Result<(), String> {
        if let Operation::Append(append) = operation {
            return self.append(world, append).await;
        }
        if let Operation::Compact { before } = operation {
            return self.compact(world, *before).await;
        }
        let history = History(&self.commits);
        let changeset = sketch::changeset(world, history, &self.requests, operation).await;
        match changeset {
            Some(changeset) => self.commit(world, changeset).await,
            None => Ok(()),
        }
    }

    async fn commit(&mut self, world: &World, changeset: Changeset) -> Result<(), String> {
        let expected = decide(&self.commits, &self.requests, &changeset, self.floor);
        let rehearsed = world.store.rehearse(&changeset).await;
        as_expected(&expected, &rehearsed, self.floor)
            .map_err(|err| format!("rehearsed: {err}"))?;
        let answer = world.store.commit(&changeset).await;
        as_expected(&expected, &answer, self.floor)?;
        if let (Expected::Applies(mut commit), Ok(receipt)) = (expected, answer) {
            commit.chain = receipt.chain;
            self.commits.push(*commit);
            self.requests.push(changeset);
        }
        Ok(())
    }

    async fn append(
        &mut self,
        world: &World,
        append: &super::operation::AppendSketch,
    ) -> Result<(), String> {
        let history = History(&self.commits);
        let append = sketch::append(world, history, &self.counts, append);
        let expected = self.counts.append(history, &append);
        let answer = world.store.append(&append).await;
        match (expected, answer) {
            (Ok(expected), Ok(found)) if expected == sorted(found.clone()) => Ok(()),
            (Err(expected), Err(StoreError::Refused(found))) if expected.contains(&found) => Ok(()),
            (expected, answer) => Err(format!("answered {answer:#?}, expected {expected:#?}")),
        }
    }

    async fn compact(&mut self, world: &World, before: u8) -> Result<(), String> {
        let newest = self.commits.len() as u64;
        let before = Revision::new(u64::from(before) % (newest + 2));
        let rehearsed = world.store.rehearse_compact(&world.ns, before).await;
        let answer = world.store.compact(&world.ns, before).await;
        let known = History(&self.commits).find(before);
        let raised = known.map(|commit| Floor { revision: before, at: commit.at });
        let old = self.floor.map_or(Revision::ZERO, |floor| floor.revision);
        let gone = before.get().saturating_sub(old.get().max(1));
        match (&rehearsed, &answer) {
            (Err(StoreError::NotYet { .. }), Err(StoreError::NotYet { .. }))
                if before.get() > newest =>
            {
                return Ok(());
            }
            (Ok(said), Ok(done)) if said == done && before.get() <= newest => {
                self.floor = if before > old { raised } else { self.floor };
                let Compaction { floor, commits, .. } = *done;
                if (floor, commits) == (self.floor, gone) {
                    return Ok(());
                }
            }
            _ => (),
        }
        let floor = self.floor;
        Err(format!(
            "to let go of what is before {before} was answered {rehearsed:?}, then {answer:?}; \
             expected {floor:?} and {gone} commits"
        ))
    }

    /// Tells the same history to another store.
    async fn replay(&self, world: &World) -> Result<(), String> {
        if self.floor.is_none() {
            return gives_the_same_elsewhere(world).await;
        }
        // The store let go of the beginning, which the model remembers.
        let other = world.empty().await;
        for content in self.contents.values() {
            other.store.put(content, None).await.must("put a content");
        }
        other.store.replay(&self.commits).await.must("replay a history");
        let (found, expected) = (other.head().await, world.head().await);
        if found == expected { Ok(()) } else { Err(format!("{found:#?}, expected {expected:#?}")) }
    }

    /// Compares every read.
    async fn compare(&self, world: &World, dice: &mut Dice) -> Result<(), String> {
        let history = History(&self.commits);
        let mut expected = history.everything();
        self.counts.show(&mut expected);
        let digests = expected.digests.keys();
        expected.contents =
            digests.map(|digest| (*digest, self.contents.get(digest).cloned())).collect();
        let limit = Limit::new(1 + dice.below(6));
        let expected = expected.since(self.floor);
        let topics = Topics::of(&self.commits);
        let found = Everything::about(world, limit, &topics).await.must("read everything");
        if let Some(difference) = found.difference(&expected) {
            return Err(format!("the store and the model (below): {difference}"));
        }
        for _ in 0..2 {
            let commit = dice.pick(&self.commits);
            let before = Timestamp::from_micros(commit.at.as_micros() - 1);
            let moments =
                [At::Revision(commit.revision), At::Time(commit.at), At::Time(before), At::Head];
            self.past(world, *dice.pick(&moments)).await?;
        }
        self.past(world, At::Revision(Revision::ZERO)).await?;
        let begin = world.store.feed(&world.ns, Revision::ZERO, Limit::new(1)).await;
        let kept = self.floor.is_none_or(|floor| floor.revision.get() <= 1);
        match begin {
            Ok(_) if kept => Ok(()),
            Err(StoreError::Compacted { .. }) if !kept => Ok(()),
            begin => Err(format!("the feed from the beginning is {begin:?}")),
        }
    }

    async fn past(&self, world: &World, at: At) -> Result<(), String> {
        let gone = self.floor.filter(|floor| match at {
            At::Head => false,
            At::Revision(revision) => revision < floor.revision,
            At::Time(time) => time < floor.at,
        });
        match gone {
            Some(floor) => past_is_gone(world, at, floor).await,
            None => past_agrees(world, &self.commits, at).await,
        }
    }
}

/// The subjects of an answer have no promised order.
fn sorted(mut appended: Appended) -> Appended {
    appended.subjects.sort_by(|one, other| one.subject.cmp(&other.subject));
    appended
}

fn as_expected(
    expected: &Expected,
    answer: &Result<Receipt, StoreError>,
    floor: Option<Floor>,
) -> Result<(), String> {
    let met = match (expected, answer) {
        (Expected::Applies(commit), Ok(receipt)) => {
            Receipt { chain: receipt.chain, ..Receipt::from(commit.as_ref()) } == *receipt
        }
        (Expected::Repeats(first), Ok(receipt)) => first == receipt,
        (Expected::Gone(expected), Err(StoreError::Compacted { asked, oldest, .. })) => {
            *asked == At::Revision(*expected) && Some(*oldest) == floor.map(|it| it.revision)
        }
        (Expected::Reused(expected), Err(StoreError::ChangesetReused { revision, .. })) => {
            expected == revision
        }
        (Expected::Conflicts(lost), Err(StoreError::Conflict(conflict))) => lost.contains(conflict),
        (Expected::Refused(problems), Err(StoreError::Refused(refusal))) => {
            problems.contains(refusal)
        }
        _ => false,
    };
    if met {
        return Ok(());
    }
    Err(match answer {
        Ok(receipt) => format!("answered {receipt:#?}, expected {expected:#?}"),
        Err(err) => format!("answered “{}”, expected {expected:#?}", Chain(err)),
    })
}
